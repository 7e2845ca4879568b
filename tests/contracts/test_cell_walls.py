"""What a cell of level A keeps out, and what hostile content cannot do."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from continuity.hosts.host import Command
from continuity.sandbox.cell import Cell
from continuity.sandbox.isolation import Isolation
from continuity.sandbox.walls import INSIDE
from tests.support.cells import a_cell, quoted, shell, told
from tests.support.passable import let_others_pass
from tests.support.programs import ROOT, missing

pytestmark = [pytest.mark.tool("bwrap"), pytest.mark.tool("setpriv"), pytest.mark.tool("prlimit")]

both = pytest.mark.parametrize("level", list(Isolation))

_NOBODY = 65_534
_CONNECT = """
import socket, sys
kind, where = sys.argv[1], sys.argv[2]
if kind == "tcp":
    socket.create_connection(("127.0.0.1", int(where)), timeout=3)
else:
    socket.socket(socket.AF_UNIX).connect("\\0" + where)
"""


@pytest.fixture
def cell(tmp_path: Path) -> Iterator[Cell]:
    with a_cell(tmp_path, Isolation.A) as opened:
        yield opened


def _connects(cell: Cell, kind: str, where: str) -> bool:
    argv = ("/usr/bin/python3", "-c", _CONNECT, kind, where)
    return cell.run(Command(argv=argv, timeout=10)).code == 0


def test_no_port_of_the_machine_can_be_reached(cell: Cell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])

        assert not _connects(cell, "tcp", port)


def test_no_socket_without_a_path_can_be_reached(cell: Cell) -> None:
    name = f"continuity-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"\0{name}")
        server.listen()

        assert not _connects(cell, "abstract", name)


def test_there_is_no_network_but_a_loopback_of_its_own(cell: Cell) -> None:
    devices = told(cell, "tail -n +3 /proc/net/dev").splitlines()

    assert [line.split(":")[0].strip() for line in devices] == ["lo"]


def test_no_process_of_the_machine_is_seen(cell: Cell) -> None:
    assert len(told(cell, "ls -d /proc/[0-9]*").split()) < 8


@pytest.mark.parametrize("place", ["/usr", "/etc", "/", "/dev", "/run", "/usr/lib", "/bin"])
def test_nothing_of_the_system_can_be_written_to(cell: Cell, place: str) -> None:
    assert shell(cell, f"echo x > {place}/planted").code != 0
    assert not os.path.lexists(f"{place}/planted")


@pytest.mark.parametrize("place", ["/root", "/home", "/var", "/opt", "/srv", "/sys"])
def test_what_a_program_does_not_need_is_not_there(cell: Cell, place: str) -> None:
    assert _needless(cell, place) == []


@pytest.mark.parametrize("place", ["/etc/shadow", "/etc/ssl/private", "/etc/passwd-", "/boot"])
def test_what_the_system_keeps_to_itself_is_not_there(cell: Cell, place: str) -> None:
    assert shell(cell, f"ls -d {place}").code != 0


def _needless(cell: Cell, place: str) -> list[str]:
    """List what is in a directory but leads neither to our Python nor to the sandbox."""
    needed = (Path(sys.base_prefix), Path(sys.prefix), INSIDE, cell.tree.parent)
    found = told(cell, f"test ! -e {place} || find {place} -mindepth 1 -xdev").splitlines()
    ways = {os.fspath(way) for path in needed for way in (path, *path.parents)}
    return [line for line in found if line not in ways and not line.startswith(_within(needed))]


def _within(paths: tuple[Path, ...]) -> tuple[str, ...]:
    return tuple(f"{path}/" for path in paths)


def test_neither_the_project_nor_its_state_can_be_seen(cell: Cell, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("the password")

    assert shell(cell, f"cat {quoted(tmp_path)}/secret").code != 0
    assert shell(cell, f"cat {quoted(ROOT)}/config/continuity.yaml").code != 0
    assert told(cell, f"ls {quoted(cell.tree.parent)}").split() == [cell.home.parent.name, "tree"]


def test_what_lies_in_memory_and_tmp_is_its_own_and_bounded(cell: Cell) -> None:
    for place in ("/tmp", "/dev/shm"):
        assert _needless(cell, place) == []
        assert shell(cell, f"head -c 64M /dev/zero > {place}/large").code != 0


def test_the_machine_goes_by_another_name_inside(cell: Cell) -> None:
    assert told(cell, "cat /proc/sys/kernel/hostname") == "cell"


def test_a_program_of_ours_can_use_what_our_python_has(cell: Cell) -> None:
    command = Command(argv=(sys.executable, "-I", "-c", "import PIL; print('here')"), timeout=20)

    assert cell.run(command).stdout == b"here\n"


# What restored content may hold.


def _set_id(tree: Path) -> None:
    (tree / "become").write_bytes(Path("/usr/bin/id").read_bytes())
    (tree / "become").chmod(0o6755)


@both
def test_a_set_id_program_among_what_was_restored_gives_nobody_rights(
    tmp_path: Path, level: Isolation
) -> None:
    with a_cell(tmp_path, level, _set_id) as cell:
        expected = told(cell, "id -u; id -g")

        assert (
            told(cell, f"{quoted(cell.tree)}/become -u; {quoted(cell.tree)}/become -g") == expected
        )


@both
def test_a_link_out_of_the_tree_shows_nothing_and_changes_nothing(
    tmp_path: Path, level: Isolation
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o700)
    (outside / "secret").write_text("secret")
    (outside / "secret").chmod(0o600)

    def fill(tree: Path) -> None:
        (tree / "file").symlink_to(outside / "secret")
        (tree / "folder").symlink_to(outside)
        (tree / "system").symlink_to("/etc/shadow")

    if level is Isolation.B and os.geteuid() != 0:
        pytest.skip("without namespaces and without root there is only one user")
    with a_cell(tmp_path, level, fill) as cell:
        for name in ("file", "folder/secret", "system"):
            assert shell(cell, f"cat {quoted(cell.tree)}/{name}").code != 0

    assert stat.S_IMODE(outside.stat().st_mode) == 0o700
    assert stat.S_IMODE((outside / "secret").stat().st_mode) == 0o600


@both
def test_a_restored_device_leads_to_no_device(tmp_path: Path, level: Isolation) -> None:
    if os.geteuid() != 0:
        missing("only root can make a device")

    def fill(tree: Path) -> None:
        os.mknod(tree / "zero", stat.S_IFCHR | 0o600, os.makedev(1, 5))
        os.mknod(tree / "disk", stat.S_IFBLK | 0o600, os.stat("/").st_dev)

    with a_cell(tmp_path, level, fill) as cell:
        for name in ("zero", "disk"):
            assert shell(cell, f"head -c 1 {quoted(cell.tree)}/{name}").code != 0


def test_files_of_other_owners_and_odd_modes_are_handed_over(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        missing("only root restores files of other owners")

    def fill(tree: Path) -> None:
        for number, mode in enumerate((0o000, 0o200, 0o400, 0o640, 0o1777)):
            (tree / f"d{number}").mkdir()
            (tree / f"d{number}" / "file").write_text("content")
            (tree / f"d{number}" / "file").chmod(mode)
            os.chown(tree / f"d{number}" / "file", 1_000 + number, 1_000)
            os.chown(tree / f"d{number}", 65_534, 1_000)
            (tree / f"d{number}").chmod(mode)

    for level in Isolation:
        with a_cell(tmp_path / level, level, fill) as cell:
            assert told(cell, f"cat {quoted(cell.tree)}/d*/file") == "content" * 5
            assert shell(cell, f"touch {quoted(cell.tree)}/d4/new").code != 0


_AS_USER = """
import sys
from pathlib import Path
from continuity.sandbox.isolation import Isolation
from tests.support.cells import a_cell, told
with a_cell(Path(sys.argv[1]), Isolation(sys.argv[2]), lambda t: (t / "f").write_text("x")) as cell:
    print(cell.isolation, told(cell, f"cat {cell.tree}/f; touch y; grep CapEff /proc/self/status"))
"""


@both
def test_an_ordinary_user_reaches_the_same_levels(tmp_path: Path, level: Isolation) -> None:
    if os.geteuid() != 0:
        pytest.skip("then every other test is run by an ordinary user")
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, _NOBODY, _NOBODY)
    let_others_pass(tmp_path)
    words = ("--reuid", str(_NOBODY), "--regid", str(_NOBODY), "--clear-groups")
    modules = os.pathsep.join((str(ROOT), *(path for path in sys.path if "site-packages" in path)))

    ended = subprocess.run(
        ("setpriv", *words, _python_of_everybody(), "-c", _AS_USER, str(home), level.value),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": modules, "HOME": str(home)},
    )

    assert ended.stdout.split() == [level.value, "xCapEff:", "0000000000000000"], ended


def _python_of_everybody() -> str:
    """Find a Python of this version that every user can run."""
    pythons = (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}")
    return next(filter(_runs_for_everybody, pythons), "") or missing("no Python for every user")


def _runs_for_everybody(python: str) -> bool:
    script = "import os, sys; sys.exit(not os.access(sys.executable, os.X_OK))"
    argv = ("setpriv", "--reuid", str(_NOBODY), "--clear-groups", python, "-c", script)
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0
