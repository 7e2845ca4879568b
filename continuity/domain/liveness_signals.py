"""Whether a person saw the last test of each channel. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from continuity.domain.failure import FailureClass
from continuity.domain.fault import CheckKind, Fault, FaultKind
from continuity.domain.liveness import CONFIRM_WITHIN, LivenessTest
from continuity.domain.observation import Observation
from continuity.domain.text import N_, say


def liveness_signals(
    organisation: str, kinds: Mapping[str, str], tests: Iterable[LivenessTest], now: datetime
) -> Iterator[Observation]:
    """Answer for each channel that was tried; ``kinds`` are those of today, by their names.

    A test that just went out has yet to be seen, and answers nothing.
    """
    latest = {(test.channel, test.kind): test for test in tests}
    for name, kind in kinds.items():
        test = latest.get((name, kind))
        if test is None:
            continue
        answer = _answer(organisation, test, now)
        if answer is not None:
            yield answer


def _answer(organisation: str, test: LivenessTest, now: datetime) -> Observation | None:
    good = Observation(
        check=CheckKind.CHANNEL_TEST,
        target=f"outlet:{test.channel}",
        at=now,
        key=f"seen:{test.sequence}",
    )
    if test.confirmed_at is not None:
        return good
    if now - test.at <= CONFIRM_WITHIN:
        return None
    fault = Fault(
        organisation=organisation,
        system="",
        check=good.check,
        kind=FaultKind.CHANNEL_SILENT,
        target=good.target,
        failure=FailureClass.OVERDUE,
    )
    reason = say(N_("Nobody has confirmed the test of {at}."), at=test.at.date().isoformat())
    return replace(good, key=f"unseen:{test.sequence}", fault=fault, reason=reason)
