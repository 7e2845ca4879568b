"""What is planted, which copies must hold it, and when it is not as it was planted."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.canary import FILE, ROW, grow, planted_files, planted_rows, watch_planted
from continuity.domain.evidence import Record, RecordKind
from continuity.domain.facts import SOWN, Canary, JobFacts
from continuity.domain.failure import SourceError
from continuity.domain.learning import planted, retired, sown
from continuity.domain.looks import Noise, noise_of
from continuity.hosts.planting import digest_of, plant, uproot

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def recorded(kind: RecordKind, body: dict[str, object]) -> Record:
    return Record(
        sequence=1,
        recorded_at=NOON,
        kind=kind,
        job="files",
        body=body,
        previous="",
        hash="",
        personal_hash=None,
        run_id=None,
    )


@given(st.binary(min_size=32, max_size=32), st.sampled_from(["en", "es", "xx"]))
def test_canaries_are_old_tables_that_nobody_could_make_again(seed: bytes, language: str) -> None:
    made = grow([b"/srv", b"/srv/data/"], seed, language, NOON)
    other = grow([b"/srv"], bytes(reversed(seed)) + b"x", language, NOON)

    assert [os.path.dirname(one.path) for one in made] == [b"/srv", b"/srv/data"]
    assert len({one.content for one in (*made, *other)}) == 3
    for one in made:
        assert NOON - one.mtime > timedelta(days=59)
        assert noise_of(one.content[:4096]) is Noise.ORDINARY
        one.content.decode("ascii")


def test_a_copy_must_hold_what_was_planted_before_it_and_inside_its_roots() -> None:
    facts = JobFacts(
        job="files",
        canaries=(
            Canary(FILE, "/srv/a.csv", "aa" * 32, NOON),
            Canary(FILE, "/srv-old/b.csv", "bb" * 32, NOON),
            Canary(FILE, "/srv/later.csv", "cc" * 32, NOON + HOUR),
            Canary(SOWN + FILE, "/srv/sown.csv", "dd" * 32, NOON),
            Canary(ROW, "SELECT 1", "1", NOON),
            Canary(SOWN + ROW, "SELECT 2", "2", NOON),
        ),
    )

    assert planted_files(facts, [b"/srv"], NOON) == {b"/srv/a.csv": b"\xaa" * 32}
    assert [row.name for row in planted_rows(facts, NOON)] == ["SELECT 1"]
    assert planted_rows(facts, NOON - HOUR) == ()


def test_a_planted_file_that_is_not_met_is_missed() -> None:
    altered: list[bytes] = []
    list(watch_planted([], {b"/srv/b": b"2", b"/srv/a": b"1"}, altered))

    assert altered == [b"/srv/a", b"/srv/b"]


def test_what_is_sown_is_watched_once_it_is_planted_and_until_it_is_retired() -> None:
    body: dict[str, object] = {"canaries": [{"kind": FILE, "name": "/a", "digest": "d"}]}
    before = sown(JobFacts(job="files"), recorded(RecordKind.CANARY_SOWN, body))
    after = planted(before, recorded(RecordKind.CANARY_PLANTED, body))
    gone = retired(after, recorded(RecordKind.CANARY_RETIRED, {"names": ["/a"]}))

    assert [canary.kind for canary in before.canaries] == [SOWN + FILE]
    assert [canary.kind for canary in after.canaries] == [FILE]
    assert gone.canaries == ()


def test_nothing_is_planted_over_anything(tmp_path: Path) -> None:
    (seedling,) = grow([bytes(tmp_path)], bytes(32), "en", NOON)
    path = Path(os.fsdecode(seedling.path))
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SourceError, match="could not be planted"):
        plant(seedling)
    path.unlink()
    path.write_text("mine")
    with pytest.raises(SourceError, match="could not be planted"):
        plant(seedling)

    assert path.read_text() == "mine"
    assert not uproot(seedling.path, seedling.digest)
    assert sorted(tmp_path.iterdir()) == [path]


def test_what_was_planted_is_found_again_and_taken_away(tmp_path: Path) -> None:
    (seedling,) = grow([bytes(tmp_path)], bytes(32), "es", NOON)
    plant(seedling)

    assert digest_of(seedling.path) == seedling.digest
    assert os.stat(seedling.path).st_mtime == seedling.mtime.timestamp()
    assert uproot(seedling.path, seedling.digest)
    assert digest_of(seedling.path) is None
