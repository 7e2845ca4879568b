"""Collect the digests of a provider's clients: what is signed, new and sound counts, no other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from continuity.domain.client import Client
from continuity.domain.client_digest import (
    PAYLOAD_TYPE,
    ClientDigest,
    Held,
    Refusal,
    digest_from_plain,
    refusal_of,
)
from continuity.domain.client_signals import Watched
from continuity.domain.clock import Now, text_from_time
from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.plain import list_in, mapping_in, moment_in, text_in
from continuity.hosts.drop import Dropped, arrivals_in, dropped_from
from continuity.reports.page import Page
from continuity.reports.page_plain import page_from_plain
from continuity.store.dsse import ForgedError, unseal
from continuity.store.signing import public_from_blob
from continuity.store.store import Store

_NOTE = "client."
_Said = tuple[ClientDigest, str] | Refusal


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """What is kept of a client: its latest digest as it was signed, and which files were seen.

    ``since`` is when it was looked for first.
    """

    held: Held
    payload: str = ""
    seen: frozenset[str] = frozenset()
    since: datetime | None = None

    def page(self, language: str) -> Page | None:
        """Give the page of its digest in a language, or in another one; None without a digest."""
        pages = [page_from_plain(one) for one in _pages(self.payload)]
        own = (page for page in pages if page.language == language)
        return next(own, pages[0] if pages else None)


def _pages(payload: str) -> Iterator[Mapping[str, object]]:
    for one in list_in(json.loads(payload or "{}"), "pages"):
        if not isinstance(one, Mapping):
            raise ValueError("not a page")
        yield one


def collect(store: Store, name: str, client: Client, now: Now) -> Shelf:
    """Take what arrived for a client into account, and give how it stands."""
    found = arrivals_in(client.drop)
    marks = frozenset(found)
    shelf = _shelf_from(store.noted(_NOTE + name))
    if shelf.since is not None and shelf.seen == marks:
        return shelf
    with store.transaction() as transaction:
        # Read again: another process may just have collected the same.
        shelf = _shelf_from(transaction.noted(_NOTE + name))
        fresh = [path for mark, path in found.items() if mark not in shelf.seen]
        begun = replace(shelf, seen=marks, since=shelf.since or now())
        read = [(one, _read(one, client)) for path in fresh for one in dropped_from(path)]
        after, drafts = _sorted_out(name, begun, read, now)
        for draft in drafts:
            transaction.append(draft)
        transaction.note(_NOTE + name, _text(after))
    return after


def _sorted_out(
    name: str, shelf: Shelf, read: list[tuple[Dropped, _Said]], now: Now
) -> tuple[Shelf, list[Draft]]:
    # In the order in which they were made: what lay there for long is not taken for a replay.
    read.sort(key=lambda pair: 0 if isinstance(pair[1], Refusal) else pair[1][0].sequence)
    drafts: list[Draft] = []
    refused: Held | None = None
    for one, said in read:
        taken = _taken(shelf, said, now())
        if isinstance(taken, Refusal):
            refused = Held(refused=taken, refused_at=now(), refused_name=one.shown)
            drafts.append(_refused(name, one, taken))
        elif taken is not None:
            shelf = taken
            drafts.append(_heard(name, taken))
    if refused is not None:
        # What was refused beside a good one is told until the next good one arrives.
        shelf = replace(shelf, held=replace(refused, digest=shelf.held.digest))
    return shelf, drafts


def watch(store: Store, clients: Mapping[str, Client], now: Now) -> Iterator[Watched]:
    """Collect what arrived for each client, and give what is held of it."""
    for name, client in sorted(clients.items()):
        shelf = collect(store, name, client, now)
        yield Watched(
            name=name,
            held=shelf.held,
            since=shelf.since or now(),
            every=client.every,
            grace=client.grace,
            tell_red=client.tell_red,
            system=client.system or "",
        )


def _read(one: Dropped, client: Client) -> _Said:
    if one.content is None:
        return Refusal.UNREADABLE
    publics = [public_from_blob(key.split()[1]) for key in client.keys]
    try:
        payload = unseal(one.content, PAYLOAD_TYPE, publics)
    except ForgedError:
        return Refusal.FORGED
    except ValueError:
        return Refusal.UNREADABLE
    try:
        # Signed is not sound: the machine of a client may be in other hands.
        plain = json.loads(payload)
        digest = digest_from_plain(plain)
        for page in _pages(payload.decode()):
            page_from_plain(page)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return Refusal.UNREADABLE
    return digest, payload.decode()


def _taken(shelf: Shelf, said: _Said, now: datetime) -> Shelf | Refusal | None:
    """Take a digest, or tell why not; None for the one that is there."""
    if isinstance(said, Refusal):
        return said
    digest, payload = said
    if payload == shelf.payload:
        return None
    refusal = refusal_of(digest, shelf.held.digest, now)
    return refusal or replace(shelf, held=Held(digest=digest), payload=payload)


def _heard(name: str, shelf: Shelf) -> Draft:
    digest = shelf.held.digest
    if digest is None:
        raise ValueError("nothing was heard")
    body: dict[str, object] = {
        "client": name,
        "sequence": digest.sequence,
        "hash": digest.hash,
        "verdict": digest.verdict.value,
        "made_at": text_from_time(digest.made_at),
        "sha256": hashlib.sha256(shelf.payload.encode()).hexdigest(),
    }
    return Draft(kind=RecordKind.CLIENT_HEARD, body=body)


def _refused(name: str, one: Dropped, why: Refusal) -> Draft:
    body: dict[str, object] = {"client": name, "why": why.value, "name": one.shown}
    return Draft(kind=RecordKind.CLIENT_REFUSED, body=body)


def _shelf_from(text: str | None) -> Shelf:
    """Read what is kept of a client; nothing where it cannot be read."""
    try:
        plain = json.loads(text or "{}")
        payload = text_in(plain, "payload")
        digest = digest_from_plain(json.loads(payload)) if payload else None
        refused = mapping_in(plain, "refused")
        why = text_in(refused, "why")
        held = Held(
            digest=digest,
            refused=Refusal(why) if why else None,
            refused_at=moment_in(refused, "at"),
            refused_name=text_in(refused, "name"),
        )
    except ValueError:
        return Shelf(held=Held())
    seen = frozenset(str(one) for one in list_in(plain, "seen"))
    return Shelf(held=held, payload=payload, seen=seen, since=moment_in(plain, "since"))


def _text(shelf: Shelf) -> str:
    held = shelf.held
    refused = None
    if held.refused is not None:
        at = "" if held.refused_at is None else text_from_time(held.refused_at)
        refused = {"why": held.refused.value, "at": at, "name": held.refused_name}
    plain = {
        "payload": shelf.payload,
        "refused": refused,
        "seen": sorted(shelf.seen),
        "since": None if shelf.since is None else text_from_time(shelf.since),
    }
    return json.dumps(plain, ensure_ascii=False, sort_keys=True)
