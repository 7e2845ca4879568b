"""Blobs out of packs: read in the order in which they are stored, many at once."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import NamedTuple

import zstandard

from continuity.domain.failure import UnreachableError
from continuity.domain.text import N_, say
from continuity.locations.objects import Objects
from continuity.witness.index import Index, Place
from continuity.witness.limits import GAP_BYTES, SPAN_BYTES
from continuity.witness.seal import Unsealer
from continuity.witness.trouble import UnfitError

_WINDOW = 1 << 27


class Piece(NamedTuple):
    """One blob that is wanted, where it is stored; sorts in the order of packs."""

    place: Place
    id: bytes


class Span(NamedTuple):
    """A stretch of one pack that is read at once, and the blobs in it."""

    pack: int
    offset: int
    length: int
    pieces: tuple[Piece, ...]


def spans_from(pieces: Iterable[Piece]) -> Iterator[Span]:
    """Join sorted pieces that lie near each other."""
    near: list[Piece] = []
    end = 0
    for piece in pieces:
        place = piece.place
        if near:
            first = near[0].place
            reach = max(end, place.offset + place.length) - first.offset
            if (
                place.pack != first.pack
                or place.offset - end > GAP_BYTES
                or (reach > SPAN_BYTES and place.offset >= end)
            ):
                yield _span(near, end)
                near, end = [], 0
        near.append(piece)
        end = max(end, place.offset + place.length)
    if near:
        yield _span(near, end)


def _span(pieces: Sequence[Piece], end: int) -> Span:
    first = pieces[0].place
    return Span(first.pack, first.offset, end - first.offset, tuple(pieces))


def pack_name(id: str) -> str:
    """Name the object of a pack."""
    return f"data/{id[:2]}/{id}"


class Packs:
    """Reads stretches of packs and opens the blobs in them."""

    def __init__(self, objects: Objects, index: Index, unsealer: Unsealer) -> None:
        self._objects = objects
        self._index = index
        self._unsealer = unsealer
        self._unpacker = zstandard.ZstdDecompressor(max_window_size=_WINDOW)

    def pack_id(self, number: int) -> str:
        """Name a pack of a place."""
        return self._index.pack_id(number)

    def stretches(self, spans: Iterable[Span]) -> Iterator[tuple[Span, bytes | UnreadStretch]]:
        """Read every span in order, some ahead where storage gains from it."""
        lanes = self._objects.lanes
        if lanes == 1:
            yield from ((span, self._stretch(span)) for span in spans)
            return
        with ThreadPoolExecutor(lanes) as threads:
            yield from self._ahead(threads, iter(spans))

    def _ahead(
        self, threads: ThreadPoolExecutor, spans: Iterator[Span]
    ) -> Iterator[tuple[Span, bytes | UnreadStretch]]:
        waiting: deque[tuple[Span, Future[bytes | UnreadStretch]]] = deque()
        try:
            while True:
                for span in islice(spans, self._objects.lanes - len(waiting)):
                    waiting.append((span, threads.submit(self._stretch, span)))
                if not waiting:
                    return
                span, read = waiting.popleft()
                yield span, read.result()
        finally:
            for _, read in waiting:
                read.cancel()

    def _stretch(self, span: Span) -> bytes | UnreadStretch:
        name = pack_name(self.pack_id(span.pack))
        try:
            return self._objects.read(name, span.offset, span.length)
        except UnreachableError as error:
            return UnreadStretch(error)

    def blob(self, piece: Piece, span: Span, stretch: bytes) -> bytes:
        """Open one blob of a stretch: its code, its length, its hash. Raises UnfitError."""
        place = piece.place
        begin = place.offset - span.offset
        sealed = memoryview(stretch)[begin : begin + place.length]
        if len(sealed) < place.length:
            raise UnfitError(say(N_("the pack ends before it.")))
        content = self._unsealer.unseal(sealed)
        if place.packed:
            content = self._inflated(content, place.plain)
        if hashlib.sha256(content).digest() != piece.id:
            raise UnfitError(say(N_("its content does not fit its hash.")))
        return content

    def _inflated(self, content: bytes, plain: int) -> bytes:
        """Decompress to exactly the stated length; what would become more is never unfolded."""
        try:
            stated = zstandard.frame_content_size(content)
            if stated not in (-1, plain):
                raise UnfitError(say(N_("it states another length than the index.")))
            inflated = self._unpacker.decompress(
                content, max_output_size=plain, allow_extra_data=False
            )
        except zstandard.ZstdError as error:
            raise UnfitError(say(N_("it cannot be decompressed."))) from error
        if len(inflated) != plain:
            raise UnfitError(say(N_("it has another length than the index says.")))
        return inflated


class UnreadStretch(NamedTuple):
    """Why a stretch of a pack could not be read."""

    error: UnreachableError
