"""What people write about a copy of Continuity itself."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from continuity.domain.job import Source
from continuity.domain.written import SourcePath


class ContinuitySource(Source):
    """This installation: record, keys, workspace. Where they are stands in the settings."""

    kind: Literal["continuity"] = Field(
        default="continuity", description="record, keys and workspace of this installation"
    )
    also: tuple[SourcePath, ...] = Field(
        default=(),
        description="further files and folders of the workspace that belong to it",
        examples=[["scripts"]],
    )

    def identity(self) -> str:
        """There is one in a workspace."""
        return self.kind
