"""One kind of ticket system with its simulator, and how a person would set it up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from continuity.domain.secret import Secret
from continuity.domain.ticket import TicketState
from continuity.tickets.registry import ticket_kinds
from continuity.tickets.ticket import TicketOpening, TicketSystem
from tests.simulators.held import BEGINNING, Desk
from tests.simulators.simulator import Nasty, Vendor, simulator


class VendorDesk(Vendor, Desk, Protocol):
    """A vendor that answers programs and people."""


@dataclass(frozen=True, kw_only=True)
class Tracker:
    """One kind: its options but for the address, and maps that the other side does not know.

    ``running`` starts the simulator and gives the desk and the address. ``done`` are the words in
    which people there see a state; ``closing`` is the word with which a person ends a ticket.
    """

    kind: str
    running: Callable[[Nasty], AbstractContextManager[tuple[Desk, str]]]
    options: Mapping[str, object]
    secrets: Mapping[str, str]
    wrong: tuple[Mapping[str, object], ...]
    done: Mapping[TicketState, str]
    closing: str
    place: Callable[[str], Mapping[str, object]] = lambda address: {"address": address}
    nowhere: str = "http://127.0.0.1:1"
    extra: Mapping[str, object] = field(default_factory=dict)

    def open(self, address: str, **changed: object) -> TicketSystem:
        """Open it as a workspace would."""
        kind = ticket_kinds()[self.kind]
        written = {**self.options, **self.place(address), **changed}
        return kind.open(
            TicketOpening(
                options=kind.options.model_validate(written),
                organisation="acme",
                now=lambda: BEGINNING,
                secrets={name: Secret(text) for name, text in self.secrets.items()},
            )
        )


def over_http(
    vendor: Callable[[Nasty], VendorDesk],
) -> Callable[[Nasty], AbstractContextManager[tuple[Desk, str]]]:
    """Let a vendor answer over HTTP."""

    @contextmanager
    def running(nasty: Nasty) -> Iterator[tuple[Desk, str]]:
        desk = vendor(nasty)
        with simulator(desk, nasty) as server:
            yield desk, server.address

    return running
