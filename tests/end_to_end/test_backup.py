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
from continuity.domain.evidence import RecordKind
from continuity.domain.failure import ConflictError, FailureClass
from continuity.domain.manifest import Kind
from continuity.domain.verdict import Verdict
from continuity.engines.engine import Progress
from continuity.workflows.accepting import accept_point
from continuity.workflows.backup import back_up
from continuity.workflows.running import Ended
from continuity.workflows.world import Watch
from tests.support.firm import PASSWORD, Firm, Office, Wishes, a_firm, at_work, body_of
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

    assert keys(ended) - {"random_percent"} == COPIED
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


def test_a_file_that_is_written_all_the_time_is_neither_proven_nor_failed(firm: Firm) -> None:
    busy = firm.source() / "busy.log"
    busy.write_text("begin")
    with at_work(firm) as office:
        # Something is written whenever the run shows how far it has come.
        def write(_progress: Progress) -> None:
            with busy.open("a") as stream:
                stream.write("more")

        def phase(_name: str) -> None:
            write(Progress(files=0, bytes=0, total_files=None, total_bytes=None))

        watch = Watch(phase=phase, progress=write)
        made = back_up(office.app.bench, office.protected(), office.facts(), watch)
        tested = office.drill(full=True)
        proven = {proof.path for proof in office.app.bench.store.proofs("erp")}

    assert made.conclusion.verdict is Verdict.PASS
    assert body_of(made)["warnings"] != []
    assert tested.conclusion.verdict is Verdict.PASS
    assert body_of(tested)["classes"]["unverifiable"] >= 1
    assert os.fsencode(busy) not in proven
    assert len(proven) == 12


def test_a_second_backup_at_the_same_time_does_not_start(firm: Firm) -> None:
    with at_work(firm) as office, at_work(firm, office.clock) as other:

        def phase(name: str) -> None:
            if name == "copy":
                with pytest.raises(ConflictError):
                    other.back_up()

        watch = Watch(phase=phase, progress=lambda _progress: None)
        ended = back_up(office.app.bench, office.protected(), office.facts(), watch)
        starts = office.records([RecordKind.BACKUP_STARTED])

    assert ended.conclusion.verdict is Verdict.PASS
    assert len(starts) == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, OSError])
@pytest.mark.parametrize("moment", ["source", "survey", "copy", "seal"])
def test_a_run_that_is_stopped_at_any_moment_has_an_end_that_is_not_green(
    moment: str, error: type[BaseException], firm: Firm
) -> None:
    def phase(name: str) -> None:
        if name == moment:
            raise error

    with at_work(firm) as office:
        watch = Watch(phase=phase, progress=lambda _progress: None)
        with pytest.raises(error):
            back_up(office.app.bench, office.protected(), office.facts(), watch)
        (end,) = office.records([RecordKind.BACKUP_FINISHED])
        open_runs = office.app.bench.store.running()

    stopped = error is KeyboardInterrupt
    assert end.body["verdict"] == "INCONCLUSIVE"
    assert end.body["failure"] == ("interrupted" if stopped else "tool-error")
    assert not open_runs
    assert not list((firm.state / "scratch").iterdir())


def test_hard_links_sparse_files_and_strange_names_come_back(firm: Firm) -> None:
    source = firm.source()
    (source / "twin").hardlink_to(source / "file 3")
    (source / "pipe").parent.mkdir(exist_ok=True)
    os.mkfifo(source / "pipe")
    with (source / "sparse").open("wb") as stream:
        stream.truncate(64 << 20)
        stream.seek(40 << 20)
        stream.write(b"data")
    for name in (b"\xff\xfe", b"[a]*?", b"new\nline", b"-rf", b" x ", b"#", b"\\"):
        Path(os.fsdecode(os.fsencode(source) + b"/" + name)).write_bytes(name)
    (source / "away").symlink_to("/etc/passwd")
    (source / "hollow").mkdir(mode=0o711)
    with at_work(firm) as office:
        made, tested = office.back_up(), office.drill(full=True)

    assert made.conclusion.verdict is Verdict.PASS
    assert body_of(made)["manifest"]["unsealed"] == 0
    assert (tested.conclusion, body_of(tested)["findings"]) == (tested.conclusion, [])
    assert tested.conclusion.verdict is Verdict.PASS


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_owners_come_back_when_root_asks(firm: Firm) -> None:
    os.chown(firm.source() / "file 2", 1234, 2345)
    with at_work(firm) as office:
        office.back_up()
        assert office.drill(full=True).conclusion.verdict is Verdict.PASS
        (generation,) = (firm.repository() / "generations").iterdir()
        os.chown(f"{generation}{firm.source()}/file 2", 1, 1)
        spoiled = office.drill(full=True)

    assert spoiled.conclusion.failure is FailureClass.METADATA_MISMATCH


def test_the_state_is_nobody_elses_business(firm: Firm) -> None:
    with at_work(firm) as office:
        office.back_up()
    modes = {path: path.stat().st_mode & 0o077 for path in (firm.state, *firm.state.rglob("*"))}

    assert {path for path, others in modes.items() if others} == set()


def test_a_password_is_in_nothing_that_is_kept(tmp_path: Path) -> None:
    firm = filled(a_firm(tmp_path, Wishes(engines={"erp": "restic"})))
    with at_work(firm) as office:
        office.back_up()
        office.drill()
        (tmp_path / "password").write_text("wrong-password-of-today")
        office.drill()
    kept = [path for path in firm.state.rglob("*") if path.is_file()]

    assert len(kept) > 3
    for secret in (PASSWORD, "wrong-password-of-today"):
        assert [path for path in kept if secret.encode() in path.read_bytes()] == []
