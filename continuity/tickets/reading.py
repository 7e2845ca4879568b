"""Takes apart what a ticket system answers; nothing in it is believed to be there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from continuity.domain.failure import ToolError
from continuity.domain.text import N_, say
from continuity.domain.ticket import RemoteTicket, TicketRef
from continuity.hosts.web_words import Complaint, no_complaint

# Ten thousand days in milliseconds, and no list is longer.
_LARGEST = 864_000_000_000
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
Plain = Mapping[str, object]


def mapping(value: object) -> Plain:
    """Take an object; anything else is an empty one."""
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> tuple[Plain, ...]:
    """Take a list of objects; anything else is an empty one."""
    return tuple(one for one in value if isinstance(one, dict)) if isinstance(value, list) else ()


def text(value: object) -> str:
    """Take text or a whole number as text; anything else is empty."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def number(value: object) -> int:
    """Take a whole number, or one that is written as text; anything else is 0, or too large."""
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        value = int(value) if len(value) <= len(str(_LARGEST)) else 0
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return value if abs(value) <= _LARGEST else 0


def texts(value: object) -> tuple[str, ...]:
    """Take the texts of a list."""
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def moment(value: object) -> datetime:
    """Take a time; without a zone it is UTC, and what is none is long ago."""
    try:
        read = datetime.fromisoformat(text(value))
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return _LONG_AGO


def understood(name: str, value: object, *needed: str) -> Plain:
    """Take an object that has all these keys. Raises ToolError."""
    found = mapping(value)
    if all(key in found for key in needed) and found:
        return found
    raise ToolError(say(N_("{name} answered something that was not understood."), name=name))


def listed(name: str, value: object) -> tuple[Plain, ...]:
    """Take a list of objects. Raises ToolError."""
    if isinstance(value, list):
        return mappings(value)
    raise ToolError(say(N_("{name} answered something that was not understood."), name=name))


def mapping_from_json(content: bytes) -> Plain:
    """Read an object; anything else is an empty one."""
    try:
        return mapping(json.loads(content))
    except (ValueError, RecursionError):
        return {}


def complaint_from_keys(content: bytes, *keys: str) -> Complaint:
    """Read an error: the texts under these keys, and the fields named by ``errors``.

    ``errors`` is an object of fields, or a list of objects with ``field`` and ``message``.
    """
    found = mapping_from_json(content)
    if not found:
        return no_complaint(content)
    lines = [text(found.get(key)) or " ".join(texts(found.get(key))) for key in keys]
    errors = found.get("errors")
    fields = {str(name): text(why) for name, why in mapping(errors).items()}
    for one in mappings(errors):
        why = text(one.get("message")) or text(one.get("code"))
        fields[text(one.get("field"))] = why
    lines += [f"{name}: {why}" for name, why in fields.items()]
    return Complaint(
        line=" ".join(line for line in lines if line), fields=tuple(name for name in fields if name)
    )


def gone(ref: TicketRef) -> RemoteTicket:
    """Tell that a ticket is not there any more, or not for us."""
    return RemoteTicket(
        ref=ref, state=None, state_name="", assignee="", updated=_LONG_AGO, gone=True
    )
