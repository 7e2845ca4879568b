"""Sources as they are: odd names, holes, owners, files never at rest; and what is kept of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from continuity.domain.failure import FailureClass
from continuity.domain.verdict import Verdict
from continuity.engines.engine import Progress
from continuity.workflows.backup import back_up
from continuity.workflows.world import Watch
from tests.support.firm import PASSWORD, Firm, Wishes, a_firm, at_work, body_of


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return filled(a_firm(tmp_path))


def filled(firm: Firm) -> Firm:
    for job in firm.jobs:
        for number in range(12):
            (firm.source(job) / f"file {number}").write_text(f"content {number}\n" * number)
    return firm


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
