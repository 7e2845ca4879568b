"""The ledger of what is proven and what is overdue."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.coverage import (
    CoverageQuestion,
    ProvenContent,
    measure_coverage,
    plain_from_coverage,
)
from continuity.domain.manifest import Entry, Seal
from tests.support.entries import a_directory, a_file

NOW = datetime(2026, 7, 1, tzinfo=UTC)
DAY = timedelta(days=1)
ASKED = CoverageQuestion(now=NOW, within=30 * DAY, began=NOW - 10 * DAY)


def proven(entry: Entry, days: int) -> dict[bytes, ProvenContent]:
    return {entry.path: ProvenContent(NOW - days * DAY, entry.sha256)}


def test_files_are_counted_by_the_age_of_their_proof() -> None:
    young, old = a_file(b"/data/young", b"12345"), a_file(b"/data/old", b"123")
    never, unsealed = a_file(b"/data/never"), a_file(b"/data/unsealed", seal=Seal.UNSTABLE)
    entries = [a_directory(), young, old, never, unsealed]
    found = measure_coverage(entries, proven(young, 3) | proven(old, 40), ASKED)

    assert (found.files, found.bytes) == (4, 16)
    assert (found.proven_files, found.proven_bytes) == (2, 8)
    assert found.unsealed == 1
    assert [step.files for step in found.ages] == [1, 0, 1, 0, 0]
    assert (found.overdue_files, found.overdue_bytes) == (1, 3)
    assert found.next_due == NOW + 20 * DAY
    assert found.oldest == NOW - 40 * DAY


def test_proof_of_other_content_is_no_proof() -> None:
    entry = a_file(b"/data/file", b"new")
    known = {entry.path: ProvenContent(NOW, a_file(b"/data/file", b"old").sha256)}

    assert measure_coverage([entry], known, ASKED).proven_files == 0


def test_without_a_deadline_nothing_is_overdue() -> None:
    asked = CoverageQuestion(now=NOW, within=None, began=NOW - 900 * DAY)
    found = measure_coverage([a_file()], {}, asked)

    assert found.overdue_files == 0
    assert found.next_due is None


@given(st.lists(st.one_of(st.none(), st.integers(0, 500)), max_size=20))
def test_the_counts_add_up(ages: list[int | None]) -> None:
    entries = [a_file(b"/data/%d" % number) for number in range(len(ages))]
    known: dict[bytes, ProvenContent] = {}
    for entry, days in zip(entries, ages, strict=True):
        known |= {} if days is None else proven(entry, days)
    found = measure_coverage(entries, known, ASKED)

    assert len(ages) == found.files
    assert len([days for days in ages if days is not None]) == found.proven_files
    assert found.proven_files == sum(step.files for step in found.ages)
    assert len([days for days in ages if days is not None and days >= 30]) == found.overdue_files
    assert plain_from_coverage(found) == json.loads(json.dumps(plain_from_coverage(found)))
