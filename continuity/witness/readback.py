"""Whole packs read back: every byte against the pack's name, every blob against its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import starmap
from typing import NamedTuple

from continuity.domain.pack_ledger import PIECE_BYTES
from continuity.domain.text import N_, Message, say
from continuity.locations.objects import NotThereError
from continuity.witness.header import blobs_in_header
from continuity.witness.index import Place
from continuity.witness.limits import WHOLE_PACK_BYTES
from continuity.witness.packs import Piece, Span, pack_name
from continuity.witness.repository import Repository
from continuity.witness.trouble import UnfitError, brief, moving, unfamiliar

_TOGETHER = 256
"""How many packs the index is asked for at once: memory grows with them, time with the asking."""


class PackRead(NamedTuple):
    """A pack that was read: its id, its size, and what is wrong with it."""

    id: bytes
    size: int
    trouble: Message | None


def stored_packs(repository: Repository) -> Mapping[bytes, int]:
    """Give every pack that the index names with its size; 0 for one that is not there."""
    sizes = {name.rpartition("/")[2]: size for name, size in repository.objects.list("data")}
    index = repository.index
    ids = (index.pack_id(number) for number in range(index.packs))
    return {bytes.fromhex(id): sizes.get(id, 0) for id in ids}


def read_packs(repository: Repository, wanted: Iterable[bytes]) -> Iterator[PackRead]:
    """Read packs in this order. Raises what storage raises, but for a pack that is gone.

    Where one is gone, the index is read again, once: what it does not name any more is left out.
    What it still names and nobody has is damage, unless somebody is at work or took something away.
    """
    again = False
    for id, pieces in _pieces(repository, tuple(wanted)):
        shown = brief(id.hex())
        try:
            content = _whole(repository, id.hex())
        except NotThereError as error:
            if not again:
                repository.resolve_again()
                again = True
            if not repository.index.names_pack(id):
                continue
            if repository.is_moving:
                raise moving(f"pack {shown}") from error
            yield PackRead(id, 0, say(N_("The pack {pack} is gone."), pack=shown))
            continue
        there = tuple(starmap(Piece, pieces))
        yield PackRead(id, len(content), _trouble(repository, id, there, content))


def _pieces(
    repository: Repository, wanted: Sequence[bytes]
) -> Iterator[tuple[bytes, list[tuple[Place, bytes]]]]:
    """Give what is stored in each pack that the index names, by the index as it is by then."""
    for start in range(0, len(wanted), _TOGETHER):
        together = wanted[start : start + _TOGETHER]
        stored = repository.index.by_pack(frozenset(together))
        yield from ((id, stored[id]) for id in together if id in stored)


def _whole(repository: Repository, id: str) -> bytes:
    content = bytearray()
    while len(content) <= WHOLE_PACK_BYTES:
        piece = repository.objects.read(pack_name(id), len(content), PIECE_BYTES)
        content += piece
        if len(piece) < PIECE_BYTES:
            return bytes(content)
    raise unfamiliar(f"pack {brief(id)}", f"more than {WHOLE_PACK_BYTES} bytes")


def _trouble(
    repository: Repository, id: bytes, pieces: Sequence[Piece], content: bytes
) -> Message | None:
    for piece in pieces:
        try:
            repository.packs.blob(piece, Span(piece.place.pack, 0, len(content), ()), content)
        except UnfitError as error:
            return say(
                N_("The blob {blob} in the pack {pack} is damaged: {how}"),
                blob=brief(piece.id.hex()),
                pack=brief(id.hex()),
                how=str(error.how),
            )
    if hashlib.sha256(content).digest() != id:
        return say(N_("The bytes of the pack {pack} do not fit its name."), pack=brief(id.hex()))
    return _header_trouble(repository, id, pieces, content)


def _header_trouble(
    repository: Repository, id: bytes, pieces: Iterable[Piece], content: bytes
) -> Message | None:
    """Say what is wrong with the header, from which an index that is lost is made anew."""
    try:
        named = blobs_in_header(repository.unsealer, content)
    except UnfitError as error:
        return say(
            N_("The header of the pack {pack} is damaged: {how}"),
            pack=brief(id.hex()),
            how=str(error.how),
        )
    # A blob that is named twice at one place, in two index files, is one.
    if named != sorted({(piece.place._replace(pack=0), piece.id) for piece in pieces}):
        return say(
            N_("The header of the pack {pack} names other blobs than the index."),
            pack=brief(id.hex()),
        )
    return None
