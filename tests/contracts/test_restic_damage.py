"""A damaged restic repository is never called sound, and what is intact still comes back."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from continuity.domain.failure import (
    ConfigurationError,
    DamagedError,
)
from continuity.engines.engine import Slice
from tests.support.engines import (
    brought_back,
    ignore,
    restored,
)
from tests.support.programs import ResticLine, program
from tests.support.stock import FILES, Stock, flip, largest_pack, stocked


@pytest.fixture(scope="module", params=list(ResticLine), ids=str)
def stock(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stock:
    line: ResticLine = request.param
    return stocked(line, tmp_path_factory.mktemp("stock"))


def test_a_flipped_byte_passes_the_structure_check_and_not_the_read_back(
    stock: Stock, tmp_path: Path
) -> None:
    table = stock.copy(tmp_path / "copy")
    flip(largest_pack(table))
    engine = table.open(use_cache=False)

    structure = engine.check(None, 60, ignore)
    read_back = engine.check(Slice(k=1, n=1), 60, ignore)

    assert structure.sound
    assert not read_back.sound
    assert read_back.problems


def test_a_damaged_file_is_a_problem_and_the_others_still_come_back(
    stock: Stock, tmp_path: Path
) -> None:
    table = stock.copy(tmp_path / "copy")
    flip(largest_pack(table))

    outcome = restored(table.open(use_cache=False), stock.first.snapshot.id, tmp_path / "target")

    intact = {
        path
        for path, content in brought_back(tmp_path / "target").items()
        if content == FILES[os.fsdecode(path).removeprefix(f"{stock.source}/")]
    }
    assert outcome.problems
    assert len(intact) == len(FILES) - 1


def test_an_undamaged_file_comes_back_from_a_damaged_repository(
    stock: Stock, tmp_path: Path
) -> None:
    table = stock.copy(tmp_path / "copy")
    flip(largest_pack(table))
    engine = table.open(use_cache=False)
    everything = restored(engine, stock.first.snapshot.id, tmp_path / "all").problems
    intact = [name for name in FILES if not any(name in problem for problem in everything)]
    path = stock.path(intact[0])

    outcome = restored(engine, stock.first.snapshot.id, tmp_path / "target", (path,))

    assert outcome.problems == ()
    assert brought_back(tmp_path / "target") == {path: FILES[intact[0]]}


@pytest.mark.parametrize("damage", ["cut to half", "emptied", "deleted"])
def test_a_cut_pack_is_found_by_the_structure_check(
    stock: Stock, tmp_path: Path, damage: str
) -> None:
    table = stock.copy(tmp_path / "copy")
    pack = largest_pack(table)
    pack.chmod(0o600)
    if damage == "deleted":
        pack.unlink()
    else:
        os.truncate(pack, pack.stat().st_size // 2 if damage == "cut to half" else 0)

    assert not table.open(use_cache=False).check(None, 60, ignore).sound


@pytest.mark.parametrize("part", ["snapshots", "index", "keys", "config"])
def test_damage_to_any_other_part_is_named_as_damage(
    stock: Stock, tmp_path: Path, part: str
) -> None:
    table = stock.copy(tmp_path / "copy")
    place = table.repository / part
    flip(place if place.is_file() else next(place.iterdir()), at=40)
    engine = table.open(use_cache=False)

    with pytest.raises(DamagedError):
        restored(engine, stock.first.snapshot.id, tmp_path / "target")
    assert not engine.check(None, 60, ignore).sound


def test_a_snapshot_that_cannot_be_read_is_not_left_out_of_the_list(
    stock: Stock, tmp_path: Path
) -> None:
    table = stock.copy(tmp_path / "copy")
    flip(table.repository / "snapshots" / stock.first.snapshot.id, at=40)

    with pytest.raises(DamagedError):
        table.open(use_cache=False).snapshots()


def test_a_listing_of_a_damaged_snapshot_is_an_error(stock: Stock, tmp_path: Path) -> None:
    table = stock.copy(tmp_path / "copy")
    flip(table.repository / "snapshots" / stock.first.snapshot.id, at=40)

    with pytest.raises(DamagedError):
        list(table.open(use_cache=False).listing(stock.first.snapshot.id))


@pytest.mark.parametrize("part", ["snapshots", "index"])
def test_damage_of_the_cache_alone_comes_with_how_to_tell_it_from_the_repositorys(
    tmp_path: Path, part: str
) -> None:
    table = stocked(ResticLine.FLOOR, tmp_path / "stock")
    cache = table.bench.place / "scratch/cache"
    engine = table.bench.open()
    list(engine.listing(table.first.snapshot.id))
    for kept in [path for path in cache.glob(f"*/{part}/*/*") if path.is_file()]:
        flip(kept, at=40)

    with pytest.raises(DamagedError) as caught:
        list(engine.listing(table.first.snapshot.id))
    past_it = list(table.bench.open(use_cache=False).listing(table.first.snapshot.id))

    assert past_it
    assert caught.value.remedy is not None
    assert f"only the cache here was damaged: delete {cache}." in str(caught.value.remedy)


def test_where_no_cache_is_used_no_remedy_names_one(stock: Stock, tmp_path: Path) -> None:
    table = stock.copy(tmp_path / "copy")
    flip(next((table.repository / "index").iterdir()), at=40)

    with pytest.raises(DamagedError) as caught:
        list(table.open(use_cache=False).listing(stock.first.snapshot.id))

    assert "cache" not in str(caught.value.remedy)


def test_a_read_back_of_more_slices_than_restic_knows_is_a_configuration_error(
    stock: Stock,
) -> None:
    with pytest.raises(ConfigurationError):
        stock.bench.open().check(Slice(k=1, n=257), 60, ignore)


def test_a_repository_that_can_only_be_read_is_still_restored(stock: Stock, tmp_path: Path) -> None:
    table = replace(stock.copy(tmp_path / "copy"), options={"read_only": True})
    wrapped = tmp_path / "restic"
    wrapped.write_text(
        f"#!/bin/sh\nexec {program('bwrap')} --dev-bind / / "
        f'--ro-bind {table.repository} {table.repository} {table.program} "$@"\n'
    )
    wrapped.chmod(0o755)
    engine = table.open(program=wrapped)

    restored(engine, stock.first.snapshot.id, tmp_path / "target", timeout=20)

    assert len(brought_back(tmp_path / "target")) == len(FILES)
    assert engine.check(None, 20, ignore).sound
