"""What is written into a ticket: clean text, the marker that finds it, and whose note it is."""

from __future__ import annotations

import hashlib
import re

from continuity.domain.cleaned import clean as clean
from continuity.domain.cleaned import one_line as one_line
from continuity.domain.ticket import TicketDraft, TicketState

_OURS = re.compile(r"\[continuity(?:: \S+|-\S+)\]")
_MOVE = re.compile(rf"\[continuity: ({'|'.join(TicketState)})-[0-9a-f]{{16}}\]")
_STRANGE_IN_NAMES = re.compile(r"[^A-Za-z0-9 ._()-]")
_LONGEST_NAME = 100
_STRANGE = re.compile(r"[^\w.:/#+-]")


def body_of(draft: TicketDraft, limit: int) -> str:
    """Write the body; its last line is the marker, however long the text is."""
    about = [draft.number, draft.severity, draft.system, *([draft.asset] if draft.asset else [])]
    facts = [" · ".join(about)]
    facts += [draft.url] if draft.url else []
    tail = "\n".join([*facts, marker_line(draft.marker)])
    room = limit - len(tail) - 2
    return f"{clean(draft.body.rstrip(), room)}\n\n{tail}"


def note_of(text: str, key: str, limit: int) -> str:
    """Write a note; its last line says that it is ours, and which one."""
    tail = key_line(key)
    return f"{clean(text.rstrip(), limit - len(tail) - 2)}\n\n{tail}"


def marker_line(marker: str) -> str:
    """The last line of a body."""
    return f"[{marker}]" if marker.startswith("continuity-") else key_line(marker)


def key_line(key: str) -> str:
    """The last line of a note."""
    return f"[continuity: {_STRANGE.sub('_', key)}]"


def last_line(text: str) -> str:
    """The last line that says anything."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")


def is_ours(text: str) -> bool:
    """Tell whether a note is one of our own; whoever quotes one does not become us."""
    return _OURS.fullmatch(last_line(text)) is not None


def has_key(text: str, key: str) -> bool:
    """Tell whether a note is the one with this key."""
    return last_line(text) == key_line(key)


def key_of_move(to: TicketState, note: str) -> str:
    """Name the note of a move, so that moving again does not write it again."""
    return f"{to}-{hashlib.sha256(note.encode('utf-8', 'replace')).hexdigest()[:16]}"


def state_of_key(text: str) -> TicketState | None:
    """Read from the last line of a note of ours which state it brought, if any."""
    found = _MOVE.fullmatch(last_line(text))
    return TicketState(found[1]) if found else None


def file_name(name: str) -> str:
    """Make a name that no system changes, so that the file is recognised when it is there."""
    kept = _STRANGE_IN_NAMES.sub("_", clean(name)).strip(" .")
    return kept[-_LONGEST_NAME:] or "file"


def label_of(text: str) -> str:
    """Make a label without blanks."""
    return "-".join(clean(text).split())[:100]
