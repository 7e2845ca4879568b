"""A directory that keeps offline copies: a kill, or a full disk, never costs what was there."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from continuity.offline.folders import LATEST, keep_in_folder
from tests.support.kits import contents, held
from tests.support.programs import ROOT, program

KILLED = """if True:
    import sys, time, pathlib
    from continuity.offline.folders import keep_in_folder
    class Slow(dict):
        def items(self):
            for at, one in enumerate(super().items()):
                if at == int(sys.argv[2]):
                    print("half", flush=True)
                    time.sleep(60)
                yield one
    files = Slow({"index.html": b"new", "kit/a.sh": b"new", "MANIFEST.sha256": b"new"})
    keep_in_folder(pathlib.Path(sys.argv[1]), "20261121T000002Z-22222222", files)
"""


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_kill_while_publishing_leaves_the_earlier_copy_whole(tmp_path: Path, at: int) -> None:
    files = {
        "index.html": b"old",
        "kit/a.sh": b"old",
        "record/a": b"old",
        "MANIFEST.sha256": b"old",
    }
    first, second, third = (f"20261121T00000{n}Z-{str(n) * 8}" for n in (1, 2, 3))
    keep_in_folder(tmp_path, first, files)
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path), str(at)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"half\n"
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    process.stdout.close()

    assert contents(tmp_path / first) == held(files)
    assert (tmp_path / LATEST).read_text().startswith(first)
    assert not (tmp_path / second).exists()

    keep_in_folder(tmp_path, third, files)

    assert sorted(one.name for one in tmp_path.iterdir()) == [first, third, LATEST]


def test_what_came_last_stays_though_a_wrong_clock_dated_others_later(tmp_path: Path) -> None:
    late = [f"20291121T00000{n}Z-{str(n) * 8}" for n in range(4)]
    for name in late:
        keep_in_folder(tmp_path, name, {"index.html": b"old"})
    keep_in_folder(tmp_path, "20261121T000000Z-aaaaaaaa", {"index.html": b"new"})
    names = sorted(one.name for one in tmp_path.iterdir())

    assert names == ["20261121T000000Z-aaaaaaaa", *late[-2:], LATEST]


FULL = """if True:
    import pathlib
    from continuity.domain.failure import NoSpaceError
    from continuity.offline.folders import keep_in_folder
    place = pathlib.Path(PLACE)
    old, new = "20261121T000001Z-11111111", "20261121T000002Z-22222222"
    keep_in_folder(place, old, {"index.html": b"old"})
    try:
        keep_in_folder(place, new, {"index.html": b"new", "large": b"x" * (1 << 20)})
    except NoSpaceError as error:
        print(error)
    print(sorted(one.name for one in place.iterdir()), (place / old / "index.html").read_text())
"""


def test_a_full_disk_is_told_and_the_earlier_copy_stays(tmp_path: Path) -> None:
    script = FULL.replace("PLACE", repr(str(tmp_path)))
    full = ("--dev-bind", "/", "/", "--size", str(1 << 18), "--tmpfs", str(tmp_path))
    done = subprocess.run(
        [program("bwrap"), *full, sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=False,
    )
    told = done.stdout.decode().splitlines()

    assert "No space left on device" in told[0], done.stderr
    assert told[1] == "['20261121T000001Z-11111111', 'LATEST.txt'] old"
