"""Files of this machine are replaced where they are: in one piece, and nothing is lost by it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from continuity.domain.failure import (
    ConfigurationError,
    ContinuityError,
    DamagedError,
    NoSpaceError,
)
from continuity.sandbox.interlocks import Interlocks
from tests.support.firm import Firm, Office, a_firm, at_work
from tests.support.programs import ROOT, program
from tests.support.replaced import MARK, a_deep_firm, content, replaced_here
from tests.support.terminal import filled, rot

pytestmark = pytest.mark.tool("perl")


both = pytest.mark.parametrize("firm", ["rsync", "restic"], indirect=True)


@pytest.fixture
def firm(tmp_path: Path, request: pytest.FixtureRequest) -> Firm:
    return a_deep_firm(tmp_path, str(getattr(request, "param", "rsync")))


@pytest.fixture
def office(firm: Firm) -> Iterator[Office]:
    with at_work(firm) as office:
        office.back_up()
        yield office


@both
def test_over_production_comes_what_was_sealed_and_what_stood_there_is_kept(
    firm: Firm, office: Office
) -> None:
    before = content(firm.source())
    (firm.source() / "file 01").write_text("encrypted")
    (firm.source() / "file 02").unlink()
    (firm.source() / "ransom").write_text("pay")
    harmed = content(firm.source())
    done = replaced_here(office)
    kept = Path(f"{firm.source()}.before-{MARK}")

    assert content(firm.source()) == before
    assert content(kept) == harmed
    assert done.details["kept_at"] == (str(kept),)
    assert done.details["replaced_entries"] == len(list(kept.rglob("*"))) + 1
    assert not (firm.source().parent / f".continuity-{MARK}").exists()


def test_a_second_try_keeps_what_the_first_one_kept(firm: Firm, office: Office) -> None:
    (firm.source() / "file 01").write_text("encrypted")
    replaced_here(office)
    replaced_here(office)
    first = Path(f"{firm.source()}.before-{MARK}")

    assert (first / "file 01").read_text() == "encrypted"
    assert Path(f"{first}-2").is_dir()


def test_production_that_is_gone_altogether_comes_back(firm: Firm, office: Office) -> None:
    before = content(firm.source())
    firm.source().rename(firm.root / "stolen")
    done = replaced_here(office)

    assert content(firm.source()) == before
    assert (done.details["kept_at"], done.details["replaced_entries"]) == ((), 0)


def test_only_what_is_included_is_replaced(firm: Firm, office: Office) -> None:
    for name in ("file 01", "deep/er/book"):
        (firm.source() / name).write_text("newer")
    replaced_here(office, firm.source() / "deep")

    assert (firm.source() / "deep/er/book").read_text() == "the ledger\n"
    assert (firm.source() / "deep/empty").is_dir()
    assert (firm.source() / "file 01").read_text() == "newer"


def test_a_damaged_copy_never_takes_the_place_of_production(tmp_path: Path) -> None:
    firm = filled(a_firm(tmp_path), 3)
    with at_work(firm) as office:
        office.back_up()
        (firm.source() / "file 00").write_text("newer and right")
        rot(firm)
        before = content(firm.source())
        with pytest.raises(DamagedError):
            replaced_here(office)

    assert content(firm.source()) == before
    assert sorted(path.name for path in firm.source().parent.iterdir()) == ["erp"]


def test_without_room_nothing_is_touched(tmp_path: Path) -> None:
    firm = filled(a_firm(tmp_path), 3)
    with at_work(firm) as office:
        office.back_up()
        greedy = replace(office.app.bench, reserve_bytes=1 << 62)
        office.app = replace(office.app, bench=greedy)
        with pytest.raises(NoSpaceError):
            replaced_here(office)

    assert sorted(path.name for path in firm.source().parent.iterdir()) == ["erp"]


def test_a_production_place_that_must_be_mounted_and_is_not_is_refused(tmp_path: Path) -> None:
    firm = filled(a_firm(tmp_path), 3)
    with at_work(firm) as office:
        office.back_up()
    job = firm.workspace / "jobs/erp.yaml"
    text = job.read_text().replace('"paths"', f'"expect_mount": ["{firm.source()}"], "paths"')
    job.write_text(text)
    with at_work(firm) as office, pytest.raises(ContinuityError) as refused:
        replaced_here(office)

    assert "is not mounted" in str(refused.value)


def test_what_holds_the_copies_is_not_replaced_by_them(firm: Firm, office: Office) -> None:
    held = Interlocks(repositories=(os.fsencode(firm.source() / "deep"),))
    office.app = replace(office.app, bench=replace(office.app.bench, interlocks=held))
    with pytest.raises(ConfigurationError) as refused:
        replaced_here(office)

    assert "which this restore needs" in str(refused.value)


MOUNTED = """
import os, sys
from pathlib import Path
from tests.support.firm import Firm, at_work
from tests.support.replaced import replaced_here
root = Path(sys.argv[1])
firm = Firm(root=root, workspace=root / "workspace", state=root / "state",
            sandbox=root / "sandbox", jobs=("erp",))
source = firm.source()
assert os.path.ismount(source)
for number in range(3):
    (source / f"file {number}").write_text(f"erp {number}")
os.chmod(source, 0o750)
with at_work(firm) as office:
    office.back_up()
    (source / "file 0").write_text("encrypted")
    (source / "ransom").write_text("pay")
    os.chmod(source, 0o700)
    done = replaced_here(office, mark="m")
print(sorted(path.name for path in source.iterdir()))
print((source / "file 0").read_text(), oct(source.stat().st_mode & 0o777))
print(sorted(path.name for path in (source / ".before-m").iterdir()))
print((source / ".before-m/file 0").read_text(), done.details["replaced_entries"])
print([name.endswith("/.before-m") for name in done.details["kept_at"]], done.exchange.reversible)
"""


@pytest.mark.tool("bwrap")
def test_what_is_mounted_stays_mounted_and_what_was_in_it_is_kept_in_it(tmp_path: Path) -> None:
    firm = a_firm(tmp_path)
    bind = ("--dev-bind", "/", "/", "--tmpfs", str(firm.source()), "--chdir", str(ROOT))
    done = subprocess.run(
        [program("bwrap"), *bind, sys.executable, "-c", MOUNTED, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert done.stdout.splitlines() == [
        "['.before-m', 'file 0', 'file 1', 'file 2']",
        "erp 0 0o750",
        "['file 0', 'file 1', 'file 2', 'ransom']",
        "encrypted 4",
        "[True] True",
    ], done.stderr
