"""Blobs by their hash, wherever they are stored, while somebody may be moving them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from continuity.domain.text import N_, Message, say
from continuity.locations.objects import NotThereError
from continuity.witness.packs import Packs, Piece, Span, UnreadStretch, spans_from
from continuity.witness.repository import Repository
from continuity.witness.trouble import UnfitError, brief, moving

_NO_PACK = "-"


class Blob(NamedTuple):
    """A blob that was asked for: its content, or what is wrong with it."""

    id: bytes
    content: bytes
    trouble: Message | None


class Blobs:
    """Reads blobs in the order of packs.

    One that is stored twice is read from its other place when one is damaged, and that is still
    said in ``problems``. Where a pack is gone, the index is read again, once; what the present
    index still names and nobody has is damage, unless somebody is at work or took something away.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._again = False
        self._lost: set[str] = set()
        self.problems: list[Message] = []

    def read(self, ids: Iterable[bytes], *, tree: bool = False) -> Iterator[Blob]:
        """Read each once. Raises what storage raises for everything but a pack that is gone."""
        pieces: list[Piece] = []
        nowhere: list[bytes] = []
        for id in ids:
            places = self._repository.index.places(id, tree=tree)
            if places:
                pieces.append(Piece(places[0], id))
            else:
                nowhere.append(id)
        pieces.sort()
        # The index may be read again meanwhile; these places are those of the present one.
        packs = self._repository.packs
        for span, stretch in packs.stretches(spans_from(pieces)):
            for piece in span.pieces:
                content = _content(packs, piece, span, stretch)
                if isinstance(content, bytes):
                    yield Blob(piece.id, content, None)
                else:
                    yield self._elsewhere(piece.id, content, tree=tree)
        for id in nowhere:
            yield self._elsewhere(id, None, tree=tree)

    def _elsewhere(self, id: bytes, wrong: Message | None, *, tree: bool) -> Blob:
        """Try every place there is; ``wrong`` is what is known to be damaged."""
        if wrong is None and not self._again:
            self._again = True
            self._repository.resolve_again()
        packs = self._repository.packs
        places = self._repository.index.places(id, tree=tree)
        for place in places:
            piece = Piece(place, id)
            (span,) = spans_from((piece,))
            ((_, stretch),) = packs.stretches((span,))
            content = _content(packs, piece, span, stretch)
            if isinstance(content, bytes):
                self.problems += () if wrong is None else (wrong,)
                return Blob(id, content, None)
            wrong = content or wrong
        if wrong is None:
            self._require_lost(id, {packs.pack_id(place.pack) for place in places} or {_NO_PACK})
        return Blob(id, b"", wrong or _nowhere(id))

    def _require_lost(self, id: bytes, packs: set[str]) -> None:
        """Raise where what is missing may only have been moved; asked once for each pack."""
        if packs <= self._lost:
            return
        if self._repository.is_moving:
            raise moving(f"blob {brief(id.hex())}")
        self._lost |= packs


def _content(
    packs: Packs, piece: Piece, span: Span, stretch: bytes | UnreadStretch
) -> bytes | Message | None:
    """Give the content of a blob, what is wrong with it, or None where its pack is gone."""
    if isinstance(stretch, UnreadStretch):
        if isinstance(stretch.error, NotThereError):
            return None
        raise stretch.error
    try:
        return packs.blob(piece, span, stretch)
    except UnfitError as error:
        return say(
            N_("The blob {blob} in the pack {pack} is damaged: {how}"),
            blob=brief(piece.id.hex()),
            pack=brief(packs.pack_id(piece.place.pack)),
            how=str(error.how),
        )


def _nowhere(id: bytes) -> Message:
    return say(N_("The blob {blob} is stored nowhere."), blob=brief(id.hex()))
