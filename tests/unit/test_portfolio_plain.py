"""Plans come back from the cache as they went in, or not at all."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.portfolio import JobPlan, SystemPlan
from continuity.domain.portfolio_plain import plain_from_plans, plans_from_plain
from continuity.domain.schedule import timetable_from_text

NAMES = st.text(st.characters(codec="utf-8"), max_size=12)
SPANS = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=4_000))
TIMETABLES = st.sampled_from(
    [
        None,
        timetable_from_text("daily at 02:00", "Europe/Madrid"),
        timetable_from_text("0 2 * * 1-5", "America/Bogota"),
    ]
)
MOMENTS = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    timezones=st.just(UTC),
)
SYSTEMS = st.builds(
    SystemPlan,
    name=NAMES,
    title=NAMES,
    criticality=NAMES,
    depends_on=st.lists(NAMES, max_size=3).map(tuple),
    rpo=st.none() | SPANS,
    rto=st.none() | SPANS,
    prove=st.none() | SPANS,
    proof_level=NAMES,
    time_validity=SPANS,
)
JOBS = st.builds(
    JobPlan,
    name=NAMES,
    title=NAMES,
    system=NAMES,
    repository=NAMES,
    engine=NAMES,
    site=st.none() | NAMES,
    medium=NAMES,
    path_set=NAMES,
    backup=TIMETABLES,
    drill=TIMETABLES,
    full_drill=TIMETABLES,
    grace=SPANS,
    skip_until=st.none() | MOMENTS,
    skip_reason=NAMES,
)


@given(systems=st.lists(SYSTEMS, max_size=4), jobs=st.lists(JOBS, max_size=4))
def test_plans_survive_json(systems: list[SystemPlan], jobs: list[JobPlan]) -> None:
    text = json.dumps(plain_from_plans(systems, jobs))

    assert plans_from_plain(json.loads(text)) == (tuple(systems), tuple(jobs))


@pytest.mark.parametrize(
    "plain",
    [
        {},
        {"systems": [], "jobs": None},
        {"systems": [{}], "jobs": []},
        {"systems": [3], "jobs": []},
        {"systems": [], "jobs": [{"name": "erp", "skip_until": 3}]},
    ],
)
def test_anything_else_is_refused(plain: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        plans_from_plain(plain)
