"""The information pack as plain values: for programs, and for the record of each decision."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import Enum

from continuity.domain.clock import text_from_time
from continuity.domain.decision import InformationItem
from continuity.domain.evidence import canonical_bytes
from continuity.domain.information_pack import InformationPack
from continuity.domain.shown import seconds_from
from continuity.domain.text import Message, plain_from_message

EVERYTHING = frozenset(InformationItem)
_SYSTEMS: Mapping[InformationItem, tuple[str, ...]] = {
    InformationItem.RESTORE_POINTS: ("proven_at", "claimed_at", "loss_target"),
    InformationItem.DRILLS: ("tested", "tested_at"),
    InformationItem.RECOVERY_TIMES: ("restores", "conducted", "time_target"),
    InformationItem.ESTIMATES: ("likely", "safe", "kind", "files", "bytes"),
    InformationItem.REPOSITORIES: ("repositories", "kept"),
    InformationItem.ALTERNATIVES: ("alternative",),
}
_PARTS: Mapping[InformationItem, str] = {
    InformationItem.REPOSITORIES: "repositories",
    InformationItem.INCIDENTS: "incidents",
    InformationItem.ON_DUTY: "people",
    InformationItem.CONTRACTS: "contracts",
    InformationItem.CLOCKS: "clocks",
}
# Who they are and how they are reached goes beside the record, where it can be erased.
_OF_PEOPLE = {"person", "name", "phone"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Frozen:
    """What was on the screen: ``text`` is canonical JSON without people, ``people`` names them.

    ``digest`` is the SHA-256 of the text, in hexadecimal.
    """

    text: str
    digest: str
    people: Mapping[str, str]


def plain_from_pack(
    pack: InformationPack, items: Collection[InformationItem] = EVERYTHING
) -> dict[str, object]:
    """Reduce a pack to plain values, as much of it as was asked for; durations are seconds."""
    left_out = {name for item, names in _SYSTEMS.items() if item not in items for name in names}
    whole = [_plain(system, left_out) for system in pack.systems]
    named = {name: getattr(pack, name) for item, name in _PARTS.items() if item in items}
    parts = {name: [_plain(one, ()) for one in parts] for name, parts in named.items()}
    return {"at": text_from_time(pack.at), "systems": whole, **parts}


def freeze(pack: InformationPack, items: Collection[InformationItem] = EVERYTHING) -> Frozen:
    """Keep a pack as it was shown."""
    body = {name: _without_people(value) for name, value in plain_from_pack(pack, items).items()}
    text = canonical_bytes(body).decode()
    named = pack.people if InformationItem.ON_DUTY in items else ()
    return Frozen(
        text=text,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        people={f"shown{number}": one.person for number, one in enumerate(named, start=1)},
    )


def _without_people(value: object) -> object:
    if not isinstance(value, list):
        return value
    return [
        {name: inner for name, inner in one.items() if name not in _hidden(one)} for one in value
    ]


def _hidden(plain: Mapping[str, object]) -> Collection[str]:
    """Name the keys of a part that tell who somebody is or how they are reached."""
    return _OF_PEOPLE if "phone" in plain else ()


def _plain(part: object, left_out: Collection[str]) -> dict[str, object]:
    names = [one.name for one in fields(part)]  # type: ignore[arg-type]  # parts are dataclasses
    return {name: _value(getattr(part, name)) for name in names if name not in left_out}


def _value(value: object) -> object:
    match value:
        case timedelta():
            return seconds_from(value)
        case datetime():
            return text_from_time(value)
        case Enum():
            return value.value
        case Message():
            return plain_from_message(value)
        case tuple():
            return [_value(one) for one in value]
        case None | str() | int():
            return value
        case _:
            return _plain(value, ())
