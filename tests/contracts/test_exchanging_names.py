"""What is in a mount point is replaced name by name: cut off anywhere, nothing is lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from continuity.domain.failure import ConfigurationError, ContinuityError, SourceError
from continuity.hosts.exchange import (
    Exchange,
    Shift,
    Top,
    exchange_from_plain,
    inverse_of,
    plain_from_exchange,
)
from continuity.hosts.files import LocalFiles
from continuity.hosts.local import LocalHost
from continuity.hosts.mounted import names_in, top_from
from continuity.hosts.swapping import clear_stage, make_room, make_stage, swap
from continuity.sources.replacement import Standing
from continuity.workflows.exchanging import (
    dressed,
    exchange_names,
    free_asides,
    kept_at,
    settled,
)
from tests.support.cut_short import AFTER, BEFORE, REFUSED, CutShort, number_of, renaming

pytestmark = pytest.mark.tool("perl")

HERE = LocalHost()
OLD = {"both": "old", "only old": "old"}
FRESH = {"both": "fresh", "only fresh": "fresh"}
MOMENTS = [
    pytest.param(how, number, id=f"{name}-{number}")
    for name, how in (("before", BEFORE), ("after", AFTER))
    for number in (1, 2, 3, 4)
]


@pytest.fixture
def exchange(tmp_path: Path) -> Exchange:
    """A directory whose own name stays, and in it a name that comes, one that goes, and both."""
    top = os.fsencode(tmp_path)
    stage, folder = top + b"/.continuity-m", top + b"/.continuity-m/token"
    bare = Exchange(above=top, above_id=number_of(top), stage=stage)
    make_stage(HERE, bare, folder)
    come = Path(os.fsdecode(folder + top))
    come.mkdir(parents=True)
    come.chmod(0o750)
    for place, names in ((tmp_path, OLD), (come, FRESH)):
        for name, text in names.items():
            (place / name).write_text(text)
    lives = names_in(top, [top + b"/" + os.fsencode(name) for name in FRESH])
    asides = free_asides(LocalFiles(), lives, (top,), ".before-m")
    shifts = tuple(
        Shift(
            live=live,
            fresh=folder + live,
            aside=aside,
            fresh_id=number_of(folder + live),
            old_id=number_of(live),
        )
        for live, aside in zip(lives, asides, strict=True)
    )
    tops = (top_from(top, folder + top),)
    return Exchange(above=top, above_id=bare.above_id, stage=stage, shifts=shifts, tops=tops)


def files(top: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in top.iterdir() if path.is_file()}


def test_all_names_are_replaced_and_put_back_and_what_stood_there_is_kept(
    exchange: Exchange, tmp_path: Path
) -> None:
    tmp_path.chmod(0o700)
    exchange_names(HERE, exchange)
    told, fresh, mode = dressed(HERE, exchange), files(tmp_path), tmp_path.stat().st_mode & 0o777
    kept = files(tmp_path / ".before-m")
    lives = tuple(one.live for one in exchange.shifts)
    new = free_asides(LocalFiles(), lives, (exchange.above,), ".new-m")
    back = inverse_of(exchange, exchange.above + b"/.continuity-b", new)
    make_stage(HERE, back, back.stage + b"/empty")
    exchange_names(HERE, back)
    dressed(HERE, back)

    assert (told, fresh, kept, oct(mode)) == ((), FRESH, OLD, "0o750")
    assert kept_at(exchange) == (f"{tmp_path}/.before-m",)
    assert files(tmp_path) == OLD
    assert files(tmp_path / ".new-m") == FRESH
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == [".new-m"]
    assert oct(tmp_path.stat().st_mode & 0o777) == "0o700"


@pytest.mark.parametrize(("how", "number"), MOMENTS)
def test_names_whose_swap_died_at_any_rename_are_taken_back_unless_it_was_through(
    exchange: Exchange, tmp_path: Path, how: str, number: int
) -> None:
    make_room(HERE, exchange)
    with pytest.raises(ContinuityError):
        swap(CutShort(renaming(how, number)), exchange)
    found = settled(HERE, exchange)
    clear_stage(HERE, exchange)
    through = (how, number) == (AFTER, 4)

    assert found is (Standing.FRESH if through else Standing.OLD)
    assert files(tmp_path) == (FRESH if through else OLD)
    assert (tmp_path / ".before-m").exists() == through
    assert not (tmp_path / ".continuity-m").exists()


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_refused_rename_of_a_name_takes_all_of_them_back(
    exchange: Exchange, tmp_path: Path, number: int
) -> None:
    with pytest.raises(SourceError):
        exchange_names(CutShort(renaming(REFUSED, number)), exchange)

    assert files(tmp_path) == OLD
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == []


def test_a_name_that_came_back_meanwhile_is_not_touched(exchange: Exchange, tmp_path: Path) -> None:
    make_room(HERE, exchange)
    with pytest.raises(ContinuityError):
        swap(CutShort(renaming(AFTER, 4)), exchange)
    (tmp_path / "only old").write_text("mine")

    assert settled(HERE, exchange) is Standing.UNKNOWN
    assert files(tmp_path) == {**FRESH, "only old": "mine"}
    assert files(tmp_path / ".before-m") == OLD


def test_mount_points_come_back_from_the_record(exchange: Exchange) -> None:
    assert exchange_from_plain(plain_from_exchange(exchange)) == exchange
    assert exchange.places == (exchange.above,)
    assert exchange.reversible


def test_an_owner_that_cannot_be_given_is_told(exchange: Exchange) -> None:
    gone = Top(path=exchange.above + b"/gone", fresh="0:0:0755", old="1:1:0755")
    beyond = Exchange(above=b"/", above_id="", stage=b"", tops=(gone,))
    (told,) = dressed(HERE, beyond)

    assert "did not come back" in str(told)


def test_what_has_too_many_names_or_none_is_refused(tmp_path: Path) -> None:
    top = os.fsencode(tmp_path)
    many = [top + b"/%d" % number for number in range(5_000)]

    for names in (many, []):
        with pytest.raises(ConfigurationError):
            names_in(top, names)
    assert names_in(top, many[:2]) == (top + b"/0", top + b"/1")
