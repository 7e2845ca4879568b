"""A workspace that a firm starts from, written whole or not at all."""

from __future__ import annotations

import json
import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template
from typing import Literal

from continuity.config.loading import problems_of
from continuity.config.naming import name_from_text
from continuity.config.problem import WorkspaceError, path_shown
from continuity.config.schema import write_schemas
from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, say
from continuity.engines.registry import engine_kinds

_IGNORED = "secrets/\nstate/\nsandbox/\n"

_PASSWORD = {
    "es": (
        "  password:\n"
        "    # Guarde otra copia fuera de esta máquina: sin ella no se abre ninguna copia, jamás.\n"
        "    file: secrets/repository\n"
    ),
    "en": (
        "  password:\n"
        "    # Keep another copy away from this machine: without it no backup can ever be opened.\n"
        "    file: secrets/repository\n"
    ),
}

# What protects Continuity itself; only where copies are encrypted, for it holds keys.
_OWN_JOB = "continuity.yaml"
_OWN_SYSTEM = {
    "es": "Continuity: quién vigila las copias, y lo demuestra",
    "en": "Continuity: what watches the backups, and proves it",
}
_OWN_RUNBOOK = {"es": "recuperar-continuity", "en": "recover-continuity"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """What a firm says about itself. Paths are absolute, or relative to the new workspace."""

    organisation: str
    language: Literal["es", "en"]
    zone: str
    paths: tuple[str, ...]
    location: str
    engine: str
    owner_name: str
    owner_email: str


def write_workspace(directory: Path, answers: Answers) -> tuple[Path, ...]:
    """Write a new workspace and give the paths of its files.

    The directory must not exist, or be empty. Raises ConfigurationError when it cannot be written,
    WorkspaceError when the answers do not fit; either way nothing is left behind.
    """
    home = Path(os.path.abspath(directory))  # noqa: PTH100 - pathlib keeps ".."
    try:
        _refuse_occupied(home)
        with _parents(home), tempfile.TemporaryDirectory(prefix=".new-", dir=home.parent) as near:
            new = Path(near) / home.name
            _fill(new, answers)
            problems = problems_of(new, home=home)
            if problems:
                raise WorkspaceError(problems)
            written = sorted(path.relative_to(new) for path in new.rglob("*") if path.is_file())
            # Beside its final place, so that one rename makes all of it appear at once.
            new.rename(home)
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise ConfigurationError(
            say(N_("{path} cannot be written: {cause}."), path=path_shown(str(home)), cause=cause),
            remedy=say(N_("Choose a directory that you may write to.")),
        ) from None
    return tuple(home / path for path in written)


def _refuse_occupied(home: Path) -> None:
    if os.path.lexists(home) and (not home.is_dir() or any(home.iterdir())):
        raise ConfigurationError(
            say(N_("{path} exists and is not an empty directory."), path=path_shown(str(home))),
            remedy=say(N_("Choose a new directory; what is there is never overwritten.")),
        )


@contextmanager
def _parents(home: Path) -> Iterator[None]:
    """Make the directories above; take the new ones away again when something fails."""
    missing = [parent for parent in home.parents if not parent.exists()]
    home.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:  # also an interrupt; it goes on below
        for parent in missing:
            parent.rmdir()
        raise


def _fill(new: Path, answers: Answers) -> None:
    values = _values(answers)
    starter = files("continuity.config") / "starter" / answers.language
    for folder in ("config", "jobs", "runbooks"):
        (new / folder).mkdir(parents=True)
        for template in (starter / folder).iterdir():
            if template.name == _OWN_JOB and folder == "jobs" and not values["own"]:
                continue
            text = Template(_text(template)).substitute(values)
            (new / folder / template.name).write_text(text, encoding="utf-8")
    write_schemas(new / "config" / "schema")
    (new / ".gitignore").write_text(_IGNORED, encoding="utf-8")
    if values["password"]:
        _write_password(new / "secrets")
    _make_room(new, answers.location)


def _make_room(new: Path, location: str) -> None:
    """Make the directory in which the first backup makes the repository, if it is in here.

    Anywhere else a missing directory may be a disk that is not mounted.
    """
    place = Path(location)
    if ":" not in location and not place.is_absolute() and ".." not in place.parts:
        (new / place).parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def _text(template: Traversable) -> str:
    return template.read_text(encoding="utf-8")


def _values(answers: Answers) -> dict[str, str]:
    kind = engine_kinds().get(answers.engine)
    with_password = kind is not None and kind.needs_password
    return {
        "organisation": _quoted(answers.organisation),
        "zone": _quoted(answers.zone),
        "engine": _quoted(answers.engine),
        "location": _quoted(answers.location),
        "paths": "[" + ", ".join(_quoted(path) for path in answers.paths) + "]",
        "owner": name_from_text(answers.owner_name) or "owner",
        "owner_name": _quoted(answers.owner_name),
        "owner_email": _quoted(answers.owner_email),
        "password": _PASSWORD[answers.language] if with_password else "",
        "own": _own_system(answers) if with_password else "",
    }


def _own_system(answers: Answers) -> str:
    title, runbook = _OWN_SYSTEM[answers.language], _OWN_RUNBOOK[answers.language]
    keys = {
        "title": _quoted(title),
        "criticality": "normal",
        "owner": name_from_text(answers.owner_name) or "owner",
        "rpo": "24h",
        "rto": "8h",
        "prove": "14d",
        "runbook": runbook,
    }
    lines = (f"  {key}: {value}\n" for key, value in keys.items())
    return f"\ncontinuity:\n{''.join(lines)}"


def _quoted(text: str) -> str:
    """Write text so that YAML reads the same; plain where that is safe and kinder to the eye."""
    if re.fullmatch(r"[A-Za-z/][\w/. @+-]*\w", text) and text.lower() not in {
        "true",
        "false",
        "null",
    }:
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())


def _write_password(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    descriptor = os.open(folder / "repository", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write(secrets.token_urlsafe(32) + "\n")
