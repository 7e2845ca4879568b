"""What people may write about a restic repository beyond its location and password."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from continuity.domain.text import N_, say
from continuity.domain.written import Duration, ExpectedError, Written


def _storage_key(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+\.[a-z0-9-]+", text):
        raise ExpectedError(say(N_("a name such as s3.region, in lower case, with one dot")))
    return text


_StorageKey = Annotated[str, AfterValidator(_storage_key)]


class ResticOptions(Written):
    """Keys that only restic understands."""

    program: str | None = Field(
        default=None, description="path of the restic program; the one in PATH if absent"
    )
    program_there: str | None = Field(
        default=None,
        description="path of the restic program on the machine of a job's source, where that is"
        " another one; the one in PATH there if absent",
    )
    limit_upload: int | None = Field(
        default=None, gt=0, description="KiB per second that backups send"
    )
    limit_download: int | None = Field(
        default=None, gt=0, description="KiB per second that restore tests and checks fetch"
    )
    compression: Literal["auto", "off", "max"] | None = None
    read_only: bool = Field(
        default=False,
        description="the credentials can only read, so reading takes no lock in the repository",
    )
    patience: Duration = Field(
        default=timedelta(minutes=10),
        description="how long the repository may take to answer a question, or one operation on it"
        " may be tried again",
    )
    storage: dict[_StorageKey, str] = Field(
        default_factory=dict,
        description="restic's own settings for its storage, as its option -o takes them",
        examples=[{"s3.region": "eu-west-1", "rclone.program": "/opt/rclone"}],
    )
