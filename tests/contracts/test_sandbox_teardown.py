"""Deleting restored data, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from continuity.domain.failure import ResidueError
from continuity.hosts.removal import open_directory, remove_tree
from continuity.sandbox.marker import MARKER
from continuity.sandbox.sandbox import Sandbox
from continuity.sandbox.teardown import reap, tear_down
from tests.support.sandboxes import DAY, NOW, a_sandbox, dead


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return a_sandbox(tmp_path / "place")


def test_teardown_leaves_nothing_and_says_how_much_went_and_how_long_it_took(
    sandbox: Sandbox,
) -> None:
    (sandbox.tree / "srv").mkdir()
    (sandbox.tree / "srv" / "file").write_text("x")

    teardown = tear_down(sandbox)

    assert (teardown.left, teardown.residue) == (0, ())
    assert teardown.removed == 3
    assert teardown.seconds > 0
    assert list(sandbox.path.parent.iterdir()) == []


def test_hostile_names_are_deleted_like_any_other(sandbox: Sandbox) -> None:
    tree = os.fsencode(sandbox.tree)
    for name in (b"new\nline", b" lead", b"-rf", b"\xff\xfe", b"$HOME", b"[a]*", b"#", b"n" * 255):
        os.mkdir(os.path.join(tree, name))
        Path(os.fsdecode(os.path.join(tree, name, name))).write_text("x")
    (sandbox.tree / "..hidden").write_text("x")
    os.mkfifo(sandbox.tree / "fifo")

    assert tear_down(sandbox).left == 0
    assert not sandbox.path.exists()


def test_links_out_of_the_tree_are_deleted_and_what_they_lead_to_stays(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    (sandbox.tree / "to-directory").symlink_to(outside)
    (sandbox.tree / "to-file").symlink_to(outside / "kept")
    os.link(outside / "kept", sandbox.tree / "same-inode")

    tear_down(sandbox)

    assert not sandbox.path.exists()
    assert (outside / "kept").read_text() == "kept"


UNPRIVILEGED = """
import os, sys
from pathlib import Path
from continuity.hosts.removal import open_directory, remove_tree
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
top = Path(sys.argv[1])
for mode in (0o000, 0o100, 0o400, 0o500, 0o555):
    directory = top / "tree" / f"{mode:o}" / "below"
    directory.mkdir(parents=True)
    (directory / "file").write_text("x")
    directory.chmod(mode)
    directory.parent.chmod(mode)
print(remove_tree(open_directory(top), "tree").left)
"""


def test_directories_that_nobody_may_write_or_read_are_deleted_without_being_root() -> None:
    with_everybody = Path(f"/tmp/continuity-teardown-{os.getpid()}")
    with_everybody.mkdir()
    with_everybody.chmod(0o777)
    try:
        ended = subprocess.run(
            (sys.executable, "-c", UNPRIVILEGED, with_everybody),
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )

        assert (ended.stdout, ended.stderr) == ("0\n", "")
        assert list(with_everybody.iterdir()) == []
    finally:
        shutil.rmtree(with_everybody)


def test_three_thousand_nested_directories_are_deleted(sandbox: Sandbox) -> None:
    directory = open_directory(sandbox.tree)
    for _ in range(3000):
        os.mkdir("nested-directory", dir_fd=directory)
        below = open_directory("nested-directory", directory)
        os.close(directory)
        directory = below
    os.close(os.open("bottom", os.O_CREAT | os.O_WRONLY, dir_fd=directory))
    os.close(directory)

    assert tear_down(sandbox).removed == 3002
    assert not sandbox.path.exists()


def test_a_directory_swapped_for_a_link_during_teardown_leads_nowhere(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    for number in range(50):
        (outside / f"kept-{number}").write_text("kept")
    for number in range(400):
        (sandbox.tree / f"d{number}").mkdir()
        (sandbox.tree / f"d{number}" / "file").write_text("x")
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            for number in range(400):
                name = sandbox.tree / f"d{number}"
                try:
                    name.rename(sandbox.tree / "away")
                    name.symlink_to(outside)
                    (sandbox.tree / "away").rename(sandbox.tree / f"back{number}")
                except OSError:
                    continue

    attacker = threading.Thread(target=swap)
    attacker.start()
    try:
        tear_down(sandbox)
    finally:
        stop.set()
        attacker.join()

    assert len(list(outside.iterdir())) == 50


def test_a_sandbox_replaced_by_a_link_is_not_deleted(sandbox: Sandbox, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    sandbox.path.rename(moved)
    sandbox.path.symlink_to(moved)

    with pytest.raises(ResidueError):
        tear_down(sandbox)
    assert sorted(path.name for path in moved.iterdir()) == [MARKER, "tree"]


@pytest.mark.parametrize("damage", ["missing", "garbage", "other token", "link", "directory"])
def test_nothing_is_deleted_without_our_own_marker(
    sandbox: Sandbox, tmp_path: Path, damage: str
) -> None:
    marker = sandbox.path / MARKER
    plain = json.loads(marker.read_text())
    (sandbox.tree / "kept").write_text("kept")
    marker.rename(tmp_path / "marker")
    match damage:
        case "garbage":
            marker.write_text("{")
        case "other token":
            marker.write_text(json.dumps(plain | {"token": "0" * 32}))
        case "link":
            marker.symlink_to(tmp_path / "marker")
        case "directory":
            marker.mkdir()

    with pytest.raises(ResidueError, match="marker"):
        tear_down(sandbox)
    assert reap(sandbox.path.parent, now=NOW + 9 * DAY, ttl=DAY, state_of=dead) == ()
    assert (sandbox.tree / "kept").read_text() == "kept"


def test_a_copy_of_a_sandbox_is_not_taken_for_one(sandbox: Sandbox, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    shutil.copytree(sandbox.path, other / sandbox.path.name)

    assert reap(other, now=NOW + 9 * DAY, ttl=DAY, state_of=dead) == ()
    assert (other / sandbox.path.name / MARKER).exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")
def test_a_mount_inside_a_sandbox_is_residue_and_its_content_stays(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    mounted = sandbox.tree / "srv" / "mounted"
    mounted.mkdir(parents=True)
    if subprocess.run(("mount", "--bind", outside, mounted), check=False).returncode:
        pytest.skip("this machine allows no mounts")
    try:
        teardown = tear_down(sandbox)

        assert teardown.left >= 1
        assert any(path.endswith(b"mounted") for path in teardown.residue)
        assert (outside / "kept").read_text() == "kept"
        assert (sandbox.path / MARKER).exists()
    finally:
        subprocess.run(("umount", outside.parent / "place"), check=False, capture_output=True)
        for line in Path("/proc/self/mounts").read_text().splitlines():
            if str(tmp_path) in line:
                subprocess.run(("umount", line.split()[1]), check=False)


def test_a_tree_that_is_a_link_is_refused_by_removal(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")

    with pytest.raises(NotADirectoryError):
        remove_tree(open_directory(tmp_path), "link")
