"""What a drill writes into the record, and what it believes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from continuity.domain.confidence import upper_bound
from continuity.domain.coverage import (
    CoverageQuestion,
    ProvenContent,
    measure_coverage,
    plain_from_coverage,
)
from continuity.domain.evidence import RecordKind
from continuity.domain.failure import ConfigurationError, FailureClass
from continuity.domain.verdict import Verdict
from continuity.workflows.drill import drill
from continuity.workflows.planning import DrillRequest, plan_drill
from continuity.workflows.running import Ended
from continuity.workflows.world import Watch
from tests.support.firm import Firm, Office, Wishes, a_firm, at_work, body_of
from tests.support.sabotage import Harm, harm

ALWAYS = {"verdict", "repository", "engine", "path_set", "phases", "milliseconds"}
TESTED = ALWAYS | {
    "tool",
    "full",
    "level",
    "why",
    "repository_id",
    "manifest",
    "point",
    "adopted",
    "classes",
    "findings",
    "findings_total",
    "rto",
    "restored",
    "complaints",
    "sandbox",
}
PHASES = ["resolve", "sandbox", "restore", "compare", "teardown"]
CLASSES = {"match", "corrupt", "missing", "extra", "metadata", "drifted", "unverifiable"}


def filled(firm: Firm, count: int) -> Firm:
    for number in range(count):
        (firm.source() / f"file {number:04d}").write_text(f"content {number}\n")
    return firm


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    wishes = Wishes(
        system={"rto": "4h"},
        job={"sample": {"random": 5, "due": 4, "largest": 1, "newest": 1}},
    )
    return filled(a_firm(tmp_path, wishes), 40)


def generation(firm: Firm) -> Path:
    """Give the tree of the newest copy."""
    newest = max((firm.repository() / "generations").iterdir())
    return Path(f"{newest}{firm.source()}")


def paths_of(office: Office, **asked: Any) -> list[bytes]:
    request = DrillRequest(**asked)
    plan = plan_drill(office.app.bench, office.protected(), office.facts(), request)
    assert plan.paths is not None
    return list(plan.paths)


@pytest.mark.parametrize("engine", ["rsync", "restic"])
def test_a_good_drill_records_what_an_auditor_asks_for(engine: str, tmp_path: Path) -> None:
    wishes = Wishes(
        engines={"erp": engine},
        system={"rto": "4h"},
        job={"sample": {"random": 5, "due": 4, "largest": 1, "newest": 1}},
    )
    firm = filled(a_firm(tmp_path, wishes), 40)
    with at_work(firm) as office:
        made = body_of(office.back_up())
        sample = body_of(office.drill(seed="a seed"))
        whole = body_of(office.drill(full=True))

    assert set(sample) - {"vouched"} == TESTED | {"sample", "confidence"}
    assert set(whole) - {"vouched"} == TESTED
    assert (sample["verdict"], sample["level"], sample["full"]) == ("PASS", "L3", False)
    assert (whole["verdict"], whole["level"], whole["full"]) == ("PASS", "L4", True)
    for body in (sample, whole):
        assert body["point"] == {
            key: made["point"][key] for key in ("id", "data_time", "usable_time")
        }
        assert body["manifest"] == made["manifest"]["digest"]
        assert body["repository_id"] == made["repository_id"]
        assert set(body["classes"]) == CLASSES
        assert [phase["name"] for phase in body["phases"]] == PHASES
        assert body["sandbox"]["torn_down"] is True
        assert body["findings"] == []
    assert sample["rto"]["kind"] == "SAMPLE"
    assert whole["rto"]["kind"] == "MEASURED"
    assert whole["rto"]["target_milliseconds"] == 4 * 3_600_000
    assert whole["restored"]["files"] == whole["classes"]["match"]
    drawn = sample["sample"]
    assert isinstance(drawn, dict)
    assert drawn["population"]["files"] == 40
    assert (drawn["seed"], drawn["random"], drawn["due"]) == ("a seed", 5, 4)
    assert sample["classes"]["match"] == drawn["size"]


def _flip(firm: Firm) -> None:
    harm(generation(firm) / "file 0003", Harm.FLIP, 2)


def _lose(firm: Firm) -> None:
    harm(generation(firm) / "file 0003", Harm.DELETE, 0)


def _touch(firm: Firm) -> None:
    os.utime(generation(firm) / "file 0003", ns=(1, 1))


def _open_up(firm: Firm) -> None:
    (generation(firm) / "file 0003").chmod(0o777)


def _intrude(firm: Firm) -> None:
    (generation(firm) / "intruder").write_text("nobody asked for me")


def _exchange(firm: Firm) -> None:
    path = generation(firm) / "file 0003"
    path.unlink()
    path.symlink_to("/etc/passwd")


def _no_repository(firm: Firm) -> None:
    shutil.rmtree(firm.repository())


def _no_manifest(firm: Firm) -> None:
    shutil.rmtree(firm.state / "manifests")


FAULTS: list[tuple[Callable[[Firm], None], Verdict, FailureClass]] = [
    (_flip, Verdict.FAIL, FailureClass.CHECKSUM_MISMATCH),
    (_exchange, Verdict.FAIL, FailureClass.CHECKSUM_MISMATCH),
    (_lose, Verdict.FAIL, FailureClass.MISSING_FILES),
    (_intrude, Verdict.FAIL, FailureClass.UNEXPECTED_FILES),
    (_touch, Verdict.FAIL, FailureClass.METADATA_MISMATCH),
    (_open_up, Verdict.FAIL, FailureClass.METADATA_MISMATCH),
]


@pytest.mark.parametrize(("fault", "verdict", "failure"), FAULTS)
def test_damage_is_named_with_its_path(
    fault: Callable[[Firm], None], verdict: Verdict, failure: FailureClass, firm: Firm
) -> None:
    with at_work(firm) as office:
        office.back_up()
        fault(firm)
        ended = office.drill(full=True)
        ends = office.records([RecordKind.DRILL_FINISHED])
        proven = {proof.path for proof in office.app.bench.store.proofs("erp")}

    assert (ended.conclusion.verdict, ended.conclusion.failure) == (verdict, failure)
    assert len(ends) == 1
    named = {finding["path"] for finding in body_of(ended)["findings"]}
    wrong = firm.source() / ("intruder" if fault is _intrude else "file 0003")
    assert str(wrong) in named
    assert os.fsencode(wrong) not in proven
    assert body_of(ended)["level"] == "L0"
    assert body_of(ended)["sandbox"]["torn_down"] is True


@pytest.mark.parametrize("fault", [_no_repository, _no_manifest])
@pytest.mark.parametrize("full", [True, False])
def test_what_cannot_be_tested_is_not_known(
    fault: Callable[[Firm], None], full: bool, firm: Firm
) -> None:
    with at_work(firm) as office:
        office.back_up()
        fault(firm)
        ended = office.drill(full=full)

    assert ended.conclusion.verdict is not Verdict.PASS
    assert ended.conclusion.reason is not None
    assert ended.conclusion.remedy is not None


def test_without_a_restore_point_nothing_is_proven(firm: Firm) -> None:
    with at_work(firm) as office:
        ended = office.drill()

    assert ended.conclusion.verdict is Verdict.INCONCLUSIVE
    assert set(body_of(ended)) == ALWAYS | {"tool", "failure", "reason", "remedy"}


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
        _flip(firm)
        spoiled = body_of(office.drill(seed="s", size=20))
        hit = b"file 0003" in b"".join(paths_of(office, seed="s", size=20))

    assert clean["upper_bound_ppm"] == 0
    assert (spoiled["verdict"] == "FAIL") is hit
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


def test_a_file_changed_since_is_told_and_is_neither_failure_nor_proof_of_it(firm: Firm) -> None:
    with at_work(firm) as office:
        office.back_up()
        (firm.source() / "file 0003").write_text("today's work")
        ended = office.drill(size=40)

    assert ended.conclusion.verdict is Verdict.PASS
    assert body_of(ended)["classes"]["drifted"] == 1


def test_a_target_missed_is_a_failure_although_everything_came_back(tmp_path: Path) -> None:
    firm = filled(a_firm(tmp_path, Wishes(system={"rto": "1s"})), 3)

    def phase(name: str) -> None:
        if name == "restore":
            # One clock from the trigger on: whoever waits, waits.
            until = office.app.bench.monotonic() + 1.1
            while office.app.bench.monotonic() < until:
                pass

    with at_work(firm) as office:
        office.back_up()
        watch = Watch(phase=phase, progress=lambda _progress: None)
        facts, protected = office.facts(), office.protected()
        ended = drill(office.app.bench, protected, facts, DrillRequest(full=True), watch)

    assert (ended.conclusion.verdict, ended.conclusion.failure) == (
        Verdict.FAIL,
        FailureClass.TARGET_MISSED,
    )
    assert body_of(ended)["classes"]["match"] > 3


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
@pytest.mark.parametrize("moment", PHASES)
def test_a_drill_that_is_stopped_at_any_moment_leaves_an_end_and_no_data(
    moment: str, error: type[BaseException], firm: Firm
) -> None:
    def phase(name: str) -> None:
        if name == moment:
            raise error

    with at_work(firm) as office:
        office.back_up()
        watch = Watch(phase=phase, progress=lambda _progress: None)
        with pytest.raises(error):
            drill(office.app.bench, office.protected(), office.facts(), DrillRequest(), watch)
        (end,) = office.records([RecordKind.DRILL_FINISHED])

    assert end.body["verdict"] == "INCONCLUSIVE"
    assert not firm.sandbox.exists() or not list(firm.sandbox.iterdir())


def test_a_disk_without_room_is_found_before_anything_is_restored(tmp_path: Path) -> None:
    firm = filled(a_firm(tmp_path), 3)
    settings = firm.workspace / "config/continuity.yaml"
    settings.write_text(settings.read_text().replace('"1 MiB"', '"900 TiB"'))
    with at_work(firm) as office:
        office.back_up()
        ended: Ended = office.drill()

    assert (ended.conclusion.verdict, ended.conclusion.failure) == (
        Verdict.INCONCLUSIVE,
        FailureClass.NO_SPACE,
    )
    assert [phase["name"] for phase in body_of(ended)["phases"]] == ["resolve", "sandbox"]
