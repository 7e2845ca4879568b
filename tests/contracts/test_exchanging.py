"""Trees that take each other's place on a machine: cut off anywhere, nothing is lost."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.failure import (
    ConflictError,
    ContinuityError,
    SourceError,
    UncertainError,
    UnreachableError,
)
from continuity.domain.text import say
from continuity.hosts.exchange import (
    NOTHING,
    Exchange,
    Shift,
    exchange_from_plain,
    inverse_of,
    plain_from_exchange,
)
from continuity.hosts.files import LocalFiles
from continuity.hosts.local import LocalHost
from continuity.hosts.swapping import clear_stage, look, make_stage, settle, swap
from continuity.sources.replacement import Standing
from continuity.workflows.exchanging import exchange_names, free_names, settled
from tests.support.cut_short import AFTER, BEFORE, IMPATIENT, REFUSED, CutShort, number_of, renaming

pytestmark = pytest.mark.tool("perl")

ODD = b"two\nlines \xff 'quoted' $HOME \"`id`\" *"
HERE = LocalHost("web1")
MOMENTS = [
    pytest.param(how, number, id=f"{name}-{number}")
    for name, how in (("before", BEFORE), ("after", AFTER))
    for number in (1, 2, 3, 4)
]


@pytest.fixture
def exchange(tmp_path: Path) -> Exchange:
    """Two trees in use, of hostile names, and the two that come for them."""
    top = os.fsencode(tmp_path)
    stage, folder = top + b"/.continuity-m", top + b"/.continuity-m/token"
    lives = (top + b"/plain", top + b"/" + ODD)
    bare = Exchange(above=top, above_id=number_of(top), stage=stage)
    make_stage(HERE, bare, folder)
    for live in lives:
        for path, text in ((live, "old"), (folder + live, "fresh")):
            os.makedirs(path)
            Path(os.fsdecode(path + b"/file")).write_text(text)
    shifts = tuple(
        Shift(
            live=live,
            fresh=folder + live,
            aside=live + b".before-m",
            fresh_id=number_of(folder + live),
            old_id=number_of(live),
        )
        for live in lives
    )
    return Exchange(above=top, above_id=number_of(top), stage=stage, shifts=shifts)


def said(path: bytes) -> str:
    file = Path(os.fsdecode(path + b"/file"))
    return file.read_text() if file.exists() else ""


def lives(exchange: Exchange) -> list[str]:
    return [said(shift.live) for shift in exchange.shifts]


def asides(exchange: Exchange) -> list[str]:
    return [said(shift.aside) for shift in exchange.shifts]


def test_all_take_their_place_and_what_was_there_is_kept(exchange: Exchange) -> None:
    exchange_names(HERE, exchange)

    assert (lives(exchange), asides(exchange)) == (["fresh"] * 2, ["old"] * 2)
    assert settled(HERE, exchange) is Standing.FRESH
    assert not os.path.lexists(exchange.stage)


def test_what_was_swapped_can_be_put_back_and_what_replaced_it_is_kept(exchange: Exchange) -> None:
    exchange_names(HERE, exchange)
    new = free_names(LocalFiles(), tuple(one.live for one in exchange.shifts), ".new-m")
    back = inverse_of(exchange, exchange.above + b"/.continuity-b", new)
    make_stage(HERE, back, back.stage + b"/empty")
    exchange_names(HERE, back)

    assert (lives(back), asides(back)) == (["old"] * 2, ["fresh"] * 2)
    assert settled(HERE, back) is Standing.FRESH
    assert look(HERE, exchange).word == "old"


@pytest.mark.parametrize(("how", "number"), MOMENTS)
def test_a_swap_that_died_at_any_rename_is_looked_up_and_taken_back_unless_it_was_through(
    exchange: Exchange, how: str, number: int
) -> None:
    with pytest.raises(ContinuityError):
        swap(CutShort(renaming(how, number)), exchange)
    found = settled(HERE, exchange)
    through = (how, number) == (AFTER, 4)

    assert found is (Standing.FRESH if through else Standing.OLD)
    assert lives(exchange) == (["fresh"] * 2 if through else ["old"] * 2)
    assert asides(exchange) == (["old"] * 2 if through else ["", ""])


@pytest.mark.parametrize(("how", "number"), MOMENTS)
def test_whoever_swaps_looks_up_how_it_ended_and_never_leaves_it_in_between(
    exchange: Exchange, how: str, number: int
) -> None:
    try:
        exchange_names(CutShort(renaming(how, number)), exchange)
        wanted = "fresh"
    except UncertainError as error:
        raise AssertionError from error
    except ContinuityError:
        wanted = "old"

    assert lives(exchange) == [wanted] * 2
    assert not os.path.lexists(exchange.stage)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_rename_that_is_refused_takes_all_of_them_back(exchange: Exchange, number: int) -> None:
    with pytest.raises(SourceError) as refused:
        exchange_names(CutShort(renaming(REFUSED, number)), exchange)

    assert (lives(exchange), asides(exchange)) == (["old"] * 2, ["", ""])
    assert "Permission denied" in str(refused.value.what)


def test_a_swap_that_comes_after_it_was_looked_up_changes_nothing(exchange: Exchange) -> None:
    before = settled(HERE, exchange)
    late = swap(HERE, exchange)

    assert (before, late.word) == (Standing.OLD, "revoked")
    assert lives(exchange) == ["old"] * 2


def test_a_swap_that_comes_twice_is_done_once(exchange: Exchange) -> None:
    words = [swap(HERE, exchange).word, swap(HERE, exchange).word]

    assert words == ["fresh", "fresh"]
    assert (lives(exchange), asides(exchange)) == (["fresh"] * 2, ["old"] * 2)


def test_a_swap_of_an_earlier_try_does_nothing_to_a_later_one(exchange: Exchange) -> None:
    make_stage(HERE, exchange, exchange.stage + b"/another")

    assert swap(HERE, exchange).word == "moved"
    assert lives(exchange) == ["old"] * 2


def test_what_somebody_else_put_there_meanwhile_is_not_touched(exchange: Exchange) -> None:
    live = exchange.shifts[1].live
    os.rename(live, live + b".mine")
    os.mkdir(live)
    with pytest.raises(ConflictError):
        exchange_names(HERE, exchange)

    assert said(exchange.shifts[0].live) == "old"
    assert said(live + b".mine") == "old"
    assert os.listdir(live) == []


def test_it_is_unknown_while_somebody_else_stands_in_the_place(exchange: Exchange) -> None:
    with pytest.raises(ContinuityError):
        swap(CutShort(renaming(AFTER, 1)), exchange)
    os.mkdir(exchange.shifts[0].live)

    assert settled(HERE, exchange) is Standing.UNKNOWN
    assert asides(exchange)[0] == "old"


def test_a_swap_that_went_through_is_not_taken_back_when_others_change_something_since(
    exchange: Exchange,
) -> None:
    exchange_names(HERE, exchange)
    os.rename(exchange.shifts[0].live, exchange.shifts[0].live + b".theirs")

    assert settled(HERE, exchange) is Standing.UNKNOWN
    assert lives(exchange) == ["", "fresh"]
    assert asides(exchange) == ["old"] * 2


def test_it_is_unknown_while_the_machine_does_not_answer(exchange: Exchange) -> None:
    def gone() -> None:
        raise UnreachableError(say("gone"))

    with pytest.raises(UncertainError):
        exchange_names(CutShort(before=gone), exchange)

    assert lives(exchange) == ["old"] * 2


def test_it_is_unknown_when_the_disk_is_another_one(exchange: Exchange) -> None:
    moved = exchange.above + b".moved"
    os.rename(exchange.above, moved)
    os.mkdir(exchange.above)
    found = settled(HERE, exchange)
    os.rmdir(exchange.above)
    os.rename(moved, exchange.above)

    assert found is Standing.UNKNOWN


def test_nothing_is_looked_up_while_a_swap_is_under_way(exchange: Exchange) -> None:
    held = os.open(exchange.above, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        word = settle(CutShort(IMPATIENT, "settle"), exchange).word
    finally:
        os.close(held)

    assert word == "busy"
    assert settle(HERE, exchange).word == "old"


def test_where_nothing_was_something_comes_and_goes_again(exchange: Exchange) -> None:
    first = exchange.shifts[0]
    os.rename(first.live, first.live + b".stolen")
    absent = Shift(
        live=first.live,
        fresh=first.fresh,
        aside=first.aside,
        fresh_id=first.fresh_id,
        old_id=NOTHING,
    )
    alone = Exchange(
        above=exchange.above, above_id=exchange.above_id, stage=exchange.stage, shifts=(absent,)
    )
    with pytest.raises(ContinuityError):
        swap(CutShort(renaming(BEFORE, 1)), alone)
    nothing = settled(HERE, alone), said(first.live)
    make_stage(HERE, alone, os.path.dirname(exchange.stage) + b"/.unused")

    assert nothing == (Standing.OLD, "")
    assert not alone.reversible


def test_a_stage_is_cleared_away_whatever_its_modes(exchange: Exchange) -> None:
    os.chmod(exchange.shifts[0].fresh, 0o500)
    os.chmod(os.path.dirname(exchange.shifts[0].fresh), 0)
    clear_stage(HERE, exchange)

    assert not os.path.lexists(exchange.stage)
    assert lives(exchange) == ["old"] * 2


names = st.binary(min_size=1).map(lambda name: b"/" + name)


@given(names, names, names)
def test_names_of_any_bytes_come_back_from_the_record(one: bytes, two: bytes, three: bytes) -> None:
    shift = Shift(live=one, fresh=two, aside=three, fresh_id="1:2", old_id=NOTHING)
    written = Exchange(above=three, above_id="1:1", stage=two, shifts=(shift, shift))

    assert exchange_from_plain(plain_from_exchange(written)) == written
