"""Types shared by everything people write: durations, sizes, names and references to secrets."""

from __future__ import annotations

import os.path
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from continuity.domain.text import N_, Message, say

# Digits are bounded because a file may hold a number with a million of them.
_DURATION_PART = re.compile(r"([0-9]{1,12})\s*(w|d|h|m|s)")
_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_SIZE = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,6})?)\s*(B|[KMGT]i?B)?")
_ADDRESS = re.compile(r"[a-z][a-z0-9+-]+:")
_PASSWORD_IN_ADDRESS = re.compile(r"//[^/@\s]*:[^/@\s]*@")
_WEB_ADDRESS = re.compile(r"https?://[A-Za-z0-9.\[\]:_-]+(/[!-~]*)?")
_BYTES = {
    "B": 1,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}


class ExpectedError(ValueError):
    """What was written is not what was expected; it never carries what was found."""

    def __init__(self, expected: Message) -> None:
        super().__init__(str(expected))
        self.expected = expected


class Written(BaseModel):
    """Something a person writes: immutable once read, unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


def duration_from_text(text: object) -> timedelta:
    """Read ``36h``, ``7d`` or ``1h 30m``; months and years have no fixed length and are refused.

    Raises ExpectedError.
    """
    if isinstance(text, timedelta):
        return text
    compact = str(text).strip()
    parts = _DURATION_PART.findall(compact)
    if not parts or _DURATION_PART.sub("", compact).strip():
        raise ExpectedError(say(N_("a duration such as 24h, 7d or 1h 30m")))
    seconds = sum(int(number) * _SECONDS[unit] for number, unit in parts)
    if not 0 < seconds <= 100 * 366 * 86_400:
        raise ExpectedError(say(N_("a duration longer than 0 and shorter than 100 years")))
    return timedelta(seconds=seconds)


def text_from_duration(span: timedelta) -> str:
    """Write whole seconds as ``duration_from_text`` reads them."""
    rest = int(span.total_seconds())
    parts = []
    for unit, seconds in _SECONDS.items():
        count, rest = divmod(rest, seconds)
        parts += [f"{count}{unit}"] if count else []
    return " ".join(parts)


def size_from_text(text: object) -> int:
    """Read ``10 GiB``, ``500 MB`` or a plain number of bytes.

    Raises ExpectedError.
    """
    if isinstance(text, int) and not isinstance(text, bool):
        return text
    found = _SIZE.fullmatch(str(text).strip())
    if found is None:
        raise ExpectedError(say(N_("a size such as 10 GiB, 500 MB or 4096")))
    return int(float(found[1]) * _BYTES[found[2] or "B"])


def path_from_text(text: str, reading: ValidationInfo[Mapping[str, str] | None]) -> str:
    """Read a path of the machine that the context of the reading is about.

    With ``elsewhere`` in it that is another machine, where nobody knows the workspace, so that a
    path must be absolute; otherwise it is this one. Raises ExpectedError.
    """
    if "elsewhere" in (reading.context or {}):
        return _path_elsewhere(text)
    return local_path_from_text(text, reading)


def _path_elsewhere(text: str) -> str:
    if not text.startswith("/") or "\0" in text:
        raise ExpectedError(say(N_("an absolute path, because it is one of another machine")))
    return "/" + os.path.normpath(text).lstrip("/")


def local_path_from_text(text: str, reading: ValidationInfo[Mapping[str, str] | None]) -> str:
    """Read a path of this machine; a relative one starts at the workspace.

    The workspace is ``root`` in the context of the reading; without it a path must be absolute.
    Raises ExpectedError.
    """
    root = (reading.context or {}).get("root", "")
    path = os.path.normpath(os.path.join(root, text))  # noqa: PTH118 - pathlib keeps ".."
    if not text.strip() or "\0" in text or text.split("/")[0].startswith("~"):
        raise ExpectedError(say(N_("a path, absolute or relative to the workspace, without ~")))
    if not path.startswith("/"):
        raise ExpectedError(say(N_("an absolute path")))
    return "/" + path.lstrip("/")


def text_without_password(text: str) -> str:
    """Give an address back. Raises ExpectedError when there is a password in it."""
    if _PASSWORD_IN_ADDRESS.search(text):
        raise ExpectedError(say(N_("an address without a password in it")))
    return text


def web_address_from_text(text: str) -> str:
    """Read the address of a web site, without a password in it. Raises ExpectedError."""
    if not _WEB_ADDRESS.fullmatch(text) or _PASSWORD_IN_ADDRESS.search(text):
        raise ExpectedError(say(N_("an address that begins with https://, without a password")))
    return text.rstrip("/")


def location_from_text(text: str, reading: ValidationInfo[Mapping[str, str] | None]) -> str:
    """Read where a repository lives: a path, or an address such as ``sftp:host:/path``.

    An address must not hold a password, because it is shown and becomes a program's argument.
    Raises ExpectedError.
    """
    path = text_without_password(text).removeprefix("local:")
    return text if _ADDRESS.match(path) else local_path_from_text(path, reading)


def location_elsewhere_from_text(text: str) -> str:
    """Read where a repository lives as another machine knows it: an absolute path, or an address.

    Raises ExpectedError.
    """
    path = text_without_password(text).removeprefix("local:")
    return text if _ADDRESS.match(path) else _path_elsewhere(path)


def path_from_location(location: str) -> str | None:
    """Give the directory of a location on this machine, or None for an address elsewhere."""
    return location if location.startswith("/") else None


NAME_PATTERN = r"^[a-z0-9][a-z0-9-]{0,62}$"

Name = Annotated[
    str, Field(pattern=NAME_PATTERN, description="lower-case letters, digits and hyphens")
]
Duration = Annotated[
    timedelta,
    BeforeValidator(duration_from_text),
    WithJsonSchema({"type": "string", "examples": ["24h", "7d", "1h 30m"]}),
]
Size = Annotated[
    int,
    BeforeValidator(size_from_text),
    Field(gt=0),
    WithJsonSchema({"type": ["string", "integer"], "examples": ["10 GiB", "500 MB"]}),
]
_A_PATH = Field(
    description="absolute, or relative to the workspace", examples=["/srv/data", "data/erp"]
)
LocalPath = Annotated[str, AfterValidator(local_path_from_text), _A_PATH]
SourcePath = Annotated[str, AfterValidator(path_from_text), _A_PATH]
Location = Annotated[str, AfterValidator(location_from_text)]
LocationElsewhere = Annotated[str, AfterValidator(location_elsewhere_from_text)]
WebAddress = Annotated[
    str, AfterValidator(web_address_from_text), Field(description="begins with https://")
]


def _environment_name(text: str) -> str:
    # Capitals only: a password written here by mistake is then never shown as a name.
    if not re.fullmatch(r"[A-Z_][A-Z0-9_]{0,127}", text):
        raise ExpectedError(say(N_("the name of an environment variable, in capitals")))
    return text


def _credential_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.@:-]{0,127}", text):
        raise ExpectedError(say(N_("the name of a systemd credential")))
    return text


EnvironmentName = Annotated[str, AfterValidator(_environment_name)]
CredentialName = Annotated[str, AfterValidator(_credential_name)]


class SecretReference(Written):
    """Where a secret is kept; exactly one of the four ways."""

    env: EnvironmentName | None = Field(
        default=None, description="name of an environment variable, in capitals"
    )
    file: LocalPath | None = Field(
        default=None, description="file that only its owner can read; relative to the workspace"
    )
    command: tuple[str, ...] | None = Field(
        default=None, min_length=1, description="program and arguments that print the secret"
    )
    credential: CredentialName | None = Field(
        default=None, description="name of a systemd credential"
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> SecretReference:
        ways = [self.env, self.file, self.command, self.credential]
        if sum(way is not None for way in ways) != 1:
            raise ExpectedError(say(N_("exactly one of env, file, command or credential")))
        return self


def reference_from_text(text: str) -> SecretReference:
    """Read ``env:NAME``, ``file:/path`` or ``credential:NAME``. Raises ExpectedError."""
    way, _, rest = text.partition(":")
    if way in {"env", "file", "credential"}:
        try:
            return SecretReference.model_validate({way: rest})
        except ValueError:
            pass
    raise ExpectedError(say(N_("env:NAME, file:/PATH or credential:NAME, never the secret itself")))
