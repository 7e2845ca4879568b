"""If everything burned today, or a place with copies did."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.assessment import assess
from continuity.domain.failure import ConfigurationError
from continuity.domain.forecast import Forecast, forecast
from continuity.domain.forecast_plain import plain_from_forecast
from continuity.domain.lanes import Stretch, run_lanes
from continuity.domain.portfolio import CRITICALITIES, Portfolio
from continuity.domain.recovery_order import recovery_order
from continuity.domain.recovery_time import TimeKind
from continuity.domain.storage_judgement import VALIDITY
from continuity.domain.surviving import Survival
from tests.support.judgement import FULL, HOUR, START, Diary, a_job, a_system
from tests.support.sightings import LOCKED_BUCKET, look

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


def test_a_copy_that_may_stand_at_the_lost_site_has_not_survived() -> None:
    firm = the_firm()
    jobs = tuple(
        replace(job, site=None) if job.repository == "offsite" else job for job in firm.jobs
    )
    unsure = replace(firm, jobs=jobs)

    lost = forecast(unsure, assess(unsure, NOW), NOW, lose="site:office")

    returns = {one.system: one for one in lost.returns}
    assert returns["billing"].survival is Survival.LOST
    assert any("offsite" in str(note) and "count as lost" in str(note) for note in lost.notes)


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
    slots = run_lanes(order, needs, alone(minutes), lanes)

    assert sorted(names) == sorted(order)
    for name in names:
        known = minutes[name] is not None and all(needed in slots for needed in needs[name])
        assert known == (name in slots)
        assert all(order.index(needed) < order.index(name) for needed in needs[name])
        assert name not in slots or all(slots[one].back <= slots[name].start for one in needs[name])
    for slot in slots.values():
        assert slot.back - slot.start in {timedelta(minutes=m or 0) for m in minutes.values()}
        assert lanes >= sum(one.start <= slot.start < one.back for one in slots.values())


def alone(minutes: dict[str, int | None]) -> dict[str, list[Stretch] | None]:
    return {
        name: None if length is None else [Stretch(length=timedelta(minutes=length))]
        for name, length in minutes.items()
    }


stretches = st.builds(
    Stretch,
    length=st.builds(timedelta, seconds=st.integers(0, 9_000)),
    place=st.sampled_from(["", "nas", "cloud"]),
)
works = st.fixed_dictionaries({name: st.lists(stretches, max_size=3) for name in names})


@given(graphs, works, st.integers(1, 4))
def test_restores_from_one_place_share_its_speed_and_never_exceed_it(
    needs: dict[str, list[str]], work: dict[str, list[Stretch]], lanes: int
) -> None:
    slots = run_lanes(names, needs, work, lanes)
    end = max(slot.back for slot in slots.values())

    assert set(names) == set(slots)
    for name, slot in slots.items():
        own = sum((stretch.length for stretch in work[name]), timedelta(0))
        assert own <= slot.back - slot.start <= own * lanes
    for place in ("nas", "cloud"):
        moved = [one.length for parts in work.values() for one in parts if one.place == place]
        assert sum(moved, timedelta(0)) <= end


def test_two_restores_from_one_repository_take_twice_as_long() -> None:
    hour = [Stretch(length=timedelta(hours=1), place="nas")]
    together = run_lanes(["a", "b"], {"a": [], "b": []}, {"a": hour, "b": hour}, 2)
    apart = run_lanes(
        ["a", "b"],
        {"a": [], "b": []},
        {"a": hour, "b": [Stretch(length=timedelta(hours=1), place="cloud")]},
        2,
    )

    assert [timedelta(hours=2)] * 2 == [together[name].back for name in "ab"]
    assert [timedelta(hours=1)] * 2 == [apart[name].back for name in "ab"]


def on_hosts() -> Portfolio:
    """The firm with its billing on a server of its own, which also keeps the copies of the shop."""
    firm = the_firm()
    jobs = tuple(
        replace(
            job,
            host="erp" if job.name.startswith("billing") else "local",
            keeper="erp" if job.name == "shop" else None,
        )
        for job in firm.jobs
    )
    return replace(firm, jobs=jobs)


def without(lose: str) -> Forecast:
    firm = on_hosts()
    return forecast(firm, assess(firm, NOW), NOW, lose=lose)


def test_a_lost_machine_loses_what_lives_on_it_and_the_copies_that_stand_on_it() -> None:
    told = without("host:erp")

    assert [one.system for one in told.returns] == ["billing"]
    assert not told.all_lost
    # The directory that billing needs still runs, so nothing waits for it.
    assert told.returns[0].start == timedelta(0)


def test_what_runs_elsewhere_and_needs_the_lost_machine_is_said_to_wait() -> None:
    told = without("host:local")

    assert [one.system for one in told.returns] == ["directory", "shop"]
    assert told.waiting == ("billing",)
    assert any("waiting" in str(note) for note in told.notes)


def test_the_loss_and_the_time_told_are_of_the_same_copy() -> None:
    diary = Diary().backup(START).backup(START, job="billing-away", repository="offsite")
    diary.drill(START + HOUR, START)
    diary.backup(START + HOUR, job="billing-away", repository="offsite")
    diary.drill(START + HOUR, START, "billing-away", repository="offsite", **FULL)
    firm = Portfolio(
        systems=(a_system(),),
        jobs=(a_job(), a_job(name="billing-away", repository="offsite")),
        facts=diary.facts(),
    )
    (back,) = forecast(firm, assess(firm, NOW), NOW).returns

    assert back.repositories == ("offsite",)
    assert back.back == timedelta(minutes=10)


def test_a_computed_time_is_a_band_and_says_why_where_there_is_none() -> None:
    diary = Diary().backup(START)
    for hour in range(1, 7):
        milliseconds = 60_000 + 500 * (hour % 3)
        diary.drill(
            START + hour * HOUR, START, rto={"kind": "SAMPLE", "milliseconds": milliseconds}
        )
    job, facts = a_job(), diary.facts()
    firm = Portfolio(systems=(a_system(),), jobs=(job,), facts=facts)
    now = START + 7 * HOUR
    (back,) = forecast(firm, assess(firm, now), now).returns
    few = replace(firm, facts=Diary().backup(START).facts())
    (unknown,) = forecast(few, assess(few, now), now).returns

    assert back.kind is TimeKind.EXTRAPOLATED
    assert back.likely is not None
    assert back.back is not None
    assert timedelta(minutes=1) <= back.likely <= back.back
    assert "at least 5 are needed" in str(unknown.missing)


def test_what_is_not_known_to_refuse_deletions_is_named_as_at_risk() -> None:
    diary = Diary().backup(START).drill(START + HOUR, START, **FULL)
    blind = Portfolio(systems=(a_system(),), jobs=(a_job(),), facts=diary.facts())
    look(diary, NOW, LOCKED_BUCKET, kind="s3")
    safe = replace(blind, facts=diary.facts())

    told = [
        forecast(firm, assess(firm, at), at)
        for firm, at in ((blind, NOW), (safe, NOW), (safe, NOW + VALIDITY))
    ]

    assert [one.at_risk for one in told] == [("vault",), (), ("vault",)]
    assert [any("deletions" in str(note) for note in one.notes) for one in told] == [
        True,
        False,
        True,
    ]
