"""What people write about the copies of the runbooks that are there when nothing else is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from continuity.domain.text import N_, say
from continuity.domain.written import (
    Duration,
    EnvironmentName,
    ExpectedError,
    LocalPath,
    Name,
    SecretReference,
    Written,
    text_without_password,
)

LEAST_PLACES = 2
"""One place is one fire away from none."""


def _folder(text: str) -> str:
    if not text.startswith("/") or not text.isprintable():
        raise ExpectedError(say(N_("an absolute path, because it is one of another machine")))
    return "/" + text.strip("/")


def _bucket(text: str) -> str:
    if not re.fullmatch(r"s3:(?:https?://|//)?[^/\s]+/[^\s]+", text_without_password(text)):
        raise ExpectedError(say(N_("an address such as s3:https://host/bucket/folder")))
    return text


class OfflinePlace(Written):
    """One place to which the offline copy goes, and what it takes to get there."""

    kind: Literal["directory", "sftp", "s3", "email"] = Field(
        description="a directory of this machine, such as a stick; another machine; a bucket; mail"
    )
    path: LocalPath | None = Field(default=None, description="the directory, for directory")
    host: Name | None = Field(default=None, description="the host of kind ssh, for sftp")
    folder: Annotated[str, AfterValidator(_folder)] | None = Field(
        default=None, description="absolute path of the folder there, for sftp"
    )
    bucket: Annotated[str, AfterValidator(_bucket)] | None = Field(
        default=None,
        description="address of the bucket and a folder in it, for s3",
        examples=["s3:https://s3.example/acme/offline"],
    )
    credentials: dict[EnvironmentName, SecretReference] = Field(
        default_factory=dict,
        description="what the bucket asks for, by name of the environment variable, for s3",
    )
    region: str | None = Field(default=None, min_length=1, description="region of the bucket")
    ca_certificate: LocalPath | None = Field(
        default=None, description="PEM file of the authority that vouches for the bucket's server"
    )
    channel: Name | None = Field(default=None, description="channel of kind email, for email")
    to: tuple[Name, ...] = Field(default=(), description="people who get it, for email")
    site: Name | None = Field(
        default=None, description="where it stands; that of its host, or of this machine, if absent"
    )

    @model_validator(mode="after")
    def _fits(self) -> OfflinePlace:
        given = {name for name in _OWN_KEYS if getattr(self, name)}
        needed, allowed = _KEYS[self.kind]
        if not needed <= given <= needed | allowed:
            raise ExpectedError(
                say(
                    N_("for this kind {keys}, and no key of another"),
                    keys=", ".join(_KEYS_OF[self.kind]),
                )
            )
        return self


_KEYS: Mapping[str, tuple[set[str], set[str]]] = {
    "directory": ({"path"}, set()),
    "sftp": ({"host", "folder"}, set()),
    "s3": ({"bucket"}, {"credentials", "region", "ca_certificate"}),
    "email": ({"channel", "to"}, set()),
}
_KEYS_OF: Mapping[str, tuple[str, ...]] = {
    "directory": ("path",),
    "sftp": ("host", "folder"),
    "s3": ("bucket", "credentials"),
    "email": ("channel", "to"),
}
_OWN_KEYS = frozenset().union(*(needed | allowed for needed, allowed in _KEYS.values()))


class Offline(Written):
    """Copies of runbooks and recovery kit outside of everything they help to recover."""

    places: dict[Name, OfflinePlace] = Field(
        default_factory=dict, description="where it is kept, by name; at least two"
    )
    stale_after: Duration = Field(
        default=timedelta(days=7), description="a copy that is older counts as old"
    )
