"""Files that are replaced while everything is killed, here and on another machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cut_short import AFTER, renaming
from tests.support.faults import Row
from tests.support.overseas import RUN, Overseas, at_home, overseas, seen, told
from tests.support.slots import until
from tests.support.terminal import run

pytestmark = [
    pytest.mark.tool("rsync"),
    pytest.mark.tool("perl"),
    pytest.mark.timeout(300),
]

CUT = renaming(AFTER, 1).replace("'", "'\\''")
# The program of the swap lives on for a moment after who called it; what it does is waited for.
UNHEARD = 'case "$3" in swap) kill_caller;; esac\nexec $real "$@"'
BETWEEN = f'case "$3" in swap) kill_caller; exec $real -e \'{CUT}\' "$@";; esac\nexec $real "$@"'


def each(fault: str) -> pytest.MarkDecorator:
    """Try it on this machine and on another one; each has a row of its own."""
    where = [
        pytest.param(name, id=name, marks=pytest.mark.fault(f"{name}-{fault}"))
        for name in ("here", "there")
    ]
    return pytest.mark.parametrize("firm", where, indirect=True)


@pytest.fixture
def firm(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Overseas]:
    if request.param == "here":
        yield at_home(tmp_path)
        return
    with overseas(tmp_path) as found:
        yield found


def cleared() -> str:
    """Write what kills a program that clears away, when there is more in the stage than it made."""
    full = '[ -n "$(ls -A "$6" 2>/dev/null | grep -v ^go)" ]'
    kill = 'find "$6" -mindepth 3 -delete; kill_caller; kill -9 $$'
    return f'case "$3" in clear) {full} && {{ {kill}; }};; esac\nexec $real "$@"'


@each("over-killed-on-the-way")
def test_of_files_on_their_way_it_is_looked_up_that_nothing_was_replaced(
    firm: Overseas, row: Row
) -> None:
    listing = 'case "$*" in *--sender*|--version) exec $real "$@";; esac'
    firm.install("rsync", f"{listing}\nkill_caller; exit 1")
    harmed = seen(firm.source)
    killed = firm.over()
    firm.uninstall()
    told(row, firm.acts("carry-on"))
    left = firm.left()
    firm.acts("retry", "over")
    firm.acts("confirm", "over", "--system", "billing")
    between = seen(firm.source)
    done = firm.again()

    assert (killed.code, left) == (-9, [])
    assert between == harmed
    assert firm.state() == "done", done
    assert seen(firm.aside) == harmed
    assert firm.left() == [firm.aside.name]


@each("over-killed-between-renames")
def test_of_a_swap_that_died_in_the_middle_the_old_comes_back(firm: Overseas, row: Row) -> None:
    firm.install("perl", BETWEEN)
    harmed = seen(firm.source)
    killed = firm.over()
    until(lambda: not firm.source.exists())
    told(row, firm.acts("carry-on"))

    assert killed.code == -9
    assert (seen(firm.source), firm.left()) == (harmed, [])


@each("over-killed-after-the-swap")
def test_of_a_swap_that_went_through_unheard_it_is_looked_up_that_it_did(
    firm: Overseas, row: Row
) -> None:
    firm.install("perl", UNHEARD)
    killed = firm.over()
    until(lambda: firm.source.exists() and not (firm.source / "ransom").exists())
    told(row, firm.acts("carry-on"))

    assert (killed.code, firm.state()) == (-9, "done")
    assert not (firm.source / "ransom").exists()
    assert firm.left() == [firm.aside.name]
    assert run(firm.firm, "audit", "verify").code == 0


@each("over-occupied-after-the-kill")
def test_while_somebody_else_stands_in_the_place_nobody_knows_and_nothing_of_theirs_is_touched(
    firm: Overseas, row: Row
) -> None:
    firm.install("perl", BETWEEN)
    harmed = seen(firm.source)
    firm.over()
    until(lambda: not firm.source.exists())
    firm.source.mkdir()
    (firm.source / "mine").write_text("mine")
    told(row, firm.acts("carry-on"))
    unknown, kept = firm.state(), seen(firm.aside)
    (firm.source / "mine").unlink()
    firm.source.rmdir()
    firm.acts("carry-on")

    assert (unknown, firm.state()) == ("unknown", "failed")
    assert kept == harmed == seen(firm.source)
    assert firm.left() == []


@each("over-killed-while-clearing")
def test_what_was_half_cleared_away_after_a_swap_is_cleared_by_whoever_looks_it_up(
    firm: Overseas, row: Row
) -> None:
    firm.install("perl", cleared())
    killed = firm.over()
    firm.uninstall()
    whole = seen(firm.source)
    told(row, firm.acts("carry-on"))

    assert (killed.code, firm.state()) == (-9, "done")
    assert whole == seen(firm.source)
    assert (firm.source / "deep/er/book").read_text() == "the ledger\n"
    assert firm.left() == [firm.aside.name]


@each("undo-killed-between-renames")
def test_of_an_undo_that_died_in_the_middle_what_had_come_back_stands_and_it_is_undone_again(
    firm: Overseas, row: Row
) -> None:
    harmed = seen(firm.source)
    firm.over()
    stood = seen(firm.source)
    firm.install("perl", BETWEEN)
    firm.acts("abort", "--undo", "--note", "the wrong day", by="ana")
    killed = firm.acts("confirm", "back", "--system", "billing")
    until(lambda: not firm.source.exists())
    firm.uninstall()
    told(row, firm.acts("carry-on"))
    between = seen(firm.source), firm.left()
    firm.acts("retry", "back")
    firm.acts("confirm", "back", "--system", "billing")

    assert killed.code == -9
    assert between == (stood, [firm.aside.name])
    assert seen(firm.source) == harmed
    assert firm.left() == [f"{firm.source.name}.new-{RUN}-over"]


@each("undo-killed-while-clearing")
def test_an_undo_that_was_killed_in_its_clearing_is_looked_up_as_done(
    firm: Overseas, row: Row
) -> None:
    harmed = seen(firm.source)
    firm.over()
    stood = seen(firm.source)
    firm.install("perl", cleared())
    firm.acts("abort", "--undo", "--note", "the wrong day", by="ana")
    killed = firm.acts("confirm", "back", "--system", "billing")
    firm.uninstall()
    told(row, firm.acts("carry-on"))

    assert killed.code == -9
    assert seen(firm.source) == harmed
    assert seen(Path(f"{firm.source}.new-{RUN}-over")) == stood
    assert firm.left() == [f"{firm.source.name}.new-{RUN}-over"]
