"""Samples: what must be in, what is drawn, what is due, and what a budget leaves."""

import hashlib
import random as randomness
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.coverage import ProvenContent
from continuity.domain.job import SamplePolicy
from continuity.domain.manifest import Entry, Kind, Seal, tree_order
from continuity.domain.sampling import (
    Sample,
    draw_sample,
    owed_quota,
    rank_of,
    request_from_policy,
)
from tests.support.entries import PATHS, a_directory, a_file, a_link
from tests.support.samples import PLAIN

NOW = datetime(2026, 7, 1, tzinfo=UTC)

seals = st.sampled_from((Seal.SEALED, Seal.SEALED, Seal.SEALED, Seal.UNSEALED, Seal.UNSTABLE))
trees = st.lists(st.tuples(PATHS, st.integers(0, 3), seals), unique_by=lambda one: one[0]).map(
    lambda drawn: [
        a_file(path, b"x" * size, seal=seal, inode=number)
        for number, (path, size, seal) in enumerate(drawn)
    ]
)


def paths_of(sample: Sample) -> list[bytes]:
    return [entry.path for entry in sample.entries]


@given(trees, st.integers(0, 20), st.text(max_size=5), st.randoms(use_true_random=False))
def test_the_same_seed_draws_the_same_files_in_any_order(
    tree: list[Entry], size: int, seed: str, shuffle: randomness.Random
) -> None:
    request = replace(PLAIN, random=size, seed=seed, due=3, largest=2, newest=2)
    drawn = draw_sample(tree, request, {})
    shuffled = list(tree)
    shuffle.shuffle(shuffled)

    assert drawn == draw_sample(shuffled, request, {})


@given(trees, st.integers(0, 20))
def test_the_random_part_is_exactly_the_smallest_ranks_of_sealed_files(
    tree: list[Entry], size: int
) -> None:
    drawn = draw_sample(tree, replace(PLAIN, random=size), {})
    eligible = [entry.path for entry in tree if entry.seal is Seal.SEALED]

    assert sorted(eligible, key=lambda path: rank_of("seed", path))[:size] == list(drawn.random)
    assert len(eligible) == drawn.eligible


@given(trees, st.integers(0, 20), st.integers(1, 9), st.integers(0, 20))
def test_a_sample_is_part_of_the_manifest_in_tree_order_and_within_its_budget(
    tree: list[Entry], size: int, most: int, room: int
) -> None:
    request = replace(PLAIN, random=size, due=4, largest=2, max_files=most, max_bytes=room)
    drawn = draw_sample(tree, request, {})

    assert set(drawn.entries) <= set(tree)
    assert sorted(set(paths_of(drawn)), key=tree_order) == paths_of(drawn)
    assert len(drawn.entries) <= most
    assert drawn.bytes == sum(entry.size for entry in drawn.entries) <= room
    assert set(drawn.random) | set(drawn.due) <= set(paths_of(drawn))


def test_another_seed_draws_other_files() -> None:
    tree = [a_file(b"/data/%04d" % number) for number in range(1000)]
    one, other = (draw_sample(tree, replace(PLAIN, seed=seed), {}) for seed in ("a", "b"))

    assert set(one.random) != set(other.random)


def test_a_shell_repeats_the_draw() -> None:
    tree = [a_file(b"/data/a name [%d] $x" % number) for number in range(40)]
    script = (
        "while IFS= read -r -d '' path; do printf '%s  %s\\n' "
        '"$(printf \'%s\\0%s\' "$SEED" "$path" | sha256sum | cut -c1-64)" "$path"; '
        "done | LC_ALL=C sort | head -n 5"
    )
    listed = b"".join(entry.path + b"\0" for entry in tree)
    shell = subprocess.run(
        ["bash", "-c", script],
        input=listed,
        env={"SEED": "seed", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=True,
    )

    drawn = draw_sample(tree, PLAIN, {}).random
    assert list(drawn) == [line[66:] for line in shell.stdout.splitlines()]


def test_named_paths_are_in_every_sample_even_when_they_cannot_be_verified() -> None:
    tree = [
        a_file(b"/data/books/2025.db", seal=Seal.UNSTABLE),
        a_file(b"/data/books/deep/2026.db"),
        a_file(b"/data/books.txt"),
        a_file(b"/data/canary"),
    ]
    request = replace(PLAIN, random=0, always=(b"/data/books",), canaries=(b"/data/canary",))
    drawn = draw_sample(tree, request, {})

    assert [tree[0].path, tree[1].path, tree[3].path] == paths_of(drawn)
    assert {tree[0].path, tree[1].path, tree[3].path} == drawn.owners_choice
    assert drawn.missed == ()


def test_a_named_path_that_does_not_exist_is_missed() -> None:
    drawn = draw_sample([a_file()], replace(PLAIN, always=(b"/data/gone",)), {})

    assert drawn.absent == (b"/data/gone",)
    assert drawn.missed == (b"/data/gone",)


def test_one_of_each_oddity_is_in_every_sample() -> None:
    tree = [
        a_directory(b"/data"),
        a_directory(b"/data/empty"),
        a_file(b"/data/nothing", b""),
        a_link(b"/data/link"),
        a_file(b"/data/pipe", b"", kind=Kind.FIFO, sha256=None),
        a_file(b"/data/socket", b"", kind=Kind.SOCKET, sha256=None),
        a_file(b"/data/twin-1", links=2, inode=99),
        a_file(b"/data/twin-2", links=2, inode=99),
        a_file(b"/data/widow", links=2, inode=98),
        a_file(b"/data/z", b"plain"),
    ]
    drawn = draw_sample(tree, replace(PLAIN, random=0), {})

    assert {
        b"/data/empty",
        b"/data/nothing",
        b"/data/link",
        b"/data/pipe",
        b"/data/twin-1",
        b"/data/twin-2",
    } == set(drawn.always)


def test_the_largest_and_the_newest_are_in() -> None:
    tree = [a_file(b"/data/%d" % n, b"x" * n, mtime_ns=100 - n, inode=n) for n in range(1, 30)]
    drawn = draw_sample(tree, replace(PLAIN, random=0, largest=2, newest=3), {})

    assert {b"/data/29", b"/data/28", b"/data/1", b"/data/2", b"/data/3"} == set(drawn.always)


def test_what_was_never_proven_is_due_first_and_then_what_was_proven_longest_ago() -> None:
    tree = [a_file(b"/data/%d" % number) for number in range(6)]
    proven = {
        entry.path: ProvenContent(NOW - timedelta(days=number), entry.sha256)
        for number, entry in enumerate(tree)
        if number not in {0, 3}
    }
    changed = {b"/data/1": ProvenContent(NOW, hashlib.sha256(b"older").digest())}
    drawn = draw_sample(tree, replace(PLAIN, random=0, due=4), proven | changed)

    assert {b"/data/0", b"/data/3", b"/data/1"} == set(drawn.due[:3])
    assert drawn.due[3] == b"/data/5"


def test_a_budget_that_cuts_what_must_be_in_says_so() -> None:
    tree = [a_file(b"/data/big", b"x" * 100), a_file(b"/data/small", b"x")]
    request = replace(PLAIN, always=(b"/data/big",), random=2, max_bytes=50)
    drawn = draw_sample(tree, request, {})

    assert drawn.missed == (b"/data/big",)
    assert drawn.absent == ()


def test_a_budget_that_cuts_the_rest_counts_it() -> None:
    tree = [a_file(b"/data/%d" % number) for number in range(20)]
    drawn = draw_sample(tree, replace(PLAIN, random=10, max_files=4), {})

    assert drawn.cut == 6
    assert drawn.missed == ()


def test_a_deadline_raises_the_number_of_due_files_until_it_is_met() -> None:
    policy = SamplePolicy(due=40, within=timedelta(days=70))

    owed = owed_quota(policy, 10_000, timedelta(days=7))

    assert owed == 1000
    assert request_from_policy(policy, "s", owed).due == 1000
    assert request_from_policy(policy, "s", owed_quota(policy, 100, timedelta(days=7))).due == 40
    assert owed_quota(policy, 10_000, None) == 0


def test_a_limit_of_time_becomes_one_of_bytes_once_the_speed_is_known() -> None:
    policy = SamplePolicy(max_time=timedelta(minutes=1), max_bytes=10_000)

    assert request_from_policy(policy, "s", 0).max_bytes == 10_000
    assert request_from_policy(policy, "s", 0, bytes_per_second=100).max_bytes == 6_000


def test_files_that_are_due_are_not_those_that_are_drawn_anyway() -> None:
    tree = [a_file(b"/data/%04d" % number) for number in range(2_000)]
    drawn = draw_sample(tree, replace(PLAIN, random=100, due=100), {})

    assert len(set(drawn.random) & set(drawn.due)) < 20
