"""Trees of another machine take each other's place, and whoever comes later finds out how."""

from __future__ import annotations

import os
from contextlib import suppress

from continuity.domain.failure import (
    ConflictError,
    ContinuityError,
    SourceError,
    UncertainError,
)
from continuity.domain.text import N_, say, shown
from continuity.hosts.files import Files
from continuity.hosts.host import Host
from continuity.hosts.remote_swap import NOTHING, Answer, Exchange, clear_stage, settle, swap
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


def exchange_there(host: Host, exchange: Exchange) -> None:
    """Swap the names; when the connection breaks, look what became of it and assume nothing.

    Raises ContinuityError with the old in its place, and UncertainError when nobody knows.
    """
    trouble: ContinuityError | None
    try:
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
        remedy=say(N_("Reach the machine, then let it be looked up: continuity runbook carry-on")),
    )


def kept_at(exchange: Exchange) -> tuple[str, ...]:
    """Name where the old things are."""
    return tuple(shown(one.aside) for one in exchange.shifts if one.old_id != NOTHING)
