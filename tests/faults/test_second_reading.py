"""What is wrong with a repository that is read two ways, or with one of the two readers."""

from __future__ import annotations

import os

import pytest

from continuity.domain.secret import Secret
from tests.support.faults import Row
from tests.support.sabotage import Harm, harm
from tests.support.witnessed import directory_of, place_of
from tests.support.worlds import PASSWORD, World

pytestmark = [pytest.mark.tool("restic"), pytest.mark.tool("rsync")]

_OTHER_BYTES = """\
case " $* " in *' restore '*) ;; *) exec "$real" "$@";; esac
"$real" "$@"; code=$?
find "$root/sandbox" -type f -name '*.csv' -exec sh -c \\
    'for one; do touch -r "$one" "$one.was"; printf x | dd of="$one" conv=notrunc status=none
     touch -r "$one.was" "$one"; rm "$one.was"; done' sh {} +
exit $code"""


@pytest.fixture
def larger(world: World) -> World:
    """The world with so many files that a part of each sample is read a second way."""
    for number in range(120):
        (world.source / f"more-{number:03}.csv").write_text(f"line {number}\n")
    world.edit("jobs/erp.yaml", "sample:\n", "sample:\n  random: 110\n  both_ways: 59\n")
    assert world.backup("erp").code == 0
    return world


@pytest.mark.fault("restic-restores-other-bytes-than-are-stored")
def test_a_restic_that_lies_is_contradicted(larger: World, row: Row) -> None:
    larger.install("restic", _OTHER_BYTES)

    row.red_in(larger, "erp", larger.drill("erp"))


@pytest.mark.fault("second-reader-does-not-know-the-form")
def test_a_form_that_nobody_knows_is_not_passed_over(larger: World, row: Row) -> None:
    (larger.vault / "index" / "novelty").write_bytes(b"of a later version")

    row.red_in(larger, "erp", larger.drill("erp"))


@pytest.mark.fault("damage-where-only-the-second-reader-looks")
def test_damage_in_what_is_only_read_is_found(larger: World, row: Row) -> None:
    for path in sorted(larger.source.glob("more-*.csv")):
        pack, where = place_of(larger.vault, os.fsencode(path), Secret(PASSWORD))
        harm(pack, Harm.FLIP, where.offset + 20)

    row.red_in(larger, "erp", larger.drill("erp"))


@pytest.mark.fault("directory-damaged-where-nothing-is-drawn")
def test_damage_met_while_the_sample_is_chosen_is_told_though_all_that_was_drawn_came_back(
    world: World, row: Row
) -> None:
    few = "sample:\n  random: 1\n  due: 1\n  largest: 0\n  newest: 0\n"
    world.edit("jobs/erp.yaml", "sample:\n", few)
    empty = world.source / "empty"
    assert list(empty.iterdir()) == []
    for number in range(2):  # a pack each: more than such a sample reaches, so files are chosen
        (world.source / f"more-{number}.csv").write_text(f"line {number}\n")
        assert world.backup("erp").code == 0
    pack, where = directory_of(world.vault, os.fsencode(empty), Secret(PASSWORD))
    harm(pack, Harm.FLIP, where.offset + 20)

    drilled = world.drill("erp")

    row.red_in(world, "erp", drilled)
    assert drilled.result["sample"]["by"] == "age"
    assert drilled.result["classes"]["match"] == drilled.result["sample"]["size"]
