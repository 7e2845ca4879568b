"""What running a program promises about what flows in and out of it, and about stopping it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event, Timer

import pytest

from continuity.domain.failure import TimedOutError
from continuity.hosts.host import Command, Host
from tests.support.hosts import MEGABYTE, exhausted, is_gone, shell


def test_pieces_are_the_whole_output_and_end_with_its_code(host: Host) -> None:
    script = "head -c 20M /dev/zero; printf '\\377\\n'; head -c 3M /dev/zero >&2; exit 7"

    taken, finished = exhausted(host.pieces(shell(script)))

    assert taken == bytes(20 * MEGABYTE) + b"\xff\n"
    assert (finished.code, len(finished.stderr)) == (7, MEGABYTE)


def test_a_long_stream_in_small_pieces_is_whole_and_ends_with_its_code(host: Host) -> None:
    script = "dd if=/dev/zero bs=4096 count=2000 status=none; echo end; echo bad >&2; exit 7"

    taken, finished = exhausted(host.pieces(replace(shell(script), bulk=True)))

    assert taken == bytes(2000 * 4096) + b"end\n"
    assert (finished.code, finished.stderr) == (7, b"bad\n")


def test_a_long_stream_that_is_killed_ends_with_the_signal_and_never_as_whole(host: Host) -> None:
    script = "dd if=/dev/zero bs=4096 count=500 status=none; kill -9 $$"

    taken, finished = exhausted(host.pieces(replace(shell(script), bulk=True)))

    assert taken == bytes(500 * 4096)
    assert finished.code != 0


def test_a_program_waits_while_nobody_asks_for_the_next_piece(host: Host, tmp_path: Path) -> None:
    note = tmp_path / "note"
    pieces = host.pieces(shell(f"head -c 50M /dev/zero; echo written > {note}"))
    first = next(pieces)
    time.sleep(0.5)

    assert first
    assert not note.exists()
    assert exhausted(pieces)[1].code == 0
    assert note.exists()


def test_the_time_a_reader_takes_is_no_silence_of_the_program(host: Host) -> None:
    command = Command(argv=("head", "-c", "20M", "/dev/zero"), timeout=60, silence=2)
    pieces = host.pieces(command)
    next(pieces)
    time.sleep(2.5)

    assert exhausted(pieces)[1].code == 0


def test_a_silent_program_ends_its_pieces_with_an_error(host: Host) -> None:
    command = Command(argv=("sh", "-c", "echo; sleep 60"), timeout=20, silence=0.6, grace=1)

    with pytest.raises(TimedOutError):
        exhausted(host.pieces(command))


def test_who_closes_the_pieces_stops_the_program(host: Host, tmp_path: Path) -> None:
    note = tmp_path / "note"
    pieces = host.pieces(shell(f"echo $$ > {note}; exec cat /dev/zero"))
    next(pieces)
    pieces.close()

    assert is_gone(int(note.read_text()))


def test_a_program_is_fed_piece_by_piece(host: Host) -> None:
    pieces = (bytes([number % 256]) * number for number in range(0, 100_000, 997))

    finished = host.run(Command(argv=("cat",), timeout=20, stdin=pieces, keep=20 * MEGABYTE))

    assert finished.stdout == b"".join(
        bytes([number % 256]) * number for number in range(0, 100_000, 997)
    )


@pytest.mark.parametrize("deaf", ["", "trap '' INT; "], ids=["stops", "deaf"])
def test_half_a_stream_is_never_taken_for_the_whole(host: Host, tmp_path: Path, deaf: str) -> None:
    note = tmp_path / "note"

    def torn() -> Iterator[bytes]:
        yield bytes(MEGABYTE)
        raise ValueError("torn")

    script = f"{deaf}cat > /dev/null; echo whole > {note}"
    command = Command(argv=("sh", "-c", script), timeout=20, grace=0.5, stdin=torn())

    with pytest.raises(ValueError, match="torn"):
        host.run(command)
    time.sleep(0.3)
    assert not note.exists()


def test_nothing_more_is_asked_for_when_the_program_has_ended(host: Host) -> None:
    asked: list[int] = []

    def endless() -> Iterator[bytes]:
        while True:
            asked.append(1)
            yield bytes(MEGABYTE)

    finished = host.run(Command(argv=("true",), timeout=20, stdin=endless()))

    assert finished.code == 0
    assert len(asked) < 100


def test_a_server_is_stopped_from_beside_and_tells_its_code(host: Host) -> None:
    stop = Event()
    Timer(2, stop.set).start()
    script = "trap 'echo asked; exit 9' INT; echo ready; while :; do sleep 0.05; done"

    finished = host.run(Command(argv=("sh", "-c", script), timeout=20, stop=stop))

    assert (finished.code, finished.stdout) == (9, b"ready\nasked\n")


def test_a_deaf_server_is_killed_after_its_grace(host: Host, tmp_path: Path) -> None:
    note = tmp_path / "note"
    stop = Event()
    script = f"trap '' INT; echo $$ > {note}; sleep 60; sleep 60"
    command = Command(argv=("sh", "-c", script), timeout=20, grace=1, stop=stop)
    Timer(2, stop.set).start()
    began = time.monotonic()

    finished = host.run(command)

    assert finished.code < 0
    assert time.monotonic() - began < 30
    assert is_gone(int(note.read_text()))


def test_stopping_what_has_ended_changes_nothing(host: Host) -> None:
    stop = Event()

    finished = host.run(Command(argv=("sh", "-c", "exit 3"), timeout=20, stop=stop))
    stop.set()

    assert finished.code == 3
