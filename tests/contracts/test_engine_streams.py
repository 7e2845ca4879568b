"""What every engine promises of a stream: whole and listed, or not there at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from continuity.domain.failure import ContinuityError, SourceError, ToolError
from continuity.domain.manifest import Kind
from continuity.domain.text import say
from continuity.engines.engine import BackupResult, Engine, LockState, StreamRequest
from tests.support.engines import Bench, bench, brought_back, copied, ignore, restored
from tests.support.programs import restics

NAME = b"/erp-db.dump"
TRIED = ["rsync", *(f"restic {'.'.join(map(str, version))}" for version in restics().values())]
# Kept by another process, which says when it has handed over the first piece.
KEEP = """
import sys, time
from pathlib import Path
from tests.contracts.test_engine_streams import kept, opened

def pieces():
    yield b"x" * 3_000_000
    print("fed", flush=True)
    time.sleep(60)
    yield b"never"

kept(opened(sys.argv[1], Path(sys.argv[2])).open(), pieces())
"""


@pytest.fixture(scope="module", params=TRIED)
def tried(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def opened(tried: str, place: Path) -> Bench:
    """Set up a bench for rsync or for this version of restic."""
    name, _, version = tried.partition(" ")
    found = [path for path, of in restics().items() if ".".join(map(str, of)) == version]
    return bench(name, place, found[0] if found else None)


def kept(engine: Engine, pieces: Iterator[bytes], moment: datetime | None = None) -> BackupResult:
    return engine.keep_stream(
        StreamRequest(
            path=NAME,
            pieces=pieces,
            host="server",
            tags=("job=erp-db",),
            timeout=60,
            time=moment,
        ),
        ignore,
    )


def test_a_stream_is_kept_as_one_file_and_comes_back_byte_for_byte(
    tried: str, tmp_path: Path
) -> None:
    engine = opened(tried, tmp_path).initialised()
    pieces = [os.urandom(1 << 20) for _ in range(5)] + [b"", b"the end"]

    result = kept(engine, iter(pieces))

    content = b"".join(pieces)
    (listed,) = [entry for entry in engine.listing(result.snapshot.id) if entry.kind is Kind.FILE]
    restored(engine, result.snapshot.id, tmp_path / "target")
    assert (listed.path, listed.size) == (NAME, len(content))
    assert (result.files, result.bytes, result.complete) == (1, len(content), True)
    assert result.added_bytes >= 5 << 20
    assert engine.snapshots() == (result.snapshot,)
    assert (result.snapshot.paths, result.snapshot.host) == ((NAME,), "server")
    assert result.snapshot.tags == ("job=erp-db",)
    assert brought_back(tmp_path / "target") == {NAME: content}


def test_a_snapshot_that_nobody_asked_for_is_told_as_the_repository_lists_it(
    tried: str, tmp_path: Path
) -> None:
    engine = opened(tried, tmp_path).initialised()
    moment = datetime(2026, 3, 4, 5, 6, 7, 890_000, tzinfo=UTC)

    result = kept(engine, iter([b"monday"]), moment)

    (listed,) = engine.snapshots()
    told = result.snapshot
    assert (told.id, told.time, told.host) == (listed.id, listed.time, listed.host)
    assert (told.paths, told.tags) == (listed.paths, listed.tags)


def test_two_streams_of_one_name_are_two_snapshots_and_the_first_stays_as_it_was(
    tried: str, tmp_path: Path
) -> None:
    engine = opened(tried, tmp_path).initialised()

    first, second = kept(engine, iter([b"monday"])), kept(engine, iter([b"tuesday"]))

    restored(engine, first.snapshot.id, tmp_path / "first")
    restored(engine, second.snapshot.id, tmp_path / "second")
    assert brought_back(tmp_path / "first") == {NAME: b"monday"}
    assert brought_back(tmp_path / "second") == {NAME: b"tuesday"}


@pytest.mark.parametrize("size", [0, 7, 3_000_000], ids=["at once", "early", "late"])
def test_a_stream_that_breaks_off_leaves_no_snapshot_and_no_lock(
    tried: str, tmp_path: Path, size: int
) -> None:
    engine = opened(tried, tmp_path).initialised()

    def broken() -> Iterator[bytes]:
        if size:
            yield b"x" * size
        raise SourceError(say("The dump ended with code 1."))

    with pytest.raises(SourceError, match="ended with code 1"):
        kept(engine, broken())

    assert engine.snapshots() == ()
    assert engine.locks() == ()
    assert kept(engine, iter([b"the next one"])).bytes == 12


def test_a_stream_that_breaks_off_long_after_restic_began_leaves_no_snapshot(
    tried: str, tmp_path: Path
) -> None:
    engine = opened(tried, tmp_path).initialised()

    def broken() -> Iterator[bytes]:
        yield b"x" * 3_000_000
        time.sleep(2)
        raise SourceError(say("The dump ended with code 1."))

    began = time.monotonic()
    with pytest.raises(SourceError):
        kept(engine, broken())

    assert time.monotonic() - began < 20
    assert engine.snapshots() == ()
    assert engine.locks() == ()


def test_a_kill_in_the_middle_of_a_stream_leaves_no_snapshot(tried: str, tmp_path: Path) -> None:
    engine = opened(tried, tmp_path).initialised()
    before = kept(engine, iter([b"the one before"]))
    keeper = subprocess.Popen((sys.executable, "-c", KEEP, tried, tmp_path), stdout=subprocess.PIPE)
    try:
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == b"fed\n"
        time.sleep(1)
    finally:
        keeper.send_signal(signal.SIGKILL)
        keeper.communicate()
    _wait_for_the_orphan(engine)

    after = kept(engine, iter([b"the one after"]))

    assert {snapshot.id for snapshot in engine.snapshots()} == {
        before.snapshot.id,
        after.snapshot.id,
    }


def _wait_for_the_orphan(engine: Engine) -> None:
    """The program that was fed outlives its feeder for a moment, with its input at an end."""
    until = time.monotonic() + 20
    while any(lock.state is LockState.ALIVE for lock in engine.locks()):
        assert time.monotonic() < until
        time.sleep(0.2)


def test_a_stream_among_copies_of_files_changes_none_of_them(tried: str, tmp_path: Path) -> None:
    engine = opened(tried, tmp_path).initialised()
    source = tmp_path / "source"
    source.mkdir()
    (source / "a").write_text("1")

    first = copied(engine, source)
    kept(engine, iter([b"dump"]))
    second = copied(engine, source)

    assert second.parent == first.snapshot.id
    restored(engine, second.snapshot.id, tmp_path / "target")
    assert brought_back(tmp_path / "target") == {os.fsencode(source / "a"): b"1"}


def test_a_program_that_takes_half_and_claims_success_is_not_believed(tmp_path: Path) -> None:
    made = bench("restic", tmp_path)
    made.initialised()
    liar = tmp_path / "liar"
    liar.write_text(
        f'#!/bin/sh\ncase " $* " in\n*" --stdin "*) head -c 100000 | exec {made.program} "$@" ;;\n'
        f'*) exec {made.program} "$@" ;;\nesac\n'
    )
    liar.chmod(0o700)
    engine = made.open(program=liar)

    with pytest.raises(ToolError, match="100000 bytes of a stream"):
        kept(engine, iter([b"x" * 65_536] * 40))

    assert engine.snapshots() == ()


def test_a_stream_is_never_written_outside_its_generation(tmp_path: Path) -> None:
    engine = bench("rsync", tmp_path).initialised()

    for path in (b"relative", b"/../escaped", b"/a//b", b"/a/./b", b"/"):
        with pytest.raises(ContinuityError, match="no absolute path"):
            engine.keep_stream(
                StreamRequest(path=path, pieces=iter([b"x"]), host="h", tags=(), timeout=60), ignore
            )

    assert engine.snapshots() == ()
