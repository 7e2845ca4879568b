"""Configuration files of other programs, read as plain values of bounded size."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from continuity.config.problem import path_shown
from continuity.config.regular import NotRegularError, read_regular
from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, Message, say

_LARGEST = 1 << 20
_TEMPLATE = re.compile(r"\{\{.*?\}\}", re.DOTALL)


def read_configuration(path: Path) -> Mapping[str, object]:
    """Read YAML, TOML or JSON, by what it is and not by how it is called.

    Raises ConfigurationError for anything else, and for a file written for a template engine.
    """
    text = _text(path)
    for read in (_from_json, _from_toml, _from_yaml):
        found = read(text)
        if isinstance(found, Mapping):
            return {str(key): value for key, value in found.items()}
    if _TEMPLATE.search(text):
        raise _refused(
            path,
            say(N_("it holds templates, which only the program itself can fill in")),
            say(N_("Give a file without them: resticprofile shows each profile with “show”.")),
        )
    raise _refused(
        path,
        say(N_("it is neither YAML nor TOML nor JSON")),
        say(N_("Write it in one of these, or describe the jobs by hand in jobs/.")),
    )


def _text(path: Path) -> str:
    again = say(N_("Look at its name and who may read it."))
    try:
        _, content = read_regular(path, _LARGEST + 1)
    except (OSError, NotRegularError) as error:
        cause = getattr(error, "strerror", None) or type(error).__name__
        raise _refused(path, say("{cause}", cause=cause), again) from None
    if len(content) > _LARGEST:
        raise _refused(path, say(N_("it is larger than {bytes} bytes"), bytes=_LARGEST), again)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused(path, say(N_("it is no text in UTF-8")), again) from None


def _from_json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _from_toml(text: str) -> object:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


def _from_yaml(text: str) -> object:
    # Others write duplicate keys, and YAML 1.1 lets them.
    yaml = YAML(typ="safe", pure=True)
    yaml.allow_duplicate_keys = True
    try:
        return yaml.load(StringIO(text))
    except (YAMLError, ValueError, RecursionError):
        return None


def _refused(path: Path, why: Message, remedy: Message) -> ConfigurationError:
    what = say(N_("{path} cannot be read: {why}."), path=path_shown(str(path)), why=str(why))
    return ConfigurationError(what, remedy=remedy)


def texts_in(plain: Mapping[str, object], key: str) -> tuple[str, ...]:
    """Read one text or a list of them; lines of one text count apart, empty ones do not."""
    value = plain.get(key)
    if isinstance(value, str):
        return tuple(line.strip() for line in value.splitlines() if line.strip())
    if isinstance(value, list | tuple):
        return tuple(str(one) for one in value if isinstance(one, str | int) and str(one).strip())
    return ()


def truth_in(plain: Mapping[str, object], key: str) -> bool:
    """Read a flag as YAML 1.1 and people write it."""
    value = plain.get(key)
    return value is True or (isinstance(value, str) and value.lower() in {"true", "yes", "on"})


def unknown_keys(plain: Mapping[str, object], known: Iterable[str]) -> tuple[str, ...]:
    """Name the keys with a value that nobody carries over."""
    done = set(known)
    return tuple(
        key for key, value in plain.items() if key not in done and value not in (None, "", [], {})
    )


def read_each(
    plain: Mapping[str, object], read: Callable[[str, Mapping[str, object]], None]
) -> None:
    """Call for each entry that is a mapping itself."""
    for name, value in plain.items():
        if isinstance(value, Mapping):
            read(name, {str(key): inner for key, inner in value.items()})
