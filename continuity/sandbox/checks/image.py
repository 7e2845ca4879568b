"""Can restored pictures be decoded wholly?"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from pydantic import Field

from continuity.domain.failure import ToolError, ToolMissingError
from continuity.domain.job import Check
from continuity.domain.text import N_, Message, say, shown
from continuity.domain.written import SourcePath
from continuity.sandbox.checks.check import (
    Answer,
    Asking,
    CheckKind,
    Needs,
    PatientCheck,
    Subject,
    encoded,
    restored,
)
from continuity.sandbox.checks.inside import first, told_inside, whole


class ImageCheck(PatientCheck):
    """Every pixel of pictures is decoded."""

    kind: Literal["image"] = Field(description="pictures are decoded to the last pixel")
    paths: tuple[SourcePath, ...] = Field(
        min_length=1, description="pictures in the source, or directories with pictures"
    )
    most_pixels: int = Field(
        default=200_000_000, gt=0, description="a picture with more pixels is not decoded"
    )


def ask(asking: Asking) -> Answer:
    """Decode them in the cell.

    Raises ToolError when some were not looked at, ToolMissingError, TimedOutError.
    """
    check = _own(asking.check)
    places = [restored(asking.cell, path) for path in check.paths]
    words = (_pillow(), str(check.most_pixels), *places)
    told = told_inside(asking.cell, "pictures", words, check.timeout)
    seen, broken, huge = whole(told, "pictures"), whole(told, "broken"), whole(told, "huge")
    if not broken and (huge or not seen):
        raise ToolError(_not_looked_at(huge, first(told, "first_huge")))
    return Answer(
        name=check.name,
        kind=check.kind,
        passed=not broken,
        expected=say(N_("pictures that can be decoded")),
        found=_found(seen, broken, first(told, "first")),
    )


def _pillow() -> str:
    spec = find_spec("PIL")
    if spec is None or spec.origin is None:
        raise ToolMissingError(
            say(N_("Pillow, which decodes pictures, is not installed.")),
            remedy=say(N_("Install it: pip install pillow")),
        )
    return str(Path(spec.origin).parent.parent)


def _not_looked_at(huge: int, example: str) -> Message:
    if not huge:
        return say(N_("There is no picture."))
    return say(
        N_("Pictures with too many pixels to be decoded: {count}; the first: {path}"),
        count=huge,
        path=shown(example.encode("utf-8", "surrogateescape")),
    )


def _found(seen: int, broken: int, example: str) -> Message:
    if not broken:
        return say(N_("pictures decoded: {count}"), count=seen)
    return say(
        N_("pictures that cannot be decoded: {count} of {total}; the first: {said}"),
        count=broken,
        total=seen,
        said=shown(example.encode("utf-8", "surrogateescape")),
    )


def needs(check: Check) -> Needs:
    """Name the pictures."""
    return Needs(paths=encoded(_own(check).paths))


def _own(check: Check) -> ImageCheck:
    if not isinstance(check, ImageCheck):
        raise TypeError(f"{type(check).__name__} is no check of pictures")
    return check


CHECK = CheckKind(
    name="image",
    options=ImageCheck,
    subjects=frozenset({Subject.FILES}),
    ask=ask,
    needs=needs,
)
