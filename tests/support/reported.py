"""Reports on a diary, on an ordinary firm and on one with hostile names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any  # JSON, or keys of any dataclass

from hypothesis import strategies as st

from continuity.domain.incident import Incident
from continuity.domain.period import Period, period_from_text, preceding
from continuity.domain.portfolio import JobPlan, Portfolio, SystemPlan
from continuity.domain.report import Report
from continuity.domain.report_reading import gather
from continuity.domain.reporting import Grounds, report_on
from continuity.domain.text import Message
from tests.support.judgement import DAY, FULL, HOUR, START, Diary, a_job, a_system

MARCH = period_from_text("2026-03", "Europe/Madrid")
ZONE = "Europe/Madrid"


def grounds_of(
    diary: Diary,
    period: Period = MARCH,
    *,
    systems: Iterable[SystemPlan] = (),
    jobs: Iterable[JobPlan] = (),
    incidents: Iterable[Incident] = (),
    **more: Any,
) -> Grounds:
    """Take a diary for the record of a firm of one system, unless others are given."""
    gathered = gather(diary.records, period, preceding(period, ZONE))
    portfolio = Portfolio(
        systems=tuple(systems) or (a_system(rto=4 * HOUR),),
        jobs=tuple(jobs) or (a_job(),),
        facts=gathered.now,
        zone=ZONE,
    )
    return Grounds(
        organisation="Acme",
        portfolio=portfolio,
        gathered=gathered,
        incidents=tuple(incidents),
        **more,
    )


def reported(
    diary: Diary,
    now: datetime,
    period: Period = MARCH,
    *,
    doubt: Message | None = None,
    **more: Any,
) -> Report:
    """Report on a period of a diary."""
    return report_on(grounds_of(diary, period, doubt=doubt, **more), period, now)


def a_good_month() -> Diary:
    """Write nightly backups, weekly tests of a sample and one timed restore of everything."""
    diary = Diary()
    for day in range(28):
        diary.backup(START + day * DAY)
        if day % 7 == 6:
            diary.drill(START + day * DAY + HOUR, START + day * DAY, **SAMPLED)
    return diary.drill(START + 27 * DAY + 2 * HOUR, START + 27 * DAY, **FULL, **PHASES)


PHASES: dict[str, Any] = {
    "phases": [
        {"name": "resolve", "milliseconds": 1_000},
        {"name": "restore", "milliseconds": 500_000},
        {"name": "compare", "milliseconds": 99_000},
    ],
    "sandbox": {"isolation": "process", "torn_down": True},
}
SAMPLED: dict[str, Any] = {
    "sample": {
        "seed": "ab12",
        "size": 59,
        "random": 50,
        "due": 5,
        "always": 4,
        "bytes": 5_000_000,
        "cut": 0,
        "population": {"files": 100, "bytes": 10_000_000},
    },
    "confidence": {
        "sentence": {
            "template": "All {population} files were compared; {bad} were bad.",
            "values": {"population": 100, "bad": 0},
        }
    },
}
END = START + 27 * DAY + 3 * HOUR
"""Right after a good month."""

hostile = st.text(
    st.one_of(
        st.sampled_from("<>&\"'\n\r\t\x00\x1b\u202e\u2066\u200f|*_`[](){}%;=,"),
        st.characters(exclude_categories=["Cs"]),
    ),
    min_size=1,
    max_size=60,
)
"""Names that would break a page, a table, a terminal or a format string."""
