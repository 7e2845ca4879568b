"""borgmatic: nothing of its repositories can be read by restic, and that is said."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from continuity.config.adopt.carrying import Carrier
from continuity.config.adopt.found import Found, Tool
from continuity.config.adopt.reading import texts_in
from continuity.domain.plain import mapping_in
from continuity.domain.text import N_


def _recognises(top: Mapping[str, object]) -> bool:
    return "source_directories" in top or "source_directories" in mapping_in(top, "location")


def _read(top: Mapping[str, object], home: Path) -> Found:
    carrier = Carrier(home)
    location = mapping_in(top, "location") or top
    carrier.leave(
        "repositories",
        N_("Borg keeps its own format, which restic cannot read: none of it can be proven here"),
    )
    for path in texts_in(location, "source_directories"):
        carrier.leave(
            "source_directories", N_("{path} needs a new job with a new repository"), path=path
        )
    return Found(tool="borgmatic", left=tuple(carrier.left))


TOOL = Tool(name="borgmatic", recognises=_recognises, read=_read)
