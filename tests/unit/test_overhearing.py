"""Nothing is heard twice and nothing is missed, whatever the clocks of the other side say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.ticket import RemoteChange, TicketRef
from continuity.workflows.overhearing import OVERLAP, Heard
from tests.support.incidents import DAY, NOW

REF = TicketRef(id="1", key="E-1", url="")
MOMENTS = st.integers(0, 100_000).map(lambda seconds: NOW + timedelta(seconds=seconds))


def change(at: datetime, comment: str) -> RemoteChange:
    return RemoteChange(ref=REF, at=at, actor="anna", state=None, comment=comment)


def listened(heard: Heard, rounds: list[list[RemoteChange]], now: datetime) -> Iterator[str]:
    """Listen again and again to all there is by then, as a system answers that forgets nothing."""
    there: list[RemoteChange] = []
    for news in rounds:
        there += news
        for _ in range(2):
            fresh = heard.fresh([one for one in there if one.at > heard.since])
            heard = heard.with_heard(fresh, now, whole=True)
            yield from (one.comment for one in fresh)


@given(st.lists(MOMENTS, unique=True, max_size=30), st.integers(1, 5))
def test_all_that_is_done_in_order_is_heard_once(moments: list[datetime], size: int) -> None:
    told = [change(at, str(place)) for place, at in enumerate(sorted(moments))]
    rounds = [told[start : start + size] for start in range(0, len(told), size)]

    found = list(listened(Heard(moment=NOW - DAY), rounds, NOW + 2 * DAY))

    assert found == [one.comment for one in told]


@given(st.timedeltas(timedelta(), OVERLAP - timedelta(seconds=1)))
def test_what_an_index_shows_late_is_heard(lag: timedelta) -> None:
    first, late = change(NOW, "first"), change(NOW - lag, "late")

    found = list(listened(Heard(moment=NOW - DAY), [[first], [late]], NOW))

    assert found == ["first", "late"]


def test_a_time_in_the_far_future_makes_nobody_deaf() -> None:
    wrong, right = change(NOW + 3650 * DAY, "wrong"), change(NOW, "right")

    found = list(listened(Heard(moment=NOW - DAY), [[wrong], [right]], NOW))

    assert found == ["wrong", "right"]


def test_a_flood_is_heard_in_pieces_and_whole() -> None:
    flood = [change(NOW + timedelta(seconds=place), str(place)) for place in range(350)]

    found = list(listened(Heard(moment=NOW - DAY), [flood], NOW + DAY))

    assert found == [one.comment for one in flood]


def test_while_one_ticket_is_not_understood_nothing_is_taken_for_heard_by_its_time() -> None:
    heard = Heard(moment=NOW - DAY)
    fresh = heard.fresh([change(NOW, "of another ticket")])

    later = heard.with_heard(fresh, NOW, whole=False)

    assert later.moment == heard.moment
    assert later.fresh([change(NOW, "of another ticket")]) == ()
