"""What a backup writes into the record, for the best and for each way it can go wrong."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from continuity.domain.clock import time_from_text
from continuity.domain.failure import FailureClass
from continuity.domain.manifest import Kind
from continuity.domain.verdict import Verdict
from continuity.workflows.accepting import accept_point
from continuity.workflows.running import Ended
from tests.support.firm import Firm, Office, Wishes, a_firm, at_work, body_of
from tests.support.sabotage import disguise

ALWAYS = {"verdict", "repository", "engine", "path_set", "phases", "milliseconds"}


COPIED = ALWAYS | {
    "tool",
    "repository_id",
    "point",
    "added_bytes",
    "manifest",
    "read",
    "added_files",
    "removed_files",
    "changed_files",
    "changed_percent",
    "moved_files",
    "quarantined",
    "warnings",
}


WHY = {"failure", "reason", "remedy"}


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return filled(a_firm(tmp_path))


def filled(firm: Firm) -> Firm:
    for job in firm.jobs:
        for number in range(12):
            (firm.source(job) / f"file {number}").write_text(f"content {number}\n" * number)
    return firm


def ends_of(office: Office) -> Counter[tuple[str, str]]:
    """Count starts and ends of every run."""
    return Counter(
        (record.run_id, record.kind.value.partition(".")[2])
        for record in office.records()
        if record.run_id is not None
    )


def keys(ended: Ended) -> set[str]:
    return set(body_of(ended))


@pytest.mark.parametrize("engine", ["rsync", "restic"])
def test_a_good_backup_records_what_an_auditor_asks_for(engine: str, tmp_path: Path) -> None:
    firm = filled(a_firm(tmp_path, Wishes(engines={"erp": engine})))
    with at_work(firm) as office:
        ended = office.back_up()
        body = body_of(ended)
        entries = list(office.app.bench.shelf.read(body["manifest"]["digest"]))

    assert keys(ended) - {"random_percent", "looks"} == COPIED
    assert (body["verdict"], body["engine"], body["repository"]) == ("PASS", engine, "erp")
    assert body["quarantined"] is False
    assert body["warnings"] == []
    point, manifest = body["point"], body["manifest"]
    assert isinstance(point, dict)
    assert isinstance(manifest, dict)
    size = sum(path.stat().st_size for path in firm.source().iterdir())
    assert (point["files"], point["bytes"]) == (12, size)
    assert point["manifest"] == manifest["digest"]
    assert time_from_text(point["data_time"]) < time_from_text(point["usable_time"])
    assert manifest["sealed"] + manifest["unsealed"] == manifest["entries"] == len(entries)
    assert sum(entry.kind is Kind.FILE for entry in entries) == 12
    assert [phase["name"] for phase in body["phases"]] == ["source", "survey", "copy", "seal"]
    assert body["added_files"] == 12


def _missing(firm: Firm) -> None:
    shutil.rmtree(firm.source())


def _empty(firm: Firm) -> None:
    for path in firm.source().iterdir():
        path.unlink()


def _repository_gone(firm: Firm) -> None:
    shutil.rmtree(firm.repository())


def _repository_exchanged(firm: Firm) -> None:
    marker = firm.repository() / "continuity-rsync.json"
    marker.write_text(json.dumps({"format": 1, "id": "0" * 32}))


def _disguised(firm: Firm) -> None:
    disguise(os.fsencode(firm.source() / "file 7"), 3)


def _canary(firm: Firm) -> None:
    (firm.source() / "file 1").write_text("encrypted")


FAULTS: list[tuple[Callable[[Firm], None], Verdict, FailureClass, bool]] = [
    (_missing, Verdict.FAIL, FailureClass.SOURCE_UNAVAILABLE, False),
    (_empty, Verdict.FAIL, FailureClass.SOURCE_UNAVAILABLE, False),
    (_repository_gone, Verdict.INCONCLUSIVE, FailureClass.UNREACHABLE, False),
    (_repository_exchanged, Verdict.INCONCLUSIVE, FailureClass.UNREACHABLE, False),
    (_disguised, Verdict.FAIL, FailureClass.SOURCE_SUSPECT, True),
    (_canary, Verdict.FAIL, FailureClass.POSSIBLE_ENCRYPTION, True),
]


@pytest.mark.parametrize(("fault", "verdict", "failure", "copied"), FAULTS)
def test_every_way_to_fail_is_recorded_with_its_reason_and_its_end(
    fault: Callable[[Firm], None],
    verdict: Verdict,
    failure: FailureClass,
    copied: bool,
    tmp_path: Path,
) -> None:
    canary = str(tmp_path / "sources/erp/file 1")
    firm = filled(a_firm(tmp_path, Wishes(job={"sample": {"canaries": [canary]}})))
    with at_work(firm) as office:
        good = body_of(office.back_up())["point"]
        fault(firm)
        office.clock.go_on(timedelta(hours=24))
        ended = office.back_up()
        points = [point.id for point in office.facts().points if point.whole]
        ends = ends_of(office)

    assert (ended.conclusion.verdict, ended.conclusion.failure) == (verdict, failure)
    assert body_of(ended)["failure"] == failure.value
    assert keys(ended) >= WHY
    assert ("point" in keys(ended)) is copied
    assert body_of(ended).get("quarantined", False) is copied
    assert points == [good["id"]]
    assert set(ends.values()) == {1}


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        (Wishes(source={"sentinel": ["/nowhere/sentinel"]}), "/nowhere/sentinel"),
        (Wishes(source={"expect_mount": ["/usr/bin"]}), "/usr/bin"),
    ],
)
def test_a_source_that_is_not_the_right_one_is_not_copied(
    wishes: Wishes, told: str, tmp_path: Path
) -> None:
    firm = filled(a_firm(tmp_path, wishes))
    with at_work(firm) as office:
        ended = office.back_up()

    assert ended.conclusion.failure is FailureClass.SOURCE_UNAVAILABLE
    assert told in str(ended.conclusion.reason)
    assert not firm.repository().exists()


def test_what_was_doubted_stays_doubted_until_a_person_accepts_it(firm: Firm) -> None:
    verdicts = []
    with at_work(firm) as office:
        for fault in (None, _disguised, None, None):
            if fault is not None:
                fault(firm)
            office.clock.go_on(timedelta(hours=24))
            ended = office.back_up()
            verdicts.append(ended.conclusion.verdict)
        point = body_of(ended)["point"]
        assert isinstance(point, dict)
        accept_point(office.app.bench, "erp", point["id"])
        office.clock.go_on(timedelta(hours=24))
        verdicts.append(office.back_up().conclusion.verdict)

    assert verdicts == [Verdict.PASS, Verdict.FAIL, Verdict.FAIL, Verdict.FAIL, Verdict.PASS]
