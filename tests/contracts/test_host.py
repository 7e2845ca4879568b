"""What running a program promises, whatever the program does and wherever it runs."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from continuity.domain.failure import ContinuityError, TimedOutError, ToolError, ToolMissingError
from continuity.domain.secret import Secret
from continuity.hosts.host import Command, Host
from tests.support.hosts import MEGABYTE, is_gone, lines_of, shell


def test_ten_megabytes_on_both_pipes_at_once_do_not_block(host: Host) -> None:
    script = "head -c 10485760 /dev/zero & head -c 10485760 /dev/zero >&2; wait"

    finished = host.run(Command(argv=("sh", "-c", script), timeout=20, keep=20 * MEGABYTE))

    assert (len(finished.stdout), len(finished.stderr)) == (10 * MEGABYTE, 10 * MEGABYTE)
    assert not finished.truncated


def test_a_program_that_answers_while_it_is_fed_does_not_block(host: Host) -> None:
    fed = os.urandom(4 * MEGABYTE)

    finished = host.run(Command(argv=("cat",), timeout=20, stdin=fed, keep=5 * MEGABYTE))

    assert fed == finished.stdout


def test_a_program_that_does_not_read_what_it_is_fed_is_no_error(host: Host) -> None:
    finished = host.run(Command(argv=("true",), timeout=20, stdin=bytes(MEGABYTE)))

    assert finished.code == 0


def test_binary_output_comes_unchanged(host: Host) -> None:
    finished = host.run(Command(argv=("printf", r"\377\000\n\376"), timeout=20))

    assert finished.stdout == b"\xff\x00\n\xfe"


def test_arguments_are_bytes_and_no_shell_reads_them(host: Host) -> None:
    hostile = b"$(touch /tmp/x) `id` \xff\n'\"*"

    finished = host.run(Command(argv=("printf", "%s", hostile), timeout=20))

    assert hostile == finished.stdout


def test_gigabytes_leave_only_the_last_bytes(host: Host) -> None:
    script = "head -c 1G /dev/zero; printf end"

    finished = host.run(Command(argv=("sh", "-c", script), timeout=60, keep=1000))

    assert len(finished.stdout) == 1000
    assert finished.stdout.endswith(b"end")
    assert finished.truncated


def test_a_line_without_end_is_cut_and_the_next_one_is_whole(host: Host) -> None:
    command = Command(
        argv=("sh", "-c", "head -c 50M /dev/zero; echo; echo next"), timeout=60, longest_line=1000
    )
    lines: list[bytes] = []

    finished = host.stream(command, lines.append)

    assert [bytes(1000), b"next"] == lines
    assert finished.truncated


def test_lines_come_one_by_one_and_the_last_needs_no_newline(host: Host) -> None:
    assert lines_of(host, shell(r"printf 'one\n\nthree'")) == [b"one", b"", b"three"]


def test_an_endless_line_is_handed_over_as_soon_as_it_is_too_long(host: Host) -> None:
    def refuse(line: bytes) -> None:
        raise ValueError(len(line))

    command = Command(argv=("cat", "/dev/zero"), timeout=20, longest_line=5000)

    with pytest.raises(ValueError, match="5000"):
        host.stream(command, refuse)


def test_the_end_by_a_signal_is_a_negative_code(host: Host) -> None:
    assert host.run(shell("kill -SEGV $$")).code == -signal.SIGSEGV


def test_every_exit_code_is_handed_on(host: Host) -> None:
    assert host.run(shell("exit 77")).code == 77


def test_a_program_that_is_too_slow_is_asked_to_stop(host: Host, tmp_path: Path) -> None:
    note = tmp_path / "note"
    script = f"trap 'echo asked > {note}; exit 0' INT; while :; do sleep 0.05; done"

    with pytest.raises(TimedOutError):
        host.run(shell(script, timeout=2))
    assert note.read_text() == "asked\n"


def test_a_program_deaf_to_signals_is_killed_after_the_grace(host: Host, tmp_path: Path) -> None:
    note = tmp_path / "note"
    script = f"trap '' INT TERM; echo $$ > {note}; while :; do sleep 0.05; done"
    began = time.monotonic()

    with pytest.raises(TimedOutError):
        host.run(shell(script, timeout=2, grace=0.5))
    assert time.monotonic() - began < 30
    assert is_gone(int(note.read_text()))


@pytest.mark.parametrize("detach", ["", "set -m; "], ids=["same group", "own group"])
def test_grandchildren_are_killed_with_their_parent(
    host: Host, tmp_path: Path, detach: str
) -> None:
    note = tmp_path / "note"
    script = f"{detach}sh -c 'trap \"\" INT; sleep 300' & echo $! > {note}; wait; sleep 300"

    with pytest.raises(TimedOutError):
        host.run(shell(script, timeout=2, grace=0.2))
    assert is_gone(int(note.read_text()))


@pytest.mark.parametrize("detach", ["", "set -m; "], ids=["same group", "own group"])
def test_a_descendant_that_keeps_the_pipes_open_is_not_waited_for(
    host: Host, tmp_path: Path, detach: str
) -> None:
    note = tmp_path / "note"
    began = time.monotonic()

    finished = host.run(shell(f"{detach}sleep 300 & echo $! > {note}; echo done"))

    assert finished.stdout == b"done\n"
    assert finished.code == 0
    assert time.monotonic() - began < 30
    assert is_gone(int(note.read_text()))


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_interrupted_caller_leaves_no_program_behind(
    host: Host, tmp_path: Path, error: type[BaseException]
) -> None:
    note = tmp_path / "note"

    def interrupt(_: bytes) -> None:
        raise error

    with pytest.raises(error):
        host.stream(shell(f"echo $$ > {note}; echo line; exec sleep 300"), interrupt)
    assert is_gone(int(note.read_text()))


def test_ctrl_c_while_waiting_stops_the_program_first(host: Host, tmp_path: Path) -> None:
    note = tmp_path / "note"
    # Short naps: a shell that is about to run its last program loses a signal to it.
    nap = "while :; do sleep 0.1; done"
    script = f"trap 'echo asked > {note}; exit 0' INT; kill -INT {os.getpid()}; {nap}"

    with pytest.raises(KeyboardInterrupt):
        host.run(shell(script))
    assert note.read_text() == "asked\n"


def test_a_missing_program_is_named_with_the_package_to_install(host: Host) -> None:
    with pytest.raises(ToolMissingError, match="no-such-program") as caught:
        host.run(Command(argv=("no-such-program",), timeout=20))
    assert "apt install no-such-program" in str(caught.value.remedy)


def test_a_program_that_may_not_be_run_is_missing(host: Host, tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("#!/bin/sh\n")

    with pytest.raises(ToolMissingError):
        host.run(Command(argv=(str(tmp_path / "tool"),), timeout=20))


@pytest.mark.parametrize(
    "break_it",
    [
        lambda place: Command(argv=("true",), timeout=20, cwd=place / "missing"),
        lambda _: Command(argv=("true", "x" * (3 * MEGABYTE)), timeout=20),
        lambda _: Command(argv=("true", "nul\0"), timeout=20),
    ],
    ids=["no such folder", "too many arguments", "nul"],
)
def test_what_cannot_be_started_is_a_tool_error(
    host: Host, tmp_path: Path, break_it: Callable[[Path], Command]
) -> None:
    with pytest.raises(ToolError):
        host.run(break_it(tmp_path))


def test_secrets_travel_by_environment_and_never_by_argument(host: Host) -> None:
    command = Command(
        argv=("sh", "-c", "tr '\\0' ' ' < /proc/$$/cmdline; echo; echo $PASSWORD"),
        timeout=20,
        secrets={"PASSWORD": Secret("hush")},
    )

    arguments, value = host.run(command).stdout.splitlines()

    assert b"hush" not in arguments
    assert value == b"hush"


@pytest.mark.parametrize("argv", [("sleep", "60"), ("no-such-program",), ("true", "\0")])
def test_no_secret_is_in_any_error(host: Host, argv: tuple[str, ...]) -> None:
    command = Command(argv=argv, timeout=0.1, grace=1, secrets={"PASSWORD": Secret("hush")})

    with pytest.raises(ContinuityError) as caught:
        host.run(command)
    assert "hush" not in f"{caught.value!r} {caught.value.remedy} {command!r}"


def test_nothing_of_our_environment_leaks_but_what_programs_need(host: Host) -> None:
    names = {line.split(b"=")[0] for line in lines_of(host, Command(argv=("env",), timeout=20))}

    needed = {b"PATH", b"LANG", b"HOME", b"USER", b"LOGNAME", b"TMPDIR", b"TZ", b"SSH_AUTH_SOCK"}
    assert names <= needed


def test_each_program_has_a_session_of_its_own(host: Host) -> None:
    told = host.run(shell("ps -o sid= -p $$; echo $$")).stdout.split()

    assert told[0] == told[1]
