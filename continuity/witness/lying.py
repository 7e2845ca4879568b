"""In which packs files lie, and what reading them costs; not a byte of them is read for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from continuity.domain.failure import ToolError
from continuity.domain.manifest import Kind
from continuity.domain.text import N_, say
from continuity.witness.contents import Contents
from continuity.witness.packs import Piece, spans_from
from continuity.witness.repository import Repository
from continuity.witness.walking import Found, Wanted

DIRECTORIES_ELSEWHERE = 2_000
"""As many directories are read over a network to learn where files lie: a request for each."""


class TooManyDirectoriesError(ToolError):
    """Where files lie could be known, and is not worth what it would cost."""


class Lying(NamedTuple):
    """A file, and the packs in which its pieces are looked for first."""

    path: bytes
    packs: tuple[bytes, ...]


def files_in_packs(repository: Repository, snapshot: str) -> Iterator[Lying]:
    """Tell where every file of a snapshot lies, in tree order. Raises what reading raises.

    TooManyDirectoriesError for so many elsewhere that asking would cost too much.
    """
    index = repository.index
    ids = [bytes.fromhex(index.pack_id(number)) for number in range(index.packs)]
    most = DIRECTORIES_ELSEWHERE if repository.objects.lanes > 1 else None
    directories = 0
    for found in Contents(repository).entries(repository.snapshot(snapshot).tree):
        if found.node.kind is Kind.DIRECTORY:
            directories += 1
            if most is not None and directories > most:
                raise _too_many(most)
        if found.node.kind is Kind.FILE:
            places = (index.places(id, tree=False) for id in found.node.content)
            numbers = dict.fromkeys(each[0].pack for each in places if each)
            yield Lying(found.path, tuple(ids[number] for number in numbers))


def _too_many(most: int) -> TooManyDirectoriesError:
    return TooManyDirectoriesError(
        say(
            N_(
                "The restore point has more than {most} directories, and each would be asked for"
                " over the network."
            ),
            most=most,
        )
    )


def find_files(repository: Repository, snapshot: str, paths: Iterable[bytes]) -> tuple[Found, ...]:
    """Find entries by their paths; what is not there is left out. Raises what reading raises."""
    tree = repository.snapshot(snapshot).tree
    return tuple(Contents(repository).entries(tree, Wanted(paths)))


def packs_looked_into(repository: Repository, files: Iterable[Found]) -> frozenset[bytes]:
    """Give the packs in which the pieces of these files are looked for first."""
    index = repository.index
    ids = {id for found in files for id in found.node.content}
    numbers = {each[0].pack for id in ids if (each := index.places(id, tree=False))}
    return frozenset(bytes.fromhex(index.pack_id(number)) for number in numbers)


class Cost(NamedTuple):
    """What reading files takes of storage: requests, and bytes as they are stored."""

    requests: int
    bytes: int


def cost_of(repository: Repository, files: Iterable[Found]) -> Cost:
    """Tell what reading the contents of files takes, directories not included."""
    requests = size = 0
    for ids in Contents(repository).reads(files):
        places = ((id, repository.index.places(id, tree=False)) for id in dict.fromkeys(ids))
        pieces = sorted(Piece(each[0], id) for id, each in places if each)
        for span in spans_from(pieces):
            requests += 1
            size += span.length
    return Cost(requests, size)


@dataclass(frozen=True, kw_only=True, slots=True)
class Lain:
    """Where some files lie for sure: the packs of each, and the stored bytes of all together.

    A piece that is stored more than once may have been read from either place, so it stands for
    no pack.
    """

    packs: Mapping[bytes, frozenset[bytes]]
    bytes: int


def packs_of_files(repository: Repository, files: Iterable[Found]) -> Lain:
    """Tell from which packs files came, whoever read them."""
    index = repository.index
    packs: dict[bytes, frozenset[bytes]] = {}
    lengths: dict[bytes, int] = {}
    for found in files:
        own: set[int] = set()
        for id in found.node.content:
            places = index.places(id, tree=False)
            if len(places) == 1:
                own.add(places[0].pack)
                lengths[id] = places[0].length
        packs[found.path] = frozenset(bytes.fromhex(index.pack_id(number)) for number in own)
    return Lain(packs=packs, bytes=sum(lengths.values()))
