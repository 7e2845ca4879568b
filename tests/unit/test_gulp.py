"""A long stream is taken in large pieces, and its end is not waited for."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator

import pytest

from continuity.hosts.gulp import let_fill, widen


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def test_a_pipe_in_which_little_is_gets_a_moment_to_fill(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    os.write(writing, b"little")
    began = time.monotonic()
    let_fill(reading)

    assert time.monotonic() - began >= fcntl.fcntl(reading, fcntl.F_GETPIPE_SZ) / 1e9
    assert os.read(reading, 100) == b"little"


def test_a_pipe_keeps_what_is_in_it_when_it_is_widened(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    before = fcntl.fcntl(reading, fcntl.F_GETPIPE_SZ)
    os.write(writing, bytes(before))
    widen(reading)
    let_fill(reading)

    assert fcntl.fcntl(reading, fcntl.F_GETPIPE_SZ) >= before
    assert os.read(reading, before + 1) == bytes(before)


def test_what_cannot_be_widened_stays_as_it_is() -> None:
    file = os.open(os.devnull, os.O_RDONLY)
    widen(file)

    assert os.read(file, 1) == b""
    os.close(file)


def test_a_pipe_that_has_ended_reads_as_ended() -> None:
    reading, writing = os.pipe()
    os.close(writing)
    let_fill(reading)

    assert os.read(reading, 1) == b""
    os.close(reading)
