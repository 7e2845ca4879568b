"""How a sample is parted, and when two readers disagree."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.compare import Comparison, Finding, Outcome
from continuity.domain.failure import ToolError
from continuity.domain.manifest import Kind
from continuity.domain.sampling import Sample
from continuity.domain.second_reading import (
    LEAST_READ,
    LEAST_RESTORED,
    SecondReading,
    Shares,
    disagreements,
    divide,
    joined,
    tell_alone,
    tell_ways,
)
from continuity.domain.text import say
from tests.support.entries import a_file


def sample(always: int, random: int, due: int) -> Sample:
    """A sample whose files are named by what they are in it for."""
    parts = {"always": always, "random": random, "due": due}
    names = {
        part: tuple(b"/%s-%05d" % (part.encode(), number) for number in range(count))
        for part, count in parts.items()
    }
    paths = sorted(path for part in names.values() for path in part)
    return Sample(
        seed="s",
        entries=tuple(a_file(path) for path in paths),
        always=names["always"],
        random=names["random"],
        due=names["due"],
        owners_choice=frozenset(),
        absent=(),
        missed=(),
        cut=0,
        eligible=1_000_000,
        bytes=0,
    )


COUNTS = st.integers(0, 200)


@given(always=COUNTS, random=COUNTS, due=COUNTS, both=COUNTS)
def test_must_have_files_and_enough_random_ones_are_always_restored(
    always: int, random: int, due: int, both: int
) -> None:
    drawn = sample(always, random, due)
    shares = divide(drawn, both)

    restored = {one.path for one in (drawn.entries if shares is None else shares.restored)}
    assert set(drawn.always) <= restored
    assert set(drawn.random[:LEAST_RESTORED]) <= restored
    assert len(restored) >= min(len(drawn.entries), always + LEAST_RESTORED)


@given(always=COUNTS, random=COUNTS, due=COUNTS, both=COUNTS)
def test_every_file_is_in_exactly_one_part_and_overlaps_are_restored_random_files(
    always: int, random: int, due: int, both: int
) -> None:
    drawn = sample(always, random, due)
    shares = divide(drawn, both)

    if shares is None:
        assert random + due < LEAST_RESTORED + LEAST_READ
        return
    parted = sorted(one.path for one in (*shares.restored, *shares.read))
    assert parted == [one.path for one in drawn.entries]
    assert set(shares.both) <= set(shares.restored)
    assert len(shares.both) == min(both, random, LEAST_RESTORED)


def test_for_a_handful_of_files_nothing_is_opened_a_second_time_unless_it_is_open() -> None:
    drawn = sample(3, LEAST_RESTORED, LEAST_READ - 1)

    opened = divide(drawn, 10, least=0)
    none_left = divide(sample(3, LEAST_RESTORED, 0), 10, least=0)

    assert divide(drawn, 10) is None
    assert opened is not None
    assert (len(opened.read), len(opened.both)) == (LEAST_READ - 1, 10)
    assert none_left is not None
    assert (len(none_left.read), len(none_left.both)) == (0, 10)


def test_what_is_no_file_is_restored() -> None:
    drawn = sample(0, 0, 100)
    link = a_file(drawn.due[-1])._replace(kind=Kind.SYMLINK, link_target=b"x")
    drawn = Sample(
        **{name: getattr(drawn, name) for name in Sample.__slots__ if name != "entries"},
        entries=(*drawn.entries[:-1], link),
    )

    shares = divide(drawn, 0)

    assert shares is not None
    assert link in shares.restored


def comparison(*findings: Finding, matches: int = 0) -> Comparison:
    counts = dict.fromkeys(Outcome, 0) | {Outcome.MATCH: matches}
    for finding in findings:
        counts[finding.outcome] += 1
    return Comparison(
        counts=counts,
        findings=findings,
        findings_total=len(findings),
        compared_files=matches,
        compared_bytes=matches,
    )


def found(outcome: Outcome) -> Comparison:
    return comparison(Finding(b"/a", outcome, say("x")))


BOTH = (a_file(b"/a"), a_file(b"/b"))


def test_right_one_way_and_wrong_the_other_is_a_disagreement() -> None:
    for outcome in (Outcome.CORRUPT, Outcome.MISSING, Outcome.UNVERIFIABLE):
        assert disagreements(BOTH, found(outcome), comparison()) == (b"/a",)
        assert disagreements(BOTH, comparison(), found(outcome)) == (b"/a",)


def test_wrong_both_ways_is_no_disagreement() -> None:
    assert disagreements(BOTH, found(Outcome.MISSING), found(Outcome.CORRUPT)) == ()


def test_a_mode_that_a_sandbox_cannot_keep_is_no_disagreement() -> None:
    assert disagreements(BOTH, found(Outcome.METADATA), comparison()) == ()


def test_comparisons_of_different_paths_add_up() -> None:
    one = comparison(Finding(b"/a", Outcome.CORRUPT, say("x")), matches=3)
    other = comparison(Finding(b"/b", Outcome.MISSING, say("x")), matches=4)

    both = joined(one, other)

    assert (both.counts[Outcome.MATCH], both.findings_total, both.compared_bytes) == (7, 2, 7)
    assert [finding.path for finding in both.findings] == [b"/a", b"/b"]
    assert both.verifiable == 9


def test_the_ways_are_told_with_their_numbers() -> None:
    shares = Shares(restored=BOTH, read=BOTH[:1], both=())
    reading = SecondReading(
        shares=shares, apart=comparison(), disagree=(), problems=(), touched=3, packs=9
    )

    failed = replace(reading, error=ToolError(say("x")))
    told, unread = (str(tell_ways(one, "restic")) for one in (reading, failed))
    brief = str(tell_ways(reading, "restic", with_packs=False))

    assert told.startswith("2 entries were restored by restic; 1 more files were read")
    assert "3 of 9 packs" in told
    assert "were to be read" in unread
    assert brief.endswith("and 0 both ways.")


def test_a_single_entry_is_not_told_of_as_of_several() -> None:
    assert str(tell_alone(1, "restic")).startswith("The only entry was restored by restic alone")
    assert str(tell_alone(2, "restic")).startswith("All 2 entries were restored by restic alone")
