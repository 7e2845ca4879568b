"""What rsync prints, in whatever state it arrives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from continuity.engines.engine import Progress
from continuity.engines.rsync.output import Reading, plain_from_escaped

STATS = (
    b"Number of files: 11 (reg: 4, dir: 5, link: 1, special: 1)",
    b"Number of created files: 2 (reg: 2)",
    b"Number of deleted files: 0",
    b"Number of regular files transferred: 1",
    b"Total file size: 13 bytes",
    b"Total transferred file size: 4 bytes",
)


def escaped(name: bytes) -> bytes:
    """Print a name as rsync does in the C locale."""
    text = b"".join(bytes((byte,)) if 32 <= byte < 127 else b"\\#%03o" % byte for byte in name)
    # A backslash that looks like the beginning of an escape is itself escaped.
    for digit in b"01234567":
        raw = b"\\#%c" % digit
        if raw in name:
            return b"".join(b"\\#%03o" % byte for byte in name)
    return text


def read(*lines: bytes) -> tuple[Reading, list[Progress]]:
    seen: list[Progress] = []
    reading = Reading(seen.append, frozenset({b"", b"/srv"}))
    for line in lines:
        reading.take(line)
    return reading, seen


@given(st.binary(max_size=40))
def test_an_escaped_name_is_read_back_byte_for_byte(name: bytes) -> None:
    assert plain_from_escaped(escaped(name)) == name


@given(st.lists(st.binary(max_size=60)))
def test_garbage_is_never_taken_for_counts(lines: list[bytes]) -> None:
    reading, _ = read(*lines)

    assert reading.counts() is None


@given(st.integers(0, len(STATS) - 1).filter(lambda at: at != 3))
def test_counts_of_which_one_is_missing_are_not_believed(missing: int) -> None:
    reading, _ = read(*STATS[:missing], *STATS[missing + 1 :])

    assert reading.counts() is None


def test_counts_are_read_by_kind() -> None:
    counts = read(*STATS)[0].counts()

    assert counts is not None
    assert (counts.entries, counts.files, counts.directories) == (11, 4, 5)
    assert (counts.created, counts.bytes, counts.transferred_bytes) == (2, 13, 4)


def test_a_file_named_like_a_count_changes_no_count() -> None:
    reading, _ = read(*STATS, b"@>f+++++++++@Number of files: 99")
    counts = reading.counts()

    assert counts is not None
    assert counts.entries == 11


def test_progress_is_read_between_carriage_returns_and_its_total_only_when_known() -> None:
    _, seen = read(
        b"\r          4096  10%    1.95kB/s    0:00:00 (xfr#1, ir-chk=6/11)"
        b"\r          8192  20%    1.95kB/s    0:00:00 (xfr#2, to-chk=2/12)"
    )

    assert [(step.files, step.bytes, step.total_files) for step in seen] == [
        (5, 4096, None),
        (10, 8192, 12),
    ]


def test_the_time_of_a_directory_above_the_source_is_no_change_of_the_source() -> None:
    assert read(b"@cd..t......@/srv/")[0].changed == 0
    assert read(b"@cd..t......@/")[0].changed == 0
    assert read(b"@cd+++++++++@/srv/")[0].changed == 1
    assert read(b"@cd..t......@/srv/data/")[0].changed == 1
    assert read(b"@>f..t......@/srv")[0].changed == 1


def test_an_item_that_is_not_understood_counts_as_a_change() -> None:
    assert read(b"@")[0].changed == 1
    assert read(b"@@")[0].changed == 1
