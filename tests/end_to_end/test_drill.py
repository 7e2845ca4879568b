"""What a drill writes into the record, and what it believes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from continuity.domain.evidence import RecordKind
from continuity.domain.failure import FailureClass
from continuity.domain.verdict import Verdict
from continuity.workflows.drill import drill
from continuity.workflows.planning import DrillRequest
from continuity.workflows.running import Ended
from continuity.workflows.world import Watch
from tests.support.filled import a_sampled_firm, filled, generation
from tests.support.firm import Firm, Wishes, a_firm, at_work, body_of
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
    "coverage",
    "findings",
    "findings_total",
    "rto",
    "restored",
    "complaints",
    "sandbox",
}


PHASES = ["resolve", "sandbox", "restore", "compare", "teardown"]


CLASSES = {"match", "corrupt", "missing", "extra", "metadata", "drifted", "unverifiable"}


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return a_sampled_firm(tmp_path)


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

    twice = {"ways", "pack_confidence"} if engine == "restic" else set[str]()
    assert set(sample) - {"vouched"} == TESTED | {"sample", "confidence"} | twice
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
        phases = [phase["name"] for phase in body["phases"] if phase["name"] != "witness"]
        assert phases == PHASES
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
