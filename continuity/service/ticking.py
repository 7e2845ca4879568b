"""One tick: a turn, a round, and both again for as long as what it began goes on."""

from __future__ import annotations

from continuity.service.rounds import Round, go_round
from continuity.service.shift import Shift

_ITSELF = "continuity tick"
_GLANCE_SECONDS = 15.0
ROUND_EVERY_SECONDS = 60.0


def take_turn(shift: Shift) -> list[Round]:
    """Begin what is due and wait for its end. What stops this stops what it began."""
    monotonic = shift.app.bench.monotonic
    try:
        shift.turn()
        rounds, last = [go_round(shift.app, _ITSELF)], monotonic()
        while shift.is_busy:
            shift.wake.wait(_GLANCE_SECONDS)
            shift.wake.clear()
            shift.turn()
            if monotonic() - last >= ROUND_EVERY_SECONDS:
                rounds.append(go_round(shift.app, _ITSELF))
                last = monotonic()
    except BaseException:  # also an interrupt; it goes on below
        shift.end()
        raise
    return rounds
