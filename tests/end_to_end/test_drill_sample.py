"""What a drill restores, of which point, and what may be said of the rest."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any  # keys of a dataclass

import pytest

from continuity.domain.confidence import upper_bound
from continuity.domain.coverage import (
    CoverageQuestion,
    ProvenContent,
    measure_coverage,
    plain_from_coverage,
)
from continuity.domain.evidence import RecordKind
from continuity.domain.failure import ConfigurationError
from continuity.workflows.planning import DrillRequest, plan_drill
from tests.support.filled import a_sampled_firm, filled, generation
from tests.support.firm import Firm, Office, Wishes, a_firm, at_work, body_of
from tests.support.sabotage import Harm, harm


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return a_sampled_firm(tmp_path)


def paths_of(office: Office, **asked: Any) -> list[bytes]:
    request = DrillRequest(**asked)
    plan = plan_drill(office.app.bench, office.protected(), office.facts(), request)
    assert plan.paths is not None
    return list(plan.paths)


def test_the_same_seed_draws_the_same_sample_whatever_was_proven_since(firm: Firm) -> None:
    with at_work(firm) as office:
        office.back_up()
        first = office.drill(seed="0badcafe")
        before = set(paths_of(office, seed="0badcafe"))
        office.drill(seed="another")
        plan = plan_drill(
            office.app.bench, office.protected(), office.facts(), DrillRequest(seed="0badcafe")
        )
        other = set(paths_of(office, seed="another one"))

    sample = plan.sample
    assert sample is not None
    assert set(sample.random) <= before
    assert len(sample.random) == body_of(first)["sample"]["random"]
    assert before != other


@pytest.mark.parametrize("size", [0, 1, 17, 1_000])
def test_the_size_asked_for_is_the_number_drawn_at_random(size: int, firm: Firm) -> None:
    with at_work(firm) as office:
        office.back_up()
        body = body_of(office.drill(size=size))

    sample = body["sample"]
    assert body["verdict"] == "PASS"
    assert sample["random"] == min(size, 40)
    assert ("confidence" in body) is (size > 0)


def test_points_are_chosen_by_word_and_by_the_beginning_of_their_id(firm: Firm) -> None:
    with at_work(firm) as office:
        made = []
        for number in range(3):
            (firm.source() / "file 0000").write_text(f"night {number}")
            made.append(str(body_of(office.back_up())["point"]["id"]))
            office.clock.go_on(timedelta(hours=24))
        found = {
            wanted: body_of(office.drill(point=wanted, seed="s"))["point"]["id"]
            for wanted in ("newest", "oldest", "random", made[1], made[1][:-1])
        }

    assert found["newest"] == made[2]
    assert found["oldest"] == made[0]
    assert found["random"] in made
    assert found[made[1]] == found[made[1][:-1]] == made[1]


def test_a_mistyped_point_is_an_error_of_the_asker_and_no_test_of_the_backup(firm: Firm) -> None:
    with at_work(firm) as office:
        office.back_up()
        for wanted in ("latest", "20", "no-such-point"):
            with pytest.raises(ConfigurationError):
                office.drill(point=wanted)
        records = office.records([RecordKind.DRILL_STARTED])

    assert records == []


def test_fifty_nine_clean_files_say_at_most_five_percent(tmp_path: Path) -> None:
    sample = {"random": 59, "due": 0, "largest": 0, "newest": 0}
    firm = filled(a_firm(tmp_path, Wishes(job={"sample": sample})), 2_000)
    with at_work(firm) as office:
        office.back_up()
        body = body_of(office.drill())

    stated = body["confidence"]
    assert isinstance(stated, dict)
    assert (stated["drawn"], stated["clean"], stated["population"]) == (59, 59, 2_000)
    assert 40_000 < stated["upper_bound_ppm"] <= 1_000_000 * upper_bound(59) + 500
    assert stated["level"] == "95%"


def test_one_bad_file_of_the_draw_widens_what_is_stated(firm: Firm) -> None:
    with at_work(firm) as office:
        office.back_up()
        clean = body_of(office.drill(seed="s", size=40))["confidence"]
        request = DrillRequest(seed="s", size=20)
        plan = plan_drill(office.app.bench, office.protected(), office.facts(), request)
        assert plan.sample is not None
        drawn = Path(os.fsdecode(min(plan.sample.random))).name
        harm(generation(firm) / drawn, Harm.FLIP, 2)
        spoiled = body_of(office.drill(seed="s", size=20))

    assert clean["upper_bound_ppm"] == 0
    assert spoiled["verdict"] == "FAIL"
    assert spoiled["confidence"]["upper_bound_ppm"] > 0


def test_every_file_is_proven_before_its_deadline(tmp_path: Path) -> None:
    wishes = Wishes(
        job={
            "sample": {"random": 1, "due": 0, "largest": 0, "newest": 0, "within": "10d"},
            "schedule": {"drill": "every 24h"},
        }
    )
    firm = filled(a_firm(tmp_path, wishes), 40)
    grown = []
    with at_work(firm) as office:
        digest = body_of(office.back_up())["manifest"]["digest"]
        bench = office.app.bench
        for _ in range(10):
            office.drill()
            proven = {
                proof.path: ProvenContent(at=proof.proven_at, sha256=proof.sha256)
                for proof in bench.store.proofs("erp")
            }
            question = CoverageQuestion(
                now=bench.now(), within=timedelta(days=10), began=office.facts().began
            )
            coverage = measure_coverage(bench.shelf.read(digest), proven, question)
            grown.append(coverage.proven_files)
            office.clock.go_on(timedelta(hours=24))

    assert grown == sorted(grown)
    assert grown[0] >= 4
    assert grown[-1] == 40
    assert plain_from_coverage(coverage)["overdue_files"] == 0
