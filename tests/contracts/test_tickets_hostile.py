"""Ticket systems whose answers are not what their documentation says."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from dataclasses import dataclass
from typing import cast  # a desk is of the kind that was asked for

import pytest

from continuity.domain.attachment import Attachment
from continuity.domain.failure import ContinuityError
from continuity.domain.ticket import TicketRef, TicketState
from continuity.tickets.ticket import TicketSystem
from tests.simulators.held import BEGINNING
from tests.simulators.simulator import Nasty, Reply, Request, Vendor, simulator
from tests.support.tracker import Tracker
from tests.support.trackers import TRACKERS
from tests.support.tracking import DRAFT, MARKER

_JUNK: tuple[object, ...] = (
    *(None, True, -1, 10**30, 1.5, "", "x" * 5_000, "\x00\x1b[31m\u202e", "²", "../../.."),
    *([], [[]], [None, 3], {}, {"a": {"b": []}}, {"value": ["x"], "display_value": {}}),
    *("0001-01-01 00:00:00", "9999-12-31T23:59:59+14:00", "a" * 40 + "^ORactive=true"),
)


@dataclass(kw_only=True)
class Mangled:
    """A vendor in whose answers something is replaced by junk."""

    vendor: Vendor
    nasty: Nasty
    chance: random.Random
    awake: bool = False

    def answer(self, request: Request) -> Reply:
        reply = self.vendor.answer(request)
        if not self.awake or not reply.content:
            return reply
        value = self._mangled(json.loads(reply.content))
        return Reply(status=reply.status, content=json.dumps(value).encode())

    def _mangled(self, value: object) -> object:
        if isinstance(value, dict) and value and self.chance.random() < 0.9:
            name = self.chance.choice(sorted(value))
            return {**value, name: self._mangled(value[name])}
        if isinstance(value, list) and value and self.chance.random() < 0.9:
            index = self.chance.randrange(len(value))
            return [*value[:index], self._mangled(value[index]), *value[index + 1 :]]
        return self.chance.choice(_JUNK)


def over_the_network() -> list[str]:
    return sorted(kind for kind, one in TRACKERS.items() if "http" in one.nowhere)


def everything(system: TicketSystem, ref: TicketRef) -> None:
    """Do and read everything; whatever comes back, it has words."""
    file = Attachment(name="a.txt", media_type="text/plain", content=b"a")
    for row in system.probe():
        assert str(row.what)
    system.create(DRAFT)
    system.comment(ref, "a", "k2")
    for state in TicketState:
        system.move(ref, state, "b")
    system.attach(ref, file)
    for read in (
        lambda: system.find(MARKER),
        lambda: system.fetch(ref),
        lambda: system.changes_since(BEGINNING, (ref,)),
    ):
        with suppress(ContinuityError):  # refusing in words is right; a crash is not
            read()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", over_the_network())
def test_answers_that_make_no_sense_are_trouble_with_words_and_no_crash(
    kind: str, seed: int
) -> None:
    tracker: Tracker = TRACKERS[kind]
    with tracker.running(Nasty()) as (desk, _):
        vendor = cast("Vendor", desk)
        mangled = Mangled(vendor=vendor, nasty=desk.nasty, chance=random.Random(seed))  # noqa: S311 - no secret
        with simulator(mangled, desk.nasty) as server:
            system = tracker.open(server.address)
            made = system.create(DRAFT)
            held = desk.held()[0]
            ref = TicketRef(id=getattr(made, "id", ""), key=held.key, url="")
            system.comment(ref, "ours", "k1")
            desk.says(held.key, "theirs")
            mangled.awake = True

            for _ in range(3):
                everything(system, ref)
