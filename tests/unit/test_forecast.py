"""If everything burned today, or a place with copies did."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.assessment import assess
from continuity.domain.failure import ConfigurationError
from continuity.domain.forecast import Forecast, forecast, plain_from_forecast
from continuity.domain.portfolio import CRITICALITIES, Portfolio
from continuity.domain.recovery_order import recovery_order, start_times
from continuity.domain.recovery_time import TimeKind
from continuity.domain.surviving import Survival
from tests.support.judgement import FULL, HOUR, START, Diary, a_job, a_system

NOW = START + 2 * HOUR


def the_firm() -> Portfolio:
    diary = Diary()
    for name in ("directory", "billing", "shop"):
        diary.backup(START, job=name, path_set=name)
    for name in ("directory", "billing"):
        diary.drill(START + HOUR, START, job=name, **{**FULL, "path_set": name})
    diary.backup(START, job="billing-away", path_set="billing", repository="offsite")
    return Portfolio(
        systems=(
            a_system(name="shop", criticality="high"),
            a_system(name="billing", criticality="vital", depends_on=("directory",)),
            a_system(name="directory", criticality="low"),
        ),
        jobs=(
            a_job(name="directory", system="directory", path_set="directory"),
            a_job(name="billing", system="billing", path_set="billing"),
            a_job(name="billing-away", path_set="billing", repository="offsite", site="cloud"),
            a_job(name="shop", system="shop", path_set="shop"),
        ),
        facts=diary.facts(),
    )


def foreseen(lose: str = "everything", lanes: int = 1) -> Forecast:
    firm = the_firm()
    return forecast(firm, assess(firm, NOW), NOW, lanes=lanes, lose=lose)


def test_what_a_vital_system_needs_comes_back_before_all_else() -> None:
    first, second, third = foreseen().returns

    assert ("directory", timedelta(minutes=10)) == (first.system, first.back)
    assert ("billing", timedelta(minutes=20)) == (second.system, second.back)
    assert NOW + timedelta(minutes=20) == second.back_at
    assert third.system == "shop"


def test_an_unknown_recovery_time_is_unknown_and_not_zero() -> None:
    shop = foreseen().returns[-1]

    assert (shop.back, shop.kind) == (None, TimeKind.UNKNOWN)
    assert any("unknown" in str(note) for note in foreseen().notes)


def test_losing_a_site_loses_what_has_no_copy_elsewhere() -> None:
    returns = {one.system: one for one in foreseen("site:office").returns}

    assert Survival.LOST is returns["shop"].survival
    assert returns["shop"].loss is None
    assert returns["shop"].lost_jobs == ("shop",)
    assert Survival.CLAIMED is returns["billing"].survival
    assert returns["billing"].back is None


def test_losing_another_repository_costs_nothing_that_is_proven() -> None:
    returns = {one.system: one for one in foreseen("repository:offsite").returns}

    assert Survival.PROVEN is returns["billing"].survival
    assert 2 * HOUR + timedelta(minutes=5) == returns["billing"].loss


@pytest.mark.parametrize("lose", ["site:ofice", "planet:earth", "", "repository"])
def test_a_place_that_nobody_knows_is_refused(lose: str) -> None:
    with pytest.raises(ConfigurationError):
        foreseen(lose)


def test_no_lane_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        foreseen(lanes=0)


def test_a_forecast_is_plain_json_in_whole_seconds() -> None:
    plain = json.loads(json.dumps(plain_from_forecast(foreseen())))

    assert [one["back_seconds"] for one in plain["systems"]] == [600, 1200, None]


names = [f"s{number}" for number in range(8)]
graphs = st.fixed_dictionaries(
    {
        name: st.lists(st.sampled_from(names[:at]), unique=True) if at else st.just([])
        for at, name in enumerate(names)
    }
)
lengths = st.fixed_dictionaries({name: st.one_of(st.none(), st.integers(0, 90)) for name in names})


@given(graphs, lengths, st.integers(1, 4), st.lists(st.sampled_from(CRITICALITIES), min_size=8))
def test_no_system_starts_before_its_needs_or_beyond_the_lanes(
    needs: dict[str, list[str]], minutes: dict[str, int | None], lanes: int, ranks: list[str]
) -> None:
    systems = [
        a_system(name=name, depends_on=tuple(needs[name]), criticality=ranks[at])
        for at, name in enumerate(names)
    ]
    order = recovery_order(systems)
    lasting = {n: None if m is None else timedelta(minutes=m) for n, m in minutes.items()}
    starts = start_times(order, needs, lasting, lanes)
    backs = {name: start + (lasting[name] or timedelta(0)) for name, start in starts.items()}

    assert sorted(names) == sorted(order)
    for name in names:
        known = minutes[name] is not None and all(needed in starts for needed in needs[name])
        assert known == (name in starts)
        assert all(order.index(needed) < order.index(name) for needed in needs[name])
        assert name not in starts or all(backs[one] <= starts[name] for one in needs[name])
    for start in starts.values():
        assert lanes >= sum(starts[one] <= start < backs[one] for one in starts)
