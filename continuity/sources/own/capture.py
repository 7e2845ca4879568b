"""Copy this installation: the record as of one instant, then keys and what people wrote."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from continuity import __version__
from continuity.domain.failure import SourceError
from continuity.domain.job import Source
from continuity.domain.portrait import Portrait
from continuity.domain.text import N_, say
from continuity.sandbox.inside.own import ABOUT, KEY, RECORD, digest_of
from continuity.sources.own.archive import Member, archive_from_members
from continuity.sources.own.gather import keys_of, written_of
from continuity.sources.own.options import ContinuitySource
from continuity.sources.own.record import HEAD, portrait_from_copied
from continuity.sources.premises import Premises
from continuity.sources.source import Captured, Capturing, captured_path
from continuity.sources.sqlite_here import capture_here
from continuity.sources.sqlite_look import Looking
from continuity.store.copying import copy_record

KIND = "continuity"
_FORMAT = "continuity-own/1"
_SQLITE = "sqlite:///"
_PATIENCE = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Record:
    """The copied record, when it was so, and what it then was."""

    copy: Path
    data_time: datetime
    portrait: Callable[[], Portrait]


@contextmanager
def capture(capturing: Capturing) -> Iterator[Captured]:
    """Copy everything. The record grows meanwhile; what is copied and sealed is one instant of it.

    Raises SourceError and what reading the keys raises.
    """
    premises, also = _premises(capturing), own(capturing.source).also
    with _recorded(capturing, premises) as record:
        members = (*keys_of(premises.state), *written_of(premises, also))
        about = Member(name=ABOUT, content=_about(members, premises))
        whole = (about, Member(name=RECORD, content=record.copy), *members)

        def portrait() -> Portrait:
            return replace(record.portrait(), kind=KIND, parts=_parts((about, *members)))

        yield Captured(
            path=captured_path(capturing.job, "tar"),
            data_time=record.data_time,
            pieces=archive_from_members(whole, int(record.data_time.timestamp())),
            portrait=portrait,
        )


def own(source: Source) -> ContinuitySource:
    """Give the options as what they are."""
    if not isinstance(source, ContinuitySource):
        raise TypeError(f"{type(source).__name__} is not Continuity itself")
    return source


def _premises(capturing: Capturing) -> Premises:
    if capturing.premises is None:
        raise SourceError(
            say(N_("Nobody said which installation is meant.")),
            remedy=say(N_("Run it in the workspace that it protects.")),
        )
    return capturing.premises


@contextmanager
def _recorded(capturing: Capturing, premises: Premises) -> Iterator[_Record]:
    copy, address = capturing.scratch / "record.db", premises.address()
    if not address.startswith(_SQLITE):
        data_time = capturing.now()
        told = copy_record(address, copy)
        yield _Record(copy=copy, data_time=data_time, portrait=lambda: portrait_from_copied(told))
        return
    looking = Looking(turn=capturing.turn, newest=(), questions=(HEAD,), patience=_PATIENCE)
    with capture_here(capturing, address.removeprefix(_SQLITE), looking) as captured:
        with copy.open("xb") as file:
            for piece in captured.pieces:
                file.write(piece)
        yield _Record(copy=copy, data_time=captured.data_time, portrait=captured.portrait)


def _about(members: tuple[Member, ...], premises: Premises) -> bytes:
    told = {
        "format": _FORMAT,
        "continuity": __version__,
        "secret": [member.name for member in members if member.secret],
        "elsewhere": list(premises.elsewhere),
    }
    return f"{json.dumps(told, indent=1)}\n".encode("ascii")


def _parts(members: tuple[Member, ...]) -> tuple[tuple[str, str], ...]:
    contents = {one.name: one.content for one in members if isinstance(one.content, bytes)}
    key = contents.get(KEY, b"")
    secret = {one.name for one in members if one.secret}
    return tuple(
        (name, digest_of(content, key if name in secret else None))
        for name, content in sorted(contents.items())
    )
