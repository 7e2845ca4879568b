"""Who is called next, foretold: what is foretold is what then happens."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.ahead import ahead_of
from continuity.domain.duty import Duty, Side
from continuity.domain.escalation import Scene, changes_from, due_rungs
from continuity.domain.incident import Incident
from continuity.domain.incident_changes import after
from continuity.domain.incident_commands import acknowledge
from continuity.domain.ladder import Ladder, Recipient, Rung, Track, When, Whom
from tests.support.incidents import MINUTE, NOW, PERSON, opened

_ALL = Recipient(whom=Whom.EVERYONE)
_SCENE = Scene(duty=Duty(zone="Europe/Madrid", sides={"ana": Side.INTERNAL}))


def ladder(*minutes: int, repeat: int = 0) -> Ladder:
    rungs = tuple(Rung(when=When.UNACKNOWLEDGED, to=(_ALL,), after=one * MINUTE) for one in minutes)
    return Ladder(name="repair", track=Track.TECHNICAL, rungs=rungs, repeat=repeat)


def climbed(incident: Incident, one: Ladder, passed: timedelta) -> Incident:
    now = NOW + passed
    return after(incident, changes_from(due_rungs(incident, [one], _SCENE, now), now))


@given(
    st.lists(st.integers(0, 120), min_size=1, max_size=4, unique=True),
    st.integers(0, 2),
    st.integers(0, 400),
)
def test_nobody_is_called_before_it_was_foretold_and_somebody_is_then(
    minutes: list[int], repeat: int, passed: int
) -> None:
    one = ladder(*sorted(minutes), repeat=repeat)
    incident = climbed(opened()[1], one, timedelta())
    for minute in range(passed + 1):
        incident = climbed(incident, one, minute * MINUTE)
    foretold = ahead_of(incident, [one], _SCENE, NOW + passed * MINUTE)

    for ahead in foretold:
        assert due_rungs(incident, [one], _SCENE, ahead.at - MINUTE / 2) == ()
        assert [call.key for call in due_rungs(incident, [one], _SCENE, ahead.at)] == [
            ahead.call.key
        ]
    assert bool(foretold) == (passed < max(minutes) + repeat * (max(minutes) + 30))


def test_nobody_is_foretold_while_somebody_has_it() -> None:
    _, incident = opened()
    taken = after(incident, acknowledge(PERSON)(incident))

    assert ahead_of(incident, [ladder(30)], _SCENE, NOW) != ()
    assert ahead_of(taken, [ladder(30)], _SCENE, NOW) == ()


def test_a_rung_that_is_late_is_foretold_for_its_own_time() -> None:
    (ahead,) = ahead_of(opened()[1], [ladder(30)], _SCENE, NOW + 45 * MINUTE)

    assert (ahead.at, ahead.call.acting) == (NOW + 30 * MINUTE, ("ana",))
