"""Where every blob is stored: 48 bytes for each, sorted, so that millions fit into memory."""

from __future__ import annotations

import re
import struct
from bisect import bisect_left
from collections.abc import Container
from typing import Final, NamedTuple

import msgspec

from continuity.witness.limits import DATA_BYTES, PACK_BYTES, SEAL_BYTES, TREE_BYTES
from continuity.witness.trouble import unfamiliar

_ID = 32
# The id, the pack's number, offset, sealed length, plain length with the two highest bits for kind.
_RECORD: Final = struct.Struct("<32sIIII")
_TREE: Final = 1 << 31
_PACKED: Final = 1 << 30
_BUCKETS = 256
_HEX = re.compile("[0-9a-f]{64}")


class BlobEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A blob as an index file names it."""

    id: str
    type: str
    offset: int
    length: int
    uncompressed_length: int = 0


class PackEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pack as an index file names it."""

    id: str
    blobs: list[BlobEntry]


class IndexFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An index file."""

    packs: list[PackEntry] | None
    supersedes: list[str] | None = None


class Place(NamedTuple):
    """Where one copy of a blob is stored; lengths in bytes, ``plain`` of its content."""

    pack: int
    offset: int
    length: int
    plain: int
    packed: bool


class Index:
    """Every place of every blob. Filled first, asked afterwards."""

    def __init__(self, version: int) -> None:
        self._version = version
        self._buckets = [bytearray() for _ in range(_BUCKETS)]
        self._pack_ids = bytearray()
        self._numbers: dict[bytes, int] = {}
        self._with_contents: set[int] = set()
        self._sorted = False

    @property
    def blobs(self) -> int:
        """How many places it names."""
        return sum(map(len, self._buckets)) // _RECORD.size

    @property
    def packs(self) -> int:
        """How many packs it names."""
        return len(self._numbers)

    @property
    def content_packs(self) -> int:
        """How many packs hold pieces of files."""
        return len(self._with_contents)

    @property
    def memory(self) -> int:
        """How much memory its records take."""
        return sum(map(len, self._buckets)) + len(self._pack_ids)

    def add(self, file: IndexFile, name: str) -> None:
        """Take what one file says. Raises ToolError for what cannot be."""
        for pack in file.packs or ():
            number = self._number(_binary(pack.id, name))
            for blob in pack.blobs:
                id = _binary(blob.id, name)
                plain = self._plain(blob, name)
                record = _RECORD.pack(id, number, blob.offset, blob.length, plain)
                self._buckets[id[0]] += record
                if not plain & _TREE:
                    self._with_contents.add(number)
        self._sorted = False

    def _number(self, id: bytes) -> int:
        number = self._numbers.setdefault(id, len(self._numbers))
        if number * _ID == len(self._pack_ids):
            self._pack_ids += id
        return number

    def _plain(self, blob: BlobEntry, name: str) -> int:
        """Combine plain length and kind, and refuse lengths that nobody could mean."""
        if blob.type not in ("data", "tree"):
            raise unfamiliar(name, f"blob of type {blob.type}")
        is_tree, packed = blob.type == "tree", blob.uncompressed_length != 0
        if packed and self._version < 2:  # noqa: PLR2004 - the version that brought compression
            raise unfamiliar(name, "compression in version 1")
        plain = blob.uncompressed_length if packed else blob.length - SEAL_BYTES
        most = TREE_BYTES if is_tree else DATA_BYTES
        fits = blob.offset >= 0 and blob.length >= SEAL_BYTES and 0 <= plain <= most
        if not fits or blob.length > 2 * most or blob.offset + blob.length > PACK_BYTES:
            raise unfamiliar(name, f"blob of {plain} bytes, {blob.length} at {blob.offset}")
        return plain | (_TREE if is_tree else 0) | (_PACKED if packed else 0)

    def places(self, id: bytes, *, tree: bool) -> list[Place]:
        """Give where a blob is stored, more than once where it is stored more than once."""
        if not self._sorted:
            self._sort()
        bucket = self._buckets[id[0]]
        size = _RECORD.size
        records = range(len(bucket) // size)
        at = bisect_left(records, id, key=lambda i: bytes(bucket[i * size : i * size + _ID]))
        found: list[Place] = []
        while at * size < len(bucket):
            own, pack, offset, length, plain = _RECORD.unpack_from(bucket, at * size)
            if own != id:
                break
            if bool(plain & _TREE) is tree:
                packed = bool(plain & _PACKED)
                found.append(Place(pack, offset, length, plain & (_PACKED - 1), packed))
            at += 1
        return found

    def by_pack(self, wanted: Container[bytes]) -> dict[bytes, list[tuple[Place, bytes]]]:
        """Give what is stored in some packs; memory grows with these alone."""
        if not self._sorted:
            self._sort()
        found = {id: list[tuple[Place, bytes]]() for id in self._numbers if id in wanted}
        names = {self._numbers[id]: id for id in found}
        for bucket in self._buckets:
            for id, pack, offset, length, plain in _RECORD.iter_unpack(bucket):
                if pack in names:
                    packed = bool(plain & _PACKED)
                    place = Place(pack, offset, length, plain & (_PACKED - 1), packed)
                    found[names[pack]].append((place, id))
        return {id: sorted(pieces) for id, pieces in found.items()}

    def names_pack(self, id: bytes) -> bool:
        """Tell whether a pack is named at all."""
        return id in self._numbers

    def content_sizes(self) -> dict[bytes, int]:
        """Give each pack with pieces of files, and how many bytes of it they take."""
        if not self._sorted:
            self._sort()
        sizes = dict.fromkeys(self._with_contents, 0)
        for bucket in self._buckets:
            for _, pack, _, length, plain in _RECORD.iter_unpack(bucket):
                if not plain & _TREE:
                    sizes[pack] += length
        return {bytes.fromhex(self.pack_id(number)): size for number, size in sizes.items()}

    def pack_id(self, number: int) -> str:
        """Name a pack."""
        return bytes(self._pack_ids[number * _ID : (number + 1) * _ID]).hex()

    def _sort(self) -> None:
        """Sort bucket by bucket, and drop what several files say alike."""
        size = _RECORD.size
        for number, bucket in enumerate(self._buckets):
            records = {bytes(bucket[at : at + size]) for at in range(0, len(bucket), size)}
            self._buckets[number] = bytearray(b"".join(sorted(records)))
        self._sorted = True


def _binary(id: str, name: str) -> bytes:
    if not _HEX.fullmatch(id):
        raise unfamiliar(name, "an id that is none")
    return bytes.fromhex(id)
