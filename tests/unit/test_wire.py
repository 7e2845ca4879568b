"""What is left of a program's streams when the connection breaks under a single call."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event

import pytest

from continuity.hosts.wire import Wire


def _passed() -> Event:
    event = Event()
    event.set()
    return event


@dataclass
class Torn:
    """A channel whose program ended with 0, and whose connection breaks at the next call."""

    descriptor: int
    eof_received: bool = True
    closed: bool = True
    exit_status: int = 0
    status_event: Event = field(default_factory=_passed)
    output: bool = False
    errors: bool = False

    def setblocking(self, blocking: bool, /) -> None:
        assert not blocking

    def fileno(self) -> int:
        return self.descriptor

    def recv_ready(self) -> bool:
        return self.output

    def recv(self, nbytes: int, /) -> bytes:
        self.output = False
        raise EOFError(nbytes)

    def recv_stderr_ready(self) -> bool:
        return self.errors

    def recv_stderr(self, nbytes: int, /) -> bytes:
        self.errors = False
        raise EOFError(nbytes)

    def send(self, piece: memoryview, /) -> int:
        raise EOFError(len(piece))

    def shutdown_write(self) -> None:
        raise EOFError

    def close(self) -> None:
        raise EOFError


def quietly(action: Callable[[], object]) -> None:
    with contextlib.suppress(EOFError):  # what a lost line raises; here only the waiting counts
        action()


@pytest.fixture
def descriptor() -> Iterator[int]:
    ends = os.pipe()
    yield ends[0]
    for end in ends:
        os.close(end)


@pytest.mark.parametrize("stream", ["output", "errors"])
def test_a_program_that_ended_well_is_lost_when_some_of_its_output_is(
    descriptor: int, stream: str
) -> None:
    wire = Wire(Torn(descriptor, output=stream == "output", errors=stream == "errors"), quietly)

    before = wire.code
    taken = wire.take_output() + wire.take_errors()

    assert (before, taken) == (0, b"")
    assert (wire.is_lost, wire.code, wire.is_at_end) == (True, None, True)


def test_input_that_nobody_takes_any_more_is_not_sent_and_hides_no_code(descriptor: int) -> None:
    wire = Wire(Torn(descriptor), quietly)

    sent = wire.send(memoryview(b"question"))
    wire.end_input()
    wire.close()

    assert (sent, wire.code, wire.is_lost) == (0, 0, False)
