"""The forms of what is stored: names, times, indexes, spans."""

from __future__ import annotations

import os
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.failure import ToolError
from continuity.witness.index import BlobEntry, Index, IndexFile, PackEntry, Place
from continuity.witness.limits import GAP_BYTES, SPAN_BYTES
from continuity.witness.node import ns_from_time, read_nodes
from continuity.witness.packs import Piece, spans_from
from continuity.witness.walking import Wanted
from tests.support.forged import node, tree_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_QUOTED = {7: "\\a", 8: "\\b", 12: "\\f", 10: "\\n", 13: "\\r", 9: "\\t", 11: "\\v"}


def quoted(name: bytes) -> str:
    """Write a name as Go's strconv.Quote does, as far as one byte at a time tells."""
    text = name.decode("utf-8", "surrogateescape")
    return "".join(_quoted(character) for character in text)


def _quoted(character: str) -> str:
    code = ord(character)
    if character in '\\"':
        return "\\" + character
    if code in _QUOTED:
        return _QUOTED[code]
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if character.isprintable():
        return character
    return f"\\x{code:02x}" if code < 0x80 else f"\\U{code:08x}"


NAMES = st.binary(min_size=1, max_size=30).filter(
    lambda name: b"/" not in name and b"\0" not in name and name not in (b".", b"..")
)


@given(NAMES)
def test_every_name_is_read_as_it_was(name: bytes) -> None:
    ((found, _),) = read_nodes(tree_of([node(quoted(name))]))

    assert found == name


@given(st.binary(max_size=200))
def test_no_bytes_are_taken_for_a_directory_by_mistake(text: bytes) -> None:
    with pytest.raises((ValueError, RecursionError)):
        list(read_nodes(text))


@given(st.datetimes(), st.integers(0, 999), st.integers(-14 * 60, 14 * 60))
def test_times_are_read_to_the_nanosecond_in_any_zone(
    moment: datetime, extra: int, minutes: int
) -> None:
    sign, offset = "-" if minutes < 0 else "+", timedelta(minutes=minutes)
    zone = f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    text = f"{moment:%Y}".rjust(4, "0") + f"{moment:-%m-%dT%H:%M:%S}.{moment.microsecond:06d}"
    expected = (moment.replace(tzinfo=UTC) - offset - _EPOCH) // timedelta(microseconds=1)

    assert ns_from_time(f"{text}{extra:03d}{zone}") == expected * 1000 + extra


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00", "soon"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        ns_from_time(text)


def test_the_lowest_year_of_the_format_is_read() -> None:
    first = ns_from_time("0001-01-01T00:00:00Z")

    assert ns_from_time("0000-12-31T00:00:00Z") == first - 86_400 * 10**9


def filled(count: int, *, packs: int = 100) -> tuple[Index, list[bytes]]:
    index, ids = Index(2), [os.urandom(32) for _ in range(count)]
    for number in range(packs):
        blobs = [
            BlobEntry(id=id.hex(), type="data", offset=at * 50, length=50, uncompressed_length=99)
            for at, id in enumerate(ids[number::packs])
        ]
        pack = PackEntry(id=os.urandom(32).hex(), blobs=blobs)
        index.add(IndexFile(packs=[pack]), "index")
    return index, ids


def test_an_index_takes_less_than_120_bytes_a_blob() -> None:
    tracemalloc.start()
    index, ids = filled(50_000)
    del ids[1:]
    index.places(ids[0], tree=False)
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()

    assert used < 120 * 50_000


def test_every_blob_is_found_where_it_was_said_to_be() -> None:
    index, ids = filled(2_000, packs=7)

    for position, id in enumerate(ids):
        (place,) = index.places(id, tree=False)
        assert (place.offset, place.length, place.plain) == (position // 7 * 50, 50, 99)
        assert index.places(id, tree=True) == []
    assert index.places(os.urandom(32), tree=False) == []
    assert (index.blobs, index.packs) == (2_000, 7)


def test_what_two_files_say_alike_counts_once() -> None:
    blob = BlobEntry(id="ab" * 32, type="tree", offset=0, length=50)
    file = IndexFile(packs=[PackEntry(id="cd" * 32, blobs=[blob])])
    other = IndexFile(packs=[PackEntry(id="ef" * 32, blobs=[blob])])
    index = Index(1)
    for one in (file, file, other):
        index.add(one, "index")

    assert len(index.places(bytes.fromhex("ab" * 32), tree=True)) == 2


def test_an_id_that_is_none_is_refused() -> None:
    pack = PackEntry(id="AB" * 32, blobs=[])

    with pytest.raises(ToolError):
        Index(1).add(IndexFile(packs=[pack]), "index")


PIECES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 1 << 25), st.integers(32, 1 << 22)), max_size=60
)


@given(PIECES)
def test_spans_hold_every_piece_once_within_their_bounds(
    drawn: list[tuple[int, int, int]],
) -> None:
    pieces = sorted(
        Piece(Place(pack, offset, length, 0, False), bytes(32)) for pack, offset, length in drawn
    )
    spans = list(spans_from(pieces))

    assert [piece for span in spans for piece in span.pieces] == pieces
    for span in spans:
        for piece in span.pieces:
            place = piece.place
            assert place.pack == span.pack
            assert span.offset <= place.offset
            assert place.offset + place.length <= span.offset + span.length


@given(PIECES)
def test_no_more_is_read_at_once_than_fits(drawn: list[tuple[int, int, int]]) -> None:
    pieces, end = [], {pack: 0 for pack in range(4)}
    for pack, gap, length in drawn:
        offset = end[pack] + gap % (2 * GAP_BYTES)
        pieces.append(Piece(Place(pack, offset, length, 0, False), bytes(32)))
        end[pack] = offset + length
    for span in spans_from(sorted(pieces)):
        assert span.length <= SPAN_BYTES or len(span.pieces) == 1


def test_paths_lead_to_what_is_wanted_and_to_nothing_else() -> None:
    wanted, below = Wanted([b"/a/b/c", b"/d/"]), Wanted([b"/a/b"], below=True)

    assert [wanted.leads(path) for path in (b"/a", b"/a/b", b"/a/b/c", b"/d", b"/x")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert [wanted.takes(path) for path in (b"/a/b/c", b"/d", b"/a/b")] == [True, True, False]
    assert [below.takes(path) for path in (b"/a/b/c/d", b"/a/bc", b"/a")] == [True, False, False]
    assert Wanted([b"/"], below=True).takes(b"/anything/at/all")
