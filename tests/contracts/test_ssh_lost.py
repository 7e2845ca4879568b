"""A machine that goes away in the middle, and what stays behind on it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Thread, Timer

import paramiko
import pytest

from continuity.domain.failure import ToolError, UnreachableError
from continuity.domain.secret import Secret
from continuity.hosts.host import Command
from continuity.hosts.ssh_host import SshHost
from tests.support.hosts import MEGABYTE, exhausted, is_gone, reach_of, shell
from tests.support.sshd import Sshd, running_sshd


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Sshd]:
    """A server that a test may hurt."""
    with running_sshd(tmp_path / "sshd") as server:
        yield server


@pytest.fixture
def away(server: Sshd) -> Iterator[SshHost]:
    """That server as a host."""
    host = SshHost(reach_of(server))
    yield host
    host.close()


def test_a_connection_cut_in_the_middle_is_no_success_and_ends_the_program(
    server: Sshd, away: SshHost, tmp_path: Path
) -> None:
    note = tmp_path / "note"
    Timer(1, server.cut).start()

    with pytest.raises(UnreachableError, match="lost while sh ran there"):
        away.run(shell(f"echo $$ > {note}; sleep 300", timeout=60))
    assert is_gone(int(note.read_text()))


def test_half_a_stream_is_never_a_whole_one(server: Sshd, away: SshHost) -> None:
    pieces = away.pieces(shell("head -c 1M /dev/zero; sleep 300", timeout=60))
    next(pieces)
    server.cut()

    with pytest.raises(UnreachableError):
        exhausted(pieces)


def test_a_machine_that_falls_silent_is_given_up(server: Sshd) -> None:
    away = SshHost(replace(reach_of(server), keepalive=1, connect_timeout=2))
    Timer(1, server.freeze).start()
    began = time.monotonic()
    try:
        with pytest.raises(UnreachableError):
            away.run(shell("sleep 300", timeout=60))
        assert time.monotonic() - began < 50
    finally:
        server.thaw()
        away.close()


def test_a_machine_that_gives_no_files_out_and_says_nothing_is_given_up(tmp_path: Path) -> None:
    silent = "Match all\nForceCommand exec sleep 300"
    with (
        running_sshd(tmp_path / "sshd", extra=silent) as server,
        ThreadPoolExecutor(1) as beside,
    ):
        away = SshHost(replace(reach_of(server), connect_timeout=2))
        asking = beside.submit(lambda: away.connection().sftp())
        try:
            error = asking.exception(60)
        finally:
            away.close()

    assert isinstance(error, UnreachableError)


def test_the_next_command_makes_a_new_connection(server: Sshd, away: SshHost) -> None:
    away.run(shell("true"))
    server.cut()

    assert away.run(shell("echo again")).stdout == b"again\n"


def test_commands_share_one_connection(server: Sshd, away: SshHost) -> None:
    for _ in range(5):
        away.run(shell("true"))

    assert server.log().count("Accepted publickey") == 1


def test_more_commands_at_once_than_a_connection_carries_all_run(
    server: Sshd, away: SshHost
) -> None:
    codes: list[int] = []
    threads = [
        Thread(target=lambda: codes.append(away.run(shell("sleep 1; exit 7")).code))
        for _ in range(14)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert codes == [7] * 14
    assert server.log().count("Accepted publickey") == 2


def test_no_secret_stands_in_any_command_line_of_that_machine(away: SshHost) -> None:
    script = 'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " "; echo; echo "$PASSWORD"'
    command = Command(
        argv=("sh", "-c", script),
        timeout=20,
        keep=8 * MEGABYTE,
        secrets={"PASSWORD": Secret("hu'sh\n$(id)")},
    )

    seen = away.run(command).stdout

    assert seen.endswith(b"\nhu'sh\n$(id)\n")
    assert seen.count(b"hu'sh") == 1


def test_two_hundred_megabytes_come_unchanged(away: SshHost, tmp_path: Path) -> None:
    file = tmp_path / "large"
    block = os.urandom(MEGABYTE)
    file.write_bytes(b"".join(bytes([number]) + block for number in range(200)))
    digest, pieces = hashlib.sha256(), away.pieces(Command(argv=("cat", str(file)), timeout=90))
    finished = None
    while finished is None:
        try:
            digest.update(next(pieces))
        except StopIteration as end:
            finished = end.value

    assert finished.code == 0
    assert digest.digest() == hashlib.sha256(file.read_bytes()).digest()


def test_a_login_that_runs_no_commands_is_said_to_be_one(tmp_path: Path) -> None:
    with (
        running_sshd(tmp_path / "sshd", "ForceCommand echo backups only") as server,
        pytest.raises(ToolError, match=r"does not run commands .* backups only"),
    ):
        SshHost(reach_of(server)).run(shell("true"))


def test_what_the_login_prints_is_no_output_of_the_program(tmp_path: Path) -> None:
    noisy = 'ForceCommand echo welcome; printf "no newline"; eval "$SSH_ORIGINAL_COMMAND"'
    with running_sshd(tmp_path / "sshd", noisy) as server:
        assert SshHost(reach_of(server)).run(shell("echo inside")).stdout == b"inside\n"


def test_a_folder_that_is_not_there_is_named(away: SshHost) -> None:
    with pytest.raises(ToolError, match="no folder /nowhere there"):
        away.run(Command(argv=("true",), timeout=20, cwd=Path("/nowhere")))


@pytest.mark.slow
def test_a_machine_that_falls_silent_while_keys_are_renewed_is_given_up(server: Sshd) -> None:
    # paramiko gives up sending after 30 s of renewing, before three signs of life were missing.
    away = SshHost(replace(reach_of(server), keepalive=11))
    Timer(1, _fall_silent_renewing, (server, away.connection()._transport)).start()

    with pytest.raises(UnreachableError, match="lost while sh ran there"):
        away.run(shell("sleep 300", timeout=100))
    away.close()


def _fall_silent_renewing(server: Sshd, transport: paramiko.Transport) -> None:
    server.freeze()
    with contextlib.suppress(EOFError, paramiko.SSHException):  # it ends by being given up
        transport.renegotiate_keys()


def test_a_stream_that_ends_while_keys_are_renewed_costs_neither_its_end_nor_the_connection(
    away: SshHost,
) -> None:
    connection = away.connection()
    # With what goes around it just over 512 MiB, after which the keys are renewed.
    script = "head -c 536300000 /dev/zero; printf end"

    finished = away.run(Command(argv=("sh", "-c", script), timeout=120, keep=1000))

    assert finished.stdout.endswith(bytes(900) + b"end")
    assert away.run(shell("echo on")).stdout == b"on\n"
    assert away.connection() is connection
