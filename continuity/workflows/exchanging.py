"""Trees of a machine take each other's place, and whoever comes later finds out how."""

from __future__ import annotations

import os
from contextlib import suppress

from continuity.domain.failure import (
    ConflictError,
    ContinuityError,
    SourceError,
    UncertainError,
)
from continuity.domain.text import N_, Message, say, shown
from continuity.hosts.exchange import Exchange
from continuity.hosts.files import Files
from continuity.hosts.ground import above
from continuity.hosts.host import Host
from continuity.hosts.swapping import Answer, clear_stage, dress, make_room, settle, swap
from continuity.sources.replacement import Standing

_NAMES = 100


def free_names(files: Files, lives: tuple[bytes, ...], word: str) -> tuple[bytes, ...]:
    """Choose a name beside each place that nothing there has. Raises ConflictError."""
    ends = [os.fsencode(word if number == 1 else f"{word}-{number}") for number in range(1, _NAMES)]
    wanted = [live + end for live in lives for end in ends]
    taken = {entry.path for entry in files.look(wanted)}
    chosen = []
    for live in lives:
        free = next((live + end for end in ends if live + end not in taken), None)
        if free is None:
            raise ConflictError(
                say(N_("Too much is kept beside {path} there."), path=shown(live)),
                remedy=say(N_("Remove what nobody needs of it, then try the step again.")),
            )
        chosen.append(free)
    return tuple(chosen)


def free_asides(
    files: Files, lives: tuple[bytes, ...], tops: tuple[bytes, ...], word: str
) -> tuple[bytes, ...]:
    """Choose where each old one goes: beside it, or in a directory of its own in a mount point.

    Raises ConflictError.
    """
    apart = tuple(live for live in lives if above(live) not in tops)
    beside = dict(zip(apart, free_names(files, apart, word), strict=True))
    inside = tuple(top.rstrip(b"/") + b"/" for top in tops)
    holders = dict(zip(tops, free_names(files, inside, word), strict=True))
    return tuple(
        beside[live] if live in beside else holders[above(live)] + live[len(above(live)) :]
        for live in lives
    )


def exchange_names(host: Host, exchange: Exchange) -> None:
    """Swap the names; when the connection breaks, look what became of it and assume nothing.

    Raises ContinuityError with the old in its place, and UncertainError when nobody knows.
    """
    trouble: ContinuityError | None
    try:
        make_room(host, exchange)
        trouble = _trouble(host, exchange, swap(host, exchange))
    except ContinuityError as error:
        found = settled(host, exchange)
        if found is Standing.UNKNOWN:
            raise uncertain(host.name, exchange) from error
        trouble = None if found is Standing.FRESH else error
    if isinstance(trouble, UncertainError):
        raise trouble
    # An empty stage that stays is of no harm; a full one is cleared away by the next try.
    with suppress(ContinuityError):  # as said above
        clear_stage(host, exchange)
    if trouble is not None:
        raise trouble


def dressed(host: Host, exchange: Exchange) -> tuple[Message, ...]:
    """Let mount points look as what came back into them did, and say where that cannot be."""
    try:
        dress(host, exchange)
    except ContinuityError:
        place = ", ".join(shown(top.path) for top in exchange.tops)
        told = N_("The owner or the mode of {path} did not come back: look before it is used.")
        return (say(told, path=place),)
    return ()


def _trouble(host: Host, exchange: Exchange, answer: Answer) -> ContinuityError | None:
    path = shown(exchange.shifts[0].live)
    match answer.word:
        case "fresh":
            return None
        case "unknown":
            return uncertain(host.name, exchange)
        case "old":
            return SourceError(
                say(N_("{path} could not be written: {cause}."), path=path, cause=answer.why),
                remedy=say(
                    N_("Look at the disk there and at the rights of the account, then try again.")
                ),
            )
        case _:
            return ConflictError(
                say(N_("{path} was changed there meanwhile, so nothing was replaced."), path=path),
                remedy=say(N_("Look who works there; stop it, then try the step again.")),
            )


def settled(host: Host, exchange: Exchange) -> Standing:
    """Find out which one is in place; what was cut off in the middle is taken back."""
    try:
        word = settle(host, exchange).word
    except ContinuityError:
        return Standing.UNKNOWN
    return {"fresh": Standing.FRESH, "old": Standing.OLD}.get(word, Standing.UNKNOWN)


def uncertain(host: str, exchange: Exchange) -> UncertainError:
    """Say that nobody knows what is in place there."""
    return UncertainError(
        say(
            N_("Nobody knows whether {path} on {host} was replaced."),
            path=shown(exchange.shifts[0].live),
            host=host,
        ),
        remedy=say(
            N_(
                "See that the machine answers, its disk is mounted, and nobody put anything there;"
                " then let it be looked up: continuity runbook carry-on"
            )
        ),
    )


def kept_at(exchange: Exchange) -> tuple[str, ...]:
    """Name where the old things are."""
    return tuple(map(shown, exchange.kept))
