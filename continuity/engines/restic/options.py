"""What people may write about a restic repository beyond its location and password."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field

from continuity.domain.written import Duration, Written


class ResticOptions(Written):
    """Keys that only restic understands."""

    program: str | None = Field(
        default=None, description="path of the restic program; the one in PATH if absent"
    )
    limit_upload: int | None = Field(default=None, gt=0, description="KiB per second")
    limit_download: int | None = Field(default=None, gt=0, description="KiB per second")
    compression: Literal["auto", "off", "max"] | None = None
    read_only: bool = Field(
        default=False,
        description="the credentials can only read, so reading takes no lock in the repository",
    )
    patience: Duration = Field(
        default=timedelta(minutes=10),
        description="how long the repository may take to answer a question",
    )
