"""What every backup engine refuses, reports and removes, tried on each one in the folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from continuity.domain.failure import (
    AuthenticationError,
    ConfigurationError,
    ContinuityError,
    SourceError,
    TimedOutError,
    ToolMissingError,
    UnreachableError,
)
from continuity.domain.secret import Secret
from continuity.engines.engine import Progress
from continuity.engines.registry import engine_kinds
from tests.support.disks import fill, small_disk
from tests.support.engines import Bench, bench, brought_back, copied, ignore, request, restored
from tests.support.liars import witness


@pytest.fixture(scope="module", params=sorted(engine_kinds()))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def table(kind: str, tmp_path: Path) -> Bench:
    """A bench of its own."""
    return bench(kind, tmp_path / "bench")


def small_source(place: Path) -> Path:
    source = place / "source"
    source.mkdir()
    (source / "a").write_text("one")
    (source / "b").write_text("two")
    return source


def test_progress_is_told_and_ends_with_what_was_copied(table: Bench, tmp_path: Path) -> None:
    told: list[Progress] = []

    result = table.initialised().back_up(request(small_source(tmp_path)), told.append)

    assert (result.files, result.bytes) == (2, 6)
    assert told[-1].bytes == 6


@pytest.mark.parametrize("missing", ["all", "one"])
def test_a_missing_source_is_refused(table: Bench, tmp_path: Path, missing: str) -> None:
    others = (small_source(tmp_path),) if missing == "one" else ()

    with pytest.raises(SourceError, match="absent"):
        copied(table.initialised(), *others, tmp_path / "absent")


def test_an_empty_source_is_refused_and_leaves_no_snapshot(table: Bench, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    engine = table.initialised()

    with pytest.raises(SourceError):
        copied(engine, tmp_path / "empty")
    assert engine.snapshots() == ()


def test_a_source_with_folders_only_is_refused(table: Bench, tmp_path: Path) -> None:
    (tmp_path / "folders" / "inside").mkdir(parents=True)

    with pytest.raises(SourceError):
        copied(table.initialised(), tmp_path / "folders")


def test_a_missing_repository_is_unreachable_for_every_use(table: Bench, tmp_path: Path) -> None:
    engine = table.open()
    source = small_source(tmp_path)

    assert not engine.exists()
    with pytest.raises(UnreachableError):
        engine.snapshots()
    with pytest.raises(UnreachableError):
        copied(engine, source)
    with pytest.raises(UnreachableError):
        engine.check(None, 60, ignore)


def test_a_wrong_password_is_an_authentication_error(table: Bench, tmp_path: Path) -> None:
    if not table.kind.needs_password:
        pytest.skip("this engine has no password")
    table.initialised()
    engine = table.open(password=Secret("wrong"))

    with pytest.raises(AuthenticationError):
        engine.snapshots()
    with pytest.raises(AuthenticationError):
        copied(engine, small_source(tmp_path))
    with pytest.raises(AuthenticationError):
        engine.check(None, 60, ignore)
    with pytest.raises(AuthenticationError):
        restored(engine, "0" * 64, tmp_path / "target")


def test_an_occupied_place_never_becomes_a_repository(table: Bench) -> None:
    table.repository.mkdir(parents=True)
    (table.repository / "precious").write_text("data")

    with pytest.raises(ConfigurationError):
        table.open().initialise()
    assert os.listdir(table.repository) == ["precious"]


def test_a_repository_for_which_there_was_no_room_can_be_made_when_there_is(
    table: Bench, tmp_path: Path
) -> None:
    table.place.mkdir()
    with small_disk(table.place, 2_000):
        engine = table.open()
        fill(table.place)
        with pytest.raises(ContinuityError):
            engine.initialise()
        left = list(table.repository.glob("*"))
        for ballast in table.place.glob("ballast-*"):
            ballast.unlink()
        engine.initialise()
        made = copied(engine, small_source(tmp_path)).complete

    assert left == []
    assert made


def test_each_new_repository_has_an_identity_of_its_own(kind: str, tmp_path: Path) -> None:
    copy = bench(kind, tmp_path / "copy").initialised()
    fresh = bench(kind, tmp_path / "fresh").open()
    fresh.initialise()

    assert fresh.exists()
    assert fresh.identity() == fresh.identity() != copy.identity()


def test_a_backup_that_is_too_slow_is_stopped(table: Bench, tmp_path: Path) -> None:
    engine = table.initialised()
    engine.probe()

    with pytest.raises(TimedOutError):
        engine.back_up(request(small_source(tmp_path), timeout=0.001), ignore)


def test_forgetting_removes_the_named_snapshots_and_no_other(table: Bench, tmp_path: Path) -> None:
    engine = table.initialised()
    source = small_source(tmp_path)
    made = []
    for number in range(3):
        (source / "a").write_text(f"version {number}")
        made.append(copied(engine, source).snapshot.id)

    engine.forget((made[1],), prune=True, timeout=60)

    assert [snapshot.id for snapshot in engine.snapshots()] == [made[0], made[2]]
    restored(engine, made[2], tmp_path / "target")
    assert brought_back(tmp_path / "target")[os.fsencode(source / "a")] == b"version 2"


def test_a_missing_tool_is_named(table: Bench) -> None:
    engine = table.open(program=Path("/nowhere") / table.program.name)

    with pytest.raises(ToolMissingError):
        engine.probe()


def test_no_secret_is_seen_in_the_arguments_of_any_program(table: Bench, tmp_path: Path) -> None:
    record = tmp_path / "record"
    spy = witness(tmp_path / table.program.name, table.program, record)
    table.initialised()
    engine = table.open(program=spy)

    result = copied(engine, small_source(tmp_path))
    restored(engine, result.snapshot.id, tmp_path / "target")

    assert b"correct horse" not in record.read_bytes()
    assert record.stat().st_size > 0
