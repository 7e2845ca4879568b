"""The record of evidence: what was done, in a chain in which no edit goes unseen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from continuity.domain.clock import text_from_time, time_from_text
from continuity.domain.failure import RecordError
from continuity.domain.record_kind import RecordKind as RecordKind
from continuity.domain.text import N_, say

GENESIS = "0" * 64
"""What the first record names as its previous hash."""

SALT_BYTES = 16

# Beyond it a JSON number is no longer exact in every reader (RFC 7493 section 2.2).
_EXACT = 2**53 - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What somebody wants recorded.

    ``body`` holds text, whole numbers, bool, None, lists and mappings with plain ASCII keys; no
    secret ever. ``personal`` names people; it stays outside the chain, so that it can be erased.
    """

    kind: RecordKind
    job: str | None = None
    run_id: str | None = None
    body: Mapping[str, object] = field(default_factory=dict)
    personal: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """A draft in its place of the chain; hashes are SHA-256 in hex."""

    sequence: int
    recorded_at: datetime
    kind: RecordKind
    job: str | None
    run_id: str | None
    body: Mapping[str, object]
    personal_hash: str | None
    previous: str
    hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A record as it is written down, before anything of it is believed.

    ``body`` is the text of the body, hashed byte for byte.
    """

    sequence: int
    recorded_at: str
    kind: str
    job: str | None
    run_id: str | None
    body: str
    personal_hash: str | None
    previous: str
    hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """The end of the chain; sequence 0 when nothing was recorded yet."""

    sequence: int = 0
    hash: str = GENESIS


def opening(organisation: str) -> Draft:
    """Draft the first record, which says whose record this is."""
    return Draft(kind=RecordKind.RECORD_OPENED, body={"organisation": organisation, "format": 1})


def chain(
    draft: Draft, previous: str, sequence: int, now: datetime, salt: bytes | None = None
) -> Record:
    """Put a draft in its place after the record whose hash is ``previous``.

    ``salt`` is needed when the draft names people. Raises ValueError or TypeError for a body
    that canonical JSON cannot hold.
    """
    return record_from_line(line_from_draft(draft, previous, sequence, now, salt))


def line_from_draft(
    draft: Draft, previous: str, sequence: int, now: datetime, salt: bytes | None = None
) -> Line:
    """Do what ``chain`` does, in the form that is written down."""
    unhashed = Line(
        sequence=sequence,
        recorded_at=text_from_time(_aware(now)),
        kind=draft.kind.value,
        job=draft.job,
        run_id=draft.run_id,
        body=canonical_bytes(draft.body).decode(),
        personal_hash=_hash_of_people(draft.personal, salt),
        previous=previous,
        hash="",
    )
    values = {name: getattr(unhashed, name) for name in Line.__slots__}
    return Line(**{**values, "hash": hash_line(unhashed)})


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("the record needs a time with a zone")
    return moment


def _hash_of_people(personal: Mapping[str, str] | None, salt: bytes | None) -> str | None:
    if personal is None:
        return None
    if salt is None:
        raise ValueError("a draft that names people needs a salt")
    return hash_personal(canonical_bytes(personal), salt)


def hash_personal(canonical: bytes, salt: bytes) -> str:
    """Hash what names people; once salt and text are erased, the hash can no longer be guessed."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    return hashlib.sha256(salt + canonical).hexdigest()


def canonical_bytes(body: Mapping[str, object]) -> bytes:
    """Write a body as RFC 8785 says, so that equal bodies are equal bytes everywhere.

    Raises TypeError for anything but text, whole numbers, bool, None, lists and mappings (a
    duration is whole milliseconds, a time is text, a secret has no place here), and ValueError
    for numbers beyond 2^53, text that is not Unicode and keys that are not printable ASCII.
    """
    import rfc8785  # here, so that readers of the record need not pay for it

    return rfc8785.dumps(_plain_mapping(body))


# What rfc8785 can write; its own type has floats too.
_Plain = bool | int | str | None | list["_Plain"] | dict[str, "_Plain"]


def _plain(value: object) -> _Plain:
    match value:
        case None | bool():
            return value
        case str():
            return str(value)
        case int():
            return _exact(value)
        case Mapping():
            return _plain_mapping(value)
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            raise TypeError(f"a record cannot hold {type(value).__name__}")


def _exact(number: int) -> int:
    if abs(number) > _EXACT:
        raise ValueError("a record cannot hold a number beyond 2^53")
    return int(number)


def _plain_mapping(mapping: Mapping[str, object]) -> dict[str, _Plain]:
    return {_plain_key(key): _plain(value) for key, value in mapping.items()}


def _plain_key(key: object) -> str:
    # Sorting by UTF-16 unit (RFC 8785) and by code point (everybody's json) agree on ASCII.
    if not isinstance(key, str):
        raise TypeError("a record's keys are text")
    if not key.isascii() or not key.isprintable():
        raise ValueError(f"a record's keys are printable ASCII, not {key!r}")
    return str(key)


def hash_line(line: Line) -> str:
    """Hash a line: SHA-256 over the canonical JSON of all it says but the hash itself."""
    # An altered line may hold bytes that are no text; they are hashed like the rest.
    return hashlib.sha256(hashed_text(line).encode("utf-8", "surrogateescape")).hexdigest()


def hashed_text(line: Line) -> str:
    """Write what the hash covers. The body goes in as it stands: each byte of it counts."""
    return _text(line, hash_part="")


def exported_text(line: Line) -> str:
    """Write the whole line as canonical JSON, its hash included."""
    return _text(line, hash_part=f'"hash":{_json(line.hash)},')


def _text(line: Line, hash_part: str) -> str:
    return (
        f'{{"body":{line.body},{hash_part}"job":{_json(line.job)},"kind":{_json(line.kind)},'
        f'"personal_hash":{_json(line.personal_hash)},"previous":{_json(line.previous)},'
        f'"recorded_at":{_json(line.recorded_at)},"run_id":{_json(line.run_id)},'
        f'"sequence":{line.sequence}}}'
    )


def _json(text: str | None) -> str:
    # For text and null the standard library writes what RFC 8785 asks for. Anything else was put
    # there by an edit of the database: its hash will be wrong, which is all it needs to be.
    return json.dumps(text, ensure_ascii=False, default=repr)


def record_from_line(line: Line) -> Record:
    """Believe a line, once its hash was found right.

    Raises RecordError: an edited line is no evidence of anything.
    """
    if hash_line(line) != line.hash:
        raise _doubted(line, N_("Record {sequence} was altered: its hash is no longer right."))
    try:
        return Record(
            sequence=line.sequence,
            recorded_at=time_from_text(line.recorded_at),
            kind=RecordKind(line.kind),
            job=line.job,
            run_id=line.run_id,
            body=_body(line.body),
            personal_hash=line.personal_hash,
            previous=line.previous,
            hash=line.hash,
        )
    except ValueError as error:
        what = N_("Record {sequence} was written by another program or a newer version.")
        raise _doubted(line, what) from error


def _doubted(line: Line, what: str) -> RecordError:
    remedy = N_("Run `continuity audit verify`; keep a copy of the state for the inquiry.")
    return RecordError(say(what, sequence=line.sequence), remedy=say(remedy))


def _body(text: str) -> Mapping[str, object]:
    body = json.loads(text)
    if not isinstance(body, dict):
        raise ValueError("a body is a mapping")
    return body
