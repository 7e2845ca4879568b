"""What restic does silently, version by version, and what it becomes here."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from continuity.domain.failure import (
    SourceError,
    ToolMissingError,
)
from continuity.engines.engine import RestoreRequest
from tests.support.engines import (
    bench,
    brought_back,
    copied,
    ignore,
    request,
    restored,
)
from tests.support.liars import liar, witness
from tests.support.programs import ResticLine
from tests.support.stock import FILES, Stock, plain_restic, stocked


@pytest.fixture(scope="module", params=list(ResticLine), ids=str)
def stock(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stock:
    line: ResticLine = request.param
    return stocked(line, tmp_path_factory.mktemp("stock"))


def test_brackets_never_restore_another_file(stock: Stock, tmp_path: Path) -> None:
    path = stock.path("a[1].txt")

    restored(stock.bench.open(), stock.first.snapshot.id, tmp_path / "target", (path,))

    assert brought_back(tmp_path / "target") == {path: b"brackets"}


def test_a_file_of_the_same_name_deeper_down_stays_where_it_is(
    stock: Stock, tmp_path: Path
) -> None:
    path = stock.path("a1.txt")

    restored(stock.bench.open(), stock.first.snapshot.id, tmp_path / "target", (path,))

    assert brought_back(tmp_path / "target") == {path: b"one"}


@pytest.mark.parametrize("way", ["includes", "folders", "everything"])
def test_every_way_brings_the_same_bytes(stock: Stock, tmp_path: Path, way: str) -> None:
    paths = tuple(stock.path(name) for name in FILES if "/" in name)
    population = {"includes": 100, "folders": 20_000_000, "everything": 1}[way]
    target = tmp_path / "target"
    target.mkdir()

    outcome = stock.bench.open().restore(
        RestoreRequest(
            snapshot=stock.first.snapshot.id,
            paths=paths * (3 if way == "everything" else 1),
            target=target,
            population_files=population,
            population_bytes=1,
            room_bytes=0 if way == "includes" else 1 << 30,
            timeout=60,
        ),
        ignore,
    )

    folders = "subfolder" in stock.bench.open().probe().capabilities
    back = brought_back(target)
    assert outcome.way == (way if folders or way != "folders" else "includes")
    assert {path: back[path] for path in paths} == {
        stock.path(name): content for name, content in FILES.items() if "/" in name
    }


def test_a_snapshot_made_with_a_relative_path_is_restored_by_its_listing(
    stock: Stock, tmp_path: Path
) -> None:
    table = stock.copy(tmp_path / "copy")
    plain_restic(table, "backup", "source", cwd=stock.source.parent)
    engine = table.open()
    snapshot = engine.snapshots()[-1]

    listed = [entry.path for entry in engine.listing(snapshot.id)]
    restored(engine, snapshot.id, tmp_path / "target", (b"/source/a[1].txt",))

    assert b"/source/a[1].txt" in listed
    assert brought_back(tmp_path / "target") == {b"/source/a[1].txt": b"brackets"}


def test_a_newer_snapshot_of_another_job_is_never_taken_for_ours(
    stock: Stock, tmp_path: Path
) -> None:
    table = stock.copy(tmp_path / "copy")
    plain_restic(table, "backup", "--stdin", "--stdin-filename", "dump.sql", feed=b"other job")

    restored(table.open(), stock.first.snapshot.id, tmp_path / "target")

    assert set(brought_back(tmp_path / "target")) == {stock.path(name) for name in FILES}


@pytest.mark.parametrize("vanishing", ["one", "all"])
def test_a_source_that_vanishes_as_restic_starts_is_missed(
    stock: Stock, tmp_path: Path, vanishing: str
) -> None:
    table = stock.copy(tmp_path / "copy")
    source = tmp_path / "vanishing"
    source.mkdir()
    (source / "file").write_text("here")
    thief = tmp_path / "restic"
    thief.write_text(
        f'#!/bin/sh\ncase "$*" in *backup*) rm -r {source};; esac\nexec {table.program} "$@"\n'
    )
    thief.chmod(0o755)
    others = (stock.source,) if vanishing == "one" else ()

    with pytest.raises(SourceError, match="vanishing"):
        copied(table.open(program=thief), *others, source)


def test_a_file_that_cannot_be_read_makes_the_backup_incomplete(
    stock: Stock, tmp_path: Path
) -> None:
    table = stock.copy(tmp_path / "copy")

    # Its first page is never mapped, so reading it fails even for root.
    result = copied(table.open(), stock.source, b"/proc/self/mem")

    assert not result.complete
    assert not result.unchanged_tree
    assert any("/proc/" in warning for warning in result.warnings)


def calls(record: Path) -> list[str]:
    """Name the commands that were given to restic."""
    known = {"backup", "snapshots", "cat", "restore", "ls"}
    return [word for word in record.read_text().splitlines() if word in known]


def test_a_night_without_changes_costs_one_call(stock: Stock, tmp_path: Path) -> None:
    table = stock.copy(tmp_path / "copy")
    record = tmp_path / "record"
    engine = table.open(program=witness(tmp_path / "restic", table.program, record))
    asked = replace(
        request(stock.source),
        parent=stock.first.snapshot.id,
        time=datetime(2026, 5, 1, 2, 3, 4, tzinfo=UTC),
    )

    result = engine.back_up(asked, ignore)

    assert calls(record) == ["backup"]
    assert result.unchanged_tree
    assert result.parent == stock.first.snapshot.id
    assert result.snapshot.id in {snapshot.id for snapshot in engine.snapshots()}
    assert result.snapshot.time in {snapshot.time for snapshot in engine.snapshots()}


@pytest.mark.parametrize("change", ["content", "new file", "removal", "mode", "link"])
def test_any_change_below_the_source_is_no_unchanged_tree(
    stock: Stock, tmp_path: Path, change: str
) -> None:
    table = stock.copy(tmp_path / "copy")
    source = tmp_path / "changing"
    shutil.copytree(stock.source, source)
    engine = table.open()
    parent = copied(engine, source).snapshot.id
    changed = source / "deep" / "a1.txt"
    match change:
        case "content":
            changed.write_bytes(b"changed")
        case "new file":
            (source / "deep" / "new").touch()
        case "removal":
            changed.unlink()
        case "mode":
            changed.chmod(0o600)
        case _:
            (source / "deep" / "link").symlink_to("a1.txt")

    result = engine.back_up(replace(request(source), parent=parent), ignore)

    assert not result.unchanged_tree


def test_a_parent_that_was_removed_is_no_obstacle(stock: Stock, tmp_path: Path) -> None:
    table = stock.copy(tmp_path / "copy")

    result = table.open().back_up(replace(request(stock.source), parent="ab" * 32), ignore)

    assert result.parent == stock.first.snapshot.id
    assert result.complete


def test_restic_older_than_the_floor_is_refused_with_a_remedy(tmp_path: Path) -> None:
    old = liar(tmp_path / "restic", "restic 0.13.1 compiled with go1.18", "exit 0")

    with pytest.raises(ToolMissingError, match=r"0\.13\.1") as caught:
        bench("restic", tmp_path / "bench", old).open().probe()
    assert caught.value.remedy is not None


def test_a_newer_restic_than_any_known_is_used_as_the_newest_known(
    stock: Stock, tmp_path: Path
) -> None:
    newer = liar(
        tmp_path / "restic", "restic 1.2.3 compiled with go2", f'exec {stock.bench.program} "$@"'
    )
    engine = stock.bench.open(program=newer)

    assert engine.probe().version == "1.2.3"
    assert stock.first.snapshot.id in {snapshot.id for snapshot in engine.snapshots()}
