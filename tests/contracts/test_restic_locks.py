"""Locks: kept while their holder may live, removed when it is dead, never left behind."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from continuity.domain.failure import (
    LockedError,
)
from continuity.engines.engine import Engine, LockState
from tests.support.engines import (
    PASSWORD,
    ignore,
    request,
)
from tests.support.programs import ResticLine
from tests.support.stock import Stock, stocked


@pytest.fixture(scope="module", params=list(ResticLine), ids=str)
def stock(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stock:
    line: ResticLine = request.param
    return stocked(line, tmp_path_factory.mktemp("stock"))


@pytest.fixture
def writer(stock: Stock, tmp_path: Path) -> Iterator[tuple[Engine, subprocess.Popen[bytes]]]:
    """A restic that holds a lock because it waits for input."""
    table = stock.copy(tmp_path / "locked")
    with subprocess.Popen(
        [table.program, "-r", table.repository, "--no-cache", "backup", "--stdin"],
        env={"PATH": os.environ["PATH"], "RESTIC_PASSWORD": PASSWORD.reveal()},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        engine = table.open()
        while not [lock for lock in table.repository.glob("locks/*") if "tmp" not in lock.name]:
            assert process.poll() is None
        yield engine, process
        process.kill()


def test_a_lock_with_a_living_holder_stays_and_stops_a_check(
    writer: tuple[Engine, subprocess.Popen[bytes]],
) -> None:
    engine, process = writer

    (lock,) = engine.locks()

    assert lock.state is LockState.ALIVE
    assert f"pid {process.pid}" in lock.holder
    assert engine.unlock_dead() == 0
    with pytest.raises(LockedError):
        engine.check(None, 60, ignore)
    assert len(engine.locks()) == 1


def test_a_lock_whose_holder_was_killed_is_removed(
    writer: tuple[Engine, subprocess.Popen[bytes]],
) -> None:
    engine, process = writer
    process.kill()
    process.wait()

    (lock,) = engine.locks()

    assert lock.state is LockState.DEAD
    assert engine.unlock_dead() == 1
    assert engine.locks() == ()


def test_ctrl_c_in_a_backup_leaves_no_lock(stock: Stock, tmp_path: Path) -> None:
    table = stock.copy(tmp_path / "copy")
    (tmp_path / "large").write_bytes(os.urandom(3_000_000))
    slow = replace(table, options={"limit_upload": 1000}).open()

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        slow.back_up(request(tmp_path / "large"), interrupt)
    assert slow.locks() == ()
    assert len(slow.snapshots()) == 1


def test_a_stopped_backup_leaves_no_lock_where_restic_itself_leaves_one(
    stock: Stock, tmp_path: Path
) -> None:
    table = stock.copy(tmp_path / "copy")
    (tmp_path / "large").write_bytes(os.urandom(3_000_000))
    sudden = tmp_path / "restic"
    sudden.write_text(_SUDDEN.format(real=table.program))
    sudden.chmod(0o755)

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace(table, options={"limit_upload": 1000}).open(program=sudden).back_up(
            request(tmp_path / "large"), interrupt
        )

    assert table.open().locks() == ()


_SUDDEN = """#!/bin/sh
# A restic that dies of the first signal, and not in good order.
case " $* " in *" backup "*) ;; *) exec "{real}" "$@" ;; esac
setsid "{real}" "$@" & child=$!
trap 'kill -9 $child; wait $child; exit 130' INT
wait $child
"""
