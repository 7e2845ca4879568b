"""Whether reports arrive as promised: silence must mean that something is broken. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from continuity.domain.clock import text_from_time
from continuity.domain.examined import Examined, doubtful, sound
from continuity.domain.failure import FailureClass
from continuity.domain.fault import CheckKind, Fault, FaultKind
from continuity.domain.observation import Observation
from continuity.domain.report_calendar import Clockwork, Due, Expected, latest_expected
from continuity.domain.text import N_, Message, say


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrivals:
    """What is expected, and which reports every one of their readers has."""

    expected: tuple[Expected, ...]
    arrived: Collection[tuple[str, str]]
    clockwork: Clockwork

    def overdue(self, one: Expected, now: datetime) -> Due | None:
        """Give the latest report that should have arrived and did not."""
        latest = latest_expected(one, self.clockwork, now)
        return None if latest is None or latest.mark in self.arrived else latest


def report_signals(organisation: str, arrivals: Arrivals, now: datetime) -> Iterator[Observation]:
    """Answer for each subscription whether its latest report arrived in time."""
    for one in arrivals.expected:
        latest = latest_expected(one, arrivals.clockwork, now)
        if latest is not None:
            yield _answer(organisation, arrivals, one, latest, now)


def _answer(
    organisation: str, arrivals: Arrivals, one: Expected, latest: Due, now: datetime
) -> Observation:
    good = Observation(
        check=CheckKind.REPORT,
        target=f"report:{one.name}",
        at=now,
        key=f"good:{text_from_time(latest.at)}",
    )
    if latest.mark in arrivals.arrived:
        return good
    fault = Fault(
        organisation=organisation,
        system="",
        check=good.check,
        kind=FaultKind.REPORT_MISSED,
        target=good.target,
        failure=FailureClass.OVERDUE,
    )
    return replace(
        good,
        key=f"missed:{text_from_time(latest.at)}",
        fault=fault,
        reason=_missed(latest, arrivals.clockwork),
        remedy=_REMEDY,
    )


def examine_reports(arrivals: Arrivals, now: datetime) -> Iterator[Examined]:
    """Say of each subscription whether what it promised arrived."""
    for one in sorted(arrivals.expected, key=lambda expected: expected.name):
        subject = say(N_("report {name}"), name=one.name)
        overdue = arrivals.overdue(one, now)
        latest = latest_expected(one, arrivals.clockwork, now)
        if overdue is not None:
            yield doubtful(subject, _missed(overdue, arrivals.clockwork), _REMEDY)
        elif latest is None:
            yield sound(subject, say(N_("None had to arrive yet.")))
        else:
            what = N_("The last one, {period}, reached everybody.")
            yield sound(subject, say(what, period=latest.period.name))


_REMEDY = say(N_("See why, and send it: continuity report --send-due"))


def _missed(due: Due, clockwork: Clockwork) -> Message:
    by = (due.at + clockwork.grace).astimezone(ZoneInfo(clockwork.zone))
    return say(
        N_("The one of {period} did not reach everybody by {moment}."),
        period=due.period.name,
        moment=f"{by:%Y-%m-%d %H:%M}",
    )
