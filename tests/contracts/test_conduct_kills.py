"""Whoever conducts a run is killed, wherever it may hurt; the next one knows what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from continuity.domain.audit import AuditAnswer, verify_chain
from continuity.domain.conduct import Conduct, Event, RunState
from continuity.domain.conduct_changes import after
from tests.support.killings import NEVER_TWICE, RUN, Life, killed

_MOST, _PARTS = 500, 10


@pytest.mark.parametrize("first", range(1, _PARTS + 1))
def test_a_kill_at_any_moment_loses_nothing_and_does_nothing_twice(
    tmp_path: Path, first: int
) -> None:
    for moment in range(first, _MOST, _PARTS):
        place = tmp_path / str(moment)
        place.mkdir()

        def work(place: Path = place, moment: int = moment) -> None:
            Life(place=place, dies_at=moment).live()

        died = killed(work)
        next_one = Life(place=place)
        next_one.live()
        _all_is_well(next_one, moment)
        next_one.store.close()
        if not died:
            break

    assert 30 < moment < _MOST - _PARTS


def _all_is_well(life: Life, moment: int) -> None:
    conduct, entries = life.conduct(), life.entries()
    assert conduct is not None
    assert conduct.state is RunState.COMPLETED, moment
    assert (sorted(life.effects()), life.told()) == (sorted(NEVER_TWICE), 1), moment
    assert replace(after(Conduct(run=RUN), entries), commander="luis") == conduct
    assert verify_chain(life.store.lines()).answer is AuditAnswer.INTACT
    begun = [one for one in entries if one.step == "rest" and one.event is Event.BEGUN]
    assert [conduct.of("rest").due_at] == [one.at + timedelta(minutes=10) for one in begun]
