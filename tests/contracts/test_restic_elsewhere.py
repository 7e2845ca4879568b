"""A restic that runs on another machine: nothing can be looked up on the disk here."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from continuity.domain.failure import (
    AuthenticationError,
    DamagedError,
    SourceError,
    UnreachableError,
)
from continuity.domain.secret import Secret
from continuity.engines.engine import LockState
from continuity.hosts.host import Command, Finished
from continuity.hosts.local import LocalHost
from tests.support.engines import Bench, brought_back, copied, restored
from tests.support.programs import ResticLine
from tests.support.stock import FILES, Stock, flip, stocked


class Elsewhere:
    """A machine whose disks cannot be seen from here."""

    name = "elsewhere"

    def run(self, command: Command) -> Finished:
        return LocalHost().run(command)

    def stream(self, command: Command, on_line: Callable[[bytes], None]) -> Finished:
        return LocalHost().stream(command, on_line)

    def pieces(self, command: Command) -> Generator[bytes, None, Finished]:
        return LocalHost().pieces(command)


@pytest.fixture(scope="module", params=list(ResticLine), ids=str)
def stock(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stock:
    line: ResticLine = request.param
    return stocked(line, tmp_path_factory.mktemp("stock"))


def test_a_repository_is_seen_by_asking(stock: Stock) -> None:
    assert stock.bench.open(host=Elsewhere()).exists()


def test_a_repository_that_is_not_there_is_no_repository(stock: Stock, tmp_path: Path) -> None:
    empty = stock.copy(tmp_path / "copy")
    (empty.repository / "config").unlink()

    assert not empty.open(host=Elsewhere()).exists()
    with pytest.raises(UnreachableError):
        empty.open(host=Elsewhere()).snapshots()


def test_a_refused_password_is_not_taken_for_an_absent_repository(stock: Stock) -> None:
    with pytest.raises(AuthenticationError):
        stock.bench.open(host=Elsewhere(), password=Secret("wrong")).exists()


def test_a_backup_and_a_restore_need_nothing_from_this_disk(stock: Stock, tmp_path: Path) -> None:
    engine = stock.copy(tmp_path / "copy").open(host=Elsewhere())

    result = copied(engine, stock.source)
    restored(engine, result.snapshot.id, tmp_path / "target")

    assert result.snapshot.id in {snapshot.id for snapshot in engine.snapshots()}
    assert len(brought_back(tmp_path / "target")) == len(FILES)


def test_a_missing_source_is_known_from_what_restic_says(stock: Stock, tmp_path: Path) -> None:
    engine = stock.copy(tmp_path / "copy").open(host=Elsewhere())

    with pytest.raises(SourceError):
        copied(engine, stock.source, tmp_path / "absent")


def test_an_unreadable_snapshot_is_known_from_what_restic_says(
    stock: Stock, tmp_path: Path
) -> None:
    table = stock.copy(tmp_path / "copy")
    flip(table.repository / "snapshots" / stock.first.snapshot.id, at=40)

    with pytest.raises(DamagedError):
        table.open(host=Elsewhere(), use_cache=False).snapshots()


class Renamed(Elsewhere):
    """The same machine under a name that no lock knows; ``bin`` takes a program for that."""

    def __init__(self, place: Path) -> None:
        (place / "uname").write_text("#!/bin/sh\necho renamed\n")
        (place / "uname").chmod(0o755)
        self._path = {"PATH": f"{place}:{os.environ['PATH']}"}

    def run(self, command: Command) -> Finished:
        return super().run(replace(command, env={**command.env, **self._path}))


@contextmanager
def locked(table: Bench) -> Iterator[subprocess.Popen[bytes]]:
    """Let a restic hold a lock, until it is killed."""
    with subprocess.Popen(
        [table.program, "-r", table.repository, "--no-cache", "backup", "--stdin"],
        env={"RESTIC_PASSWORD": "correct horse battery staple"},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while not table.open(host=Elsewhere()).locks():
            assert process.poll() is None
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def test_the_holder_of_a_lock_on_a_third_machine_is_unknown_and_the_lock_stays(
    stock: Stock, tmp_path: Path
) -> None:
    table = stock.copy(tmp_path / "copy")
    engine = table.open(host=Renamed(tmp_path))
    with locked(table):
        pass

    assert [lock.state for lock in engine.locks()] == [LockState.UNKNOWN]
    assert engine.unlock_dead() == 0
    assert len(engine.locks()) == 1


def test_the_machine_of_a_holder_tells_whether_it_lives(stock: Stock, tmp_path: Path) -> None:
    table = stock.copy(tmp_path / "copy")
    engine = table.open(host=Elsewhere())
    with locked(table):
        living = [lock.state for lock in engine.locks()]
        kept = engine.unlock_dead()
    dead = [lock.state for lock in engine.locks()]

    assert (living, kept) == ([LockState.ALIVE], 0)
    assert dead == [LockState.DEAD]
    assert engine.unlock_dead() == 1
    assert not engine.locks()
