"""What a cell promises at both levels: who runs in it, what it may use, and that nothing stays."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4

import pytest

from continuity.domain.failure import NoSpaceError, TimedOutError, ToolMissingError
from continuity.domain.secret import Secret
from continuity.hosts.host import Command
from continuity.sandbox.cell import Cell
from continuity.sandbox.isolation import Isolation
from continuity.sandbox.opening import Demand
from tests.support.cells import SMALL, a_cell, quoted, running, shell, told
from tests.support.programs import ROOT

pytestmark = [pytest.mark.tool("bwrap"), pytest.mark.tool("setpriv"), pytest.mark.tool("prlimit")]

_MIB = 1 << 20


def _fill(tree: Path) -> None:
    (tree / "srv").mkdir(mode=0o700)
    for name, mode in (("open", 0o644), ("private", 0o600), ("closed", 0o000), ("free", 0o666)):
        (tree / "srv" / name).write_text(name)
        (tree / "srv" / name).chmod(mode)


@pytest.fixture(params=list(Isolation))
def cell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cell]:
    with a_cell(tmp_path, request.param, _fill) as opened:
        yield opened


def test_commands_run_as_somebody_without_rights(cell: Cell) -> None:
    status = told(
        cell, "grep -E '^(Uid|CapEff|CapPrm|CapInh|CapAmb|NoNewPrivs):' /proc/self/status"
    )

    lines = dict(line.split(":\t", 1) for line in status.splitlines())
    assert set(lines.pop("Uid").split()) == {"65534" if os.geteuid() == 0 else str(os.geteuid())}
    assert {int(lines[name], 16) for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")} == {0}
    assert lines["NoNewPrivs"] == "1"
    assert told(cell, "whoami") == cell.user


def test_everything_restored_can_be_read_whoever_owned_it(cell: Cell) -> None:
    for name in ("open", "private", "closed", "free"):
        assert told(cell, f"cat {quoted(cell.tree)}/srv/{name}") == name


@pytest.mark.parametrize("name", ["open", "private", "closed", "free", "new"])
def test_nothing_restored_can_be_changed(cell: Cell, name: str) -> None:
    if cell.isolation is Isolation.B and os.geteuid() != 0:
        pytest.skip("without namespaces and without root there is only one user")

    assert shell(cell, f"echo other > {quoted(cell.tree)}/srv/{name}").code != 0


def test_commands_start_in_a_home_that_can_be_written_to(cell: Cell) -> None:
    assert told(cell, "echo kept > file; pwd") == str(cell.home)
    assert told(cell, "cat file; echo $HOME") == f"kept\n{cell.home}"


def test_a_command_starts_where_it_says(cell: Cell) -> None:
    place = cell.tree / "srv"

    ended = cell.run(Command(argv=("pwd",), timeout=10, cwd=place))

    assert ended.stdout.decode().strip() == str(place)


def test_nothing_of_the_environment_outside_is_known_inside(cell: Cell) -> None:
    names = {line.partition("=")[0] for line in told(cell, "env").splitlines()}

    assert names <= {"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LANG", "PWD", "SHLVL", "_"}
    assert "PATH=/usr/local/sbin:/usr/local/bin" in told(cell, "env")


def test_a_secret_reaches_the_program_and_no_command_line(cell: Cell) -> None:
    secret = "s3cret-of-a-scratch-server"
    script = (
        "import os, subprocess; key = os.environ.pop('KEY'); print(key)\n"
        "words = 'cat /proc/[0-9]*/cmdline'\n"
        "seen = subprocess.run(words, shell=True, capture_output=True).stdout\n"
        "print(seen.count(key.encode()))"
    )
    command = Command(
        argv=("/usr/bin/python3", "-c", script),
        timeout=10,
        secrets={"KEY": Secret(secret)},
        env={"PLAIN": "x=y z"},
    )

    ended = cell.run(command)

    assert ended.stdout.decode().split() == [secret, "0"]


def test_the_code_of_a_program_and_what_it_said_come_back(cell: Cell) -> None:
    ended = shell(cell, "echo out; echo err >&2; exit 7")

    assert (ended.code, ended.stdout, ended.stderr) == (7, b"out\n", b"err\n")
    assert shell(cell, "kill -SEGV $$").code == 128 + signal.SIGSEGV


def test_what_is_fed_in_comes_out_line_by_line_and_piece_by_piece(cell: Cell) -> None:
    lines: list[bytes] = []
    command = Command(argv=("cat",), timeout=10, stdin=b"one\ntwo\n")

    cell.stream(command, lines.append)

    assert lines == [b"one", b"two"]
    assert b"".join(cell.pieces(command)) == b"one\ntwo\n"


@pytest.mark.parametrize("name", ["no-such-program", "/usr/bin/no-such-program", "/root/program"])
def test_a_program_that_is_not_there_is_named(cell: Cell, name: str) -> None:
    with pytest.raises(ToolMissingError, match=name):
        cell.run(Command(argv=(name,), timeout=10))


def test_commands_of_one_cell_meet_through_a_socket(cell: Cell) -> None:
    address = cell.sockets / "meeting.s.PGSQL.54321"
    serve = (
        "import socket,sys; s=socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen()\n"
        "while True: s.accept()[0].sendall(b'hello')"
    )
    ask = (
        "import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])\n"
        "print(s.recv(9).decode())"
    )
    with _serving(cell, "/usr/bin/python3", "-c", serve, str(address)):
        assert len(os.fsencode(address)) < 60
        assert _until(cell, "/usr/bin/python3", "-c", ask, str(address)) == "hello"


def test_stopping_a_server_lets_it_end_by_itself_and_tells_how(cell: Cell) -> None:
    script = "trap 'echo saved; exit 5' INT; echo up; while :; do sleep 0.05; done"
    stop, lines = Event(), list[bytes]()

    def heard(line: bytes) -> None:
        lines.append(line)
        stop.set()

    command = Command(argv=("/bin/sh", "-c", script), timeout=30, grace=5, stop=stop)
    ended = cell.stream(command, heard)

    assert (ended.code, lines) == (5, [b"up", b"saved"])


def test_nothing_of_a_command_stays_when_it_has_ended(cell: Cell) -> None:
    marker = f"stay-{uuid4().hex}"

    shell(cell, f"(setsid sh -c 'sleep 60; : {marker}' >/dev/null 2>&1 &); sleep 0.2")

    _await(lambda: running(marker) == [])


def test_nothing_stays_of_a_command_that_will_not_stop(cell: Cell) -> None:
    marker = f"deaf-{uuid4().hex}"
    deaf = f"trap '' INT TERM HUP; while :; do sleep 0.1; : {marker}; done"
    script = f'(setsid sh -c "{deaf}" >/dev/null 2>&1 &); {deaf}'

    with pytest.raises(TimedOutError):
        shell(cell, script, timeout=1, grace=1)

    _await(lambda: running(marker) == [])


@pytest.mark.parametrize("level", list(Isolation))
def test_nothing_stays_when_a_cell_is_closed(tmp_path: Path, level: Isolation) -> None:
    marker = f"closed-{uuid4().hex}"

    with a_cell(tmp_path, level) as cell:
        shell(cell, f"(setsid sh -c 'while :; do date > now; done; : {marker}' >/dev/null 2>&1 &)")

    assert running(marker) == []


_KILLED = """
import sys
from pathlib import Path
from continuity.sandbox.isolation import Isolation
from tests.support.cells import a_cell, shell
with a_cell(Path(sys.argv[1]), Isolation(sys.argv[2])) as cell:
    marker = sys.argv[3]
    deaf = f"trap '' INT TERM HUP; while :; do sleep 0.1; : {marker}; done"
    shell(cell, f'(setsid sh -c "{deaf}" >/dev/null 2>&1 &); {deaf}', timeout=60)
"""


@pytest.mark.parametrize("level", list(Isolation))
def test_nothing_stays_when_whoever_opened_the_cell_is_killed(
    tmp_path: Path, level: Isolation
) -> None:
    marker = f"orphan-{uuid4().hex}"
    argv = [sys.executable, "-c", _KILLED, str(tmp_path), level.value, marker]
    opener = subprocess.Popen(argv, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})

    _await(lambda: len(running(marker)) > 3)
    opener.kill()
    opener.wait()

    _await(lambda: running(marker) == [])


def test_a_fork_bomb_does_not_grow_beyond_its_bound(cell: Cell) -> None:
    script = "for i in $(seq 1000); do sleep 20 & done 2>&1; ls -d /proc/[0-9]* | wc -l"

    before = len(running("sleep"))
    ended = shell(cell, script)

    assert b"fork" in ended.stdout + ended.stderr
    assert len(running("sleep")) <= before


def test_a_process_gets_no_more_memory_than_its_bound(cell: Cell) -> None:
    ended = shell(cell, "/usr/bin/python3 -c 'bytearray(2 << 30)'")

    assert b"MemoryError" in ended.stderr


def test_a_file_grows_no_larger_than_its_bound(cell: Cell) -> None:
    assert shell(cell, "head -c 64M /dev/zero > large").code != 0

    assert (cell.home / "large").stat().st_size == SMALL.file_size


@pytest.mark.parametrize("level", list(Isolation))
def test_what_fills_the_disk_is_stopped_before_others_need_it(
    tmp_path: Path, level: Isolation
) -> None:
    free = shutil.disk_usage(tmp_path).free
    demand = Demand(reserve_bytes=free - 400 * _MIB, bounds=SMALL)
    fills = "i=0; while :; do i=$((i+1)); head -c 16M /dev/zero > f$i; done"

    with a_cell(tmp_path, level, demand=demand) as cell:
        with pytest.raises(NoSpaceError, match="must stay free"):
            shell(cell, fills, timeout=60)

        taken = sum(path.stat().st_size for path in cell.home.glob("f*"))
    assert 100 * _MIB < taken < 3_000 * _MIB


def _await(held: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if held():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to pass")


def _until(cell: Cell, *argv: str) -> str:
    for _ in range(100):
        ended = cell.run(Command(argv=argv, timeout=10, grace=1))
        if ended.code == 0:
            return ended.stdout.decode().strip()
        time.sleep(0.05)
    raise AssertionError(ended)


@contextmanager
def _serving(cell: Cell, *argv: str) -> Iterator[None]:
    """Run a server in a cell, in a thread of its own."""
    stop = Event()
    command = Command(argv=argv, timeout=60, grace=2, stop=stop)
    thread = Thread(target=cell.run, args=(command,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
