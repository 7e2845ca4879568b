"""Can every member of restored archives be read?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from pydantic import Field

from continuity.domain.failure import ToolError
from continuity.domain.job import Check
from continuity.domain.text import N_, Message, say, shown
from continuity.domain.written import Duration, Size, SourcePath, duration_from_text
from continuity.hosts.host import Command
from continuity.sandbox.cell import Cell
from continuity.sandbox.checks.check import (
    Answer,
    Asking,
    CheckKind,
    Needs,
    Subject,
    encoded,
    restored,
)
from continuity.sandbox.checks.command import last_words
from continuity.sandbox.checks.inside import first, told_inside, whole

_STOPPED: Mapping[str, str] = {
    "size": N_("More than {most} MiB came out; they were not read to the end."),
    "password": N_("A member needs a password, so it cannot be read."),
    "memory": N_("Unpacking needs more memory than the sandbox gives."),
}


class ArchiveCheck(Check):
    """Every member of archives is unpacked, and thrown away."""

    kind: Literal["archive"] = Field(description="zip, tar, gz, bz2, xz and zst are unpacked")
    paths: tuple[SourcePath, ...] = Field(
        min_length=1, description="archives in the source, or directories with archives"
    )
    most: Size = Field(default=100 << 30, description="no more than this is unpacked in all")
    timeout: Duration = Field(
        default=duration_from_text("1h"), description="it counts as not answered after this"
    )


def ask(asking: Asking) -> Answer:
    """Unpack them in the cell.

    Raises ToolError when not all could be read for a reason that is no damage, TimedOutError.
    """
    check = _own(asking.check)
    places = [restored(asking.cell, path) for path in check.paths]
    told = told_inside(asking.cell, "archives", (str(check.most), *places), check.timeout)
    foreign = told.get("foreign")
    packed = [str(path) for path in foreign] if isinstance(foreign, list) else []
    broken, example = whole(told, "broken"), first(told, "first")
    if not broken:
        broken, example = _broken_zstandard(asking.cell, packed, check.timeout)
    archives = whole(told, "archives") + len(packed)
    reason = _STOPPED.get(str(told.get("stopped")))
    if not broken and (reason is not None or not archives):
        raise ToolError(say(reason or N_("There is no archive."), most=check.most >> 20))
    return Answer(
        name=check.name,
        kind=check.kind,
        passed=not broken,
        expected=say(N_("archives that can be read to the end")),
        found=_found(archives, whole(told, "members") + len(packed), broken, example),
    )


def _broken_zstandard(cell: Cell, paths: list[str], timeout: timedelta) -> tuple[int, str]:
    """Leave to the stock program what older Pythons cannot unpack. Raises ToolMissingError."""
    for path in paths:
        ended = cell.run(
            Command(
                argv=("zstd", "--test", "--quiet", "--", path),
                timeout=timeout.total_seconds(),
                grace=2.0,
            )
        )
        if ended.code:
            return 1, last_words(ended)
    return 0, "-"


def _found(archives: int, members: int, broken: int, example: str) -> Message:
    if broken:
        said = shown(example.encode("utf-8", "surrogateescape"))
        return say(
            N_("archives that cannot be read: {count}; the first: {said}"), count=broken, said=said
        )
    return say(
        N_("archives: {archives}, members read: {members}"), archives=archives, members=members
    )


def needs(check: Check) -> Needs:
    """Name the archives."""
    return Needs(paths=encoded(_own(check).paths))


def _own(check: Check) -> ArchiveCheck:
    if not isinstance(check, ArchiveCheck):
        raise TypeError(f"{type(check).__name__} is no check of archives")
    return check


CHECK = CheckKind(
    name="archive",
    options=ArchiveCheck,
    subjects=frozenset({Subject.FILES}),
    ask=ask,
    needs=needs,
)
