"""What noise looks like, and which files are looked at."""

import os
import random
import zlib
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.looks import (
    LEAST_BYTES,
    MOST,
    Choice,
    Noise,
    compare_looks,
    key_of,
    looks_from_beginnings,
    looks_from_text,
    noise_of,
    text_from_looks,
)
from tests.support.entries import PATHS, a_directory, a_file

all_looks = st.dictionaries(st.integers(0, 2**24 - 1), st.sampled_from(Noise), max_size=MOST)


@pytest.mark.parametrize("size", [LEAST_BYTES, 2048, 4096])
def test_random_bytes_are_noise_and_text_and_tables_are_not(size: int) -> None:
    dice = random.Random(size)  # noqa: S311 - the same each time
    words = " ".join(dice.choices(("invoice", "2026", "paid", "Málaga"), k=size))
    figures = dice.choices("0123456789;.,\n", k=size)

    assert noise_of(os.urandom(size)) is Noise.RANDOM
    assert noise_of(words.encode()[:size]) is Noise.ORDINARY
    assert noise_of("".join(figures).encode()[:size]) is Noise.ORDINARY
    assert noise_of(b"\0" * size) is Noise.ORDINARY
    assert noise_of(zlib.compress(os.urandom(size))[:size]) is Noise.RANDOM


@given(st.binary(min_size=LEAST_BYTES, max_size=LEAST_BYTES + 9))
def test_any_bytes_have_a_look(seen: bytes) -> None:
    assert noise_of(seen) in Noise


def test_an_ending_and_a_directory_make_no_other_file() -> None:
    keys = {key_of(path) for path in (b"/a/report.docx", b"/b/c/report.docx.locked", b"report")}

    assert len(keys) == 1
    assert key_of(b"/a/.bashrc") != key_of(b"/a/.profile")
    assert key_of(b"/a/report.docx") != key_of(b"/a/reports.docx")


@given(st.lists(PATHS, max_size=200, unique=True), st.randoms(use_true_random=False))
def test_the_choice_is_the_same_in_any_order_and_passes_all_by(
    paths: list[bytes], shuffle: random.Random
) -> None:
    entries = [a_file(path, size=LEAST_BYTES) for path in paths] + [a_directory(b"/d")]
    chosen = Choice()
    passed = list(chosen.watch(entries))
    shuffled = entries[:]
    shuffle.shuffle(shuffled)
    other = Choice()
    list(other.watch(shuffled))

    assert passed == entries
    assert [key_of(path) for path in chosen.paths] == [key_of(path) for path in other.paths]
    assert len(chosen.paths) == min(MOST, len({key_of(path) for path in paths}))


@given(all_looks)
def test_looks_are_read_back_as_they_were_written(looks: dict[int, Noise]) -> None:
    assert looks_from_text(text_from_looks(looks)) == (looks or None)


@given(st.text(max_size=30))
def test_anything_else_is_no_look(text: str) -> None:
    looks = looks_from_text(text)

    assert looks is None or looks_from_text(text_from_looks(looks)) == looks


@given(all_looks, all_looks)
def test_a_comparison_counts_what_is_in_both(
    before: dict[int, Noise], after: dict[int, Noise]
) -> None:
    turn = compare_looks(before, after)

    assert 0 <= turn.turned <= turn.ordinary <= turn.before - turn.gone
    assert -100 <= turn.rise <= 100
    assert compare_looks(before, before).turned == compare_looks(before, before).rise == 0


def test_a_choice_that_is_crowded_out_is_not_taken_for_gone() -> None:
    before = {at * 10: Noise.ORDINARY for at in range(MOST)}
    after = dict.fromkeys(sorted({*before, *range(1, 640, 10)})[:MOST], Noise.RANDOM)
    turn = compare_looks(before, after)

    assert turn.gone == 0
    assert turn.turned == turn.before == MOST // 2


def test_what_is_too_short_or_unreadable_does_not_count() -> None:
    paths = [str(PurePosixPath("/a", name)).encode() for name in ("x", "y", "z")]

    assert looks_from_beginnings(paths, [b"", b"short", b"a" * 4096]) == {
        key_of(b"/a/z"): Noise.ORDINARY
    }
