"""Files and directories, copied as they are."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from continuity.domain.job import Source
from continuity.domain.written import SourcePath
from continuity.sources.source import Extent, SourceKind


class FilesSource(Source):
    """Files and directories of a host."""

    kind: Literal["files"] = Field(default="files", description="files and directories")
    paths: tuple[SourcePath, ...] = Field(min_length=1, description="what is copied")
    exclude: tuple[str, ...] = Field(
        default=(), description="what is left out, in the engine's own pattern language"
    )
    one_file_system: bool = Field(
        default=False, description="true: what is mounted below the paths is left out"
    )
    expect_mount: tuple[SourcePath, ...] = Field(
        default=(), description="paths that must be mount points, or nothing is copied"
    )
    sentinel: tuple[SourcePath, ...] = Field(
        default=(), description="files that must exist, or nothing is copied"
    )


def extent(source: Source) -> Extent:
    """Give what a source of this kind covers."""
    if not isinstance(source, FilesSource):
        raise TypeError(f"{type(source).__name__} is not a source of files")
    return Extent(
        roots=_encoded(source.paths),
        excludes=source.exclude,
        one_file_system=source.one_file_system,
        mounts=_encoded(source.expect_mount),
        sentinels=_encoded(source.sentinel),
    )


def _encoded(paths: Iterable[str]) -> tuple[bytes, ...]:
    return tuple(os.fsencode(path) for path in paths)


SOURCE = SourceKind(name="files", options=FilesSource, extent=extent)
