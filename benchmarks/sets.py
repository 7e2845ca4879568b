"""The file sets: the same names and bytes on every machine, made once and kept."""

from __future__ import annotations

import os
import random
import shutil
import time
from dataclasses import dataclass, replace
from pathlib import Path

# A change of what is made needs a new number, so that no old set is taken for it.
_VERSION = 1
_PIECE = 1 << 20
_TOP_FOLDERS = 20
_FILES_A_FOLDER = 100
# An hour that is past on every machine: a file written this minute is one that is still moving.
_WRITTEN_AT = 1_700_000_000
# Files written in the last five minutes are read a second time after a backup, as they may still
# be changing. A firm's files rest, and so do these before anything is measured.
_SETTLES_AFTER = 310


@dataclass(frozen=True, kw_only=True, slots=True)
class FileSet:
    """How many files of how many bytes; sizes are spread evenly between the two bounds."""

    name: str
    files: int
    least: int
    most: int

    @property
    def label(self) -> str:
        """Name the set and its size, so that sets of different scale never mix."""
        return f"{self.name}-{self.files}x{self.least}-{self.most}-v{_VERSION}"


SETS = {
    "A": FileSet(name="A", files=20_000, least=1 << 10, most=64 << 10),
    "B": FileSet(name="B", files=200_000, least=1 << 10, most=7 << 10),
    "C": FileSet(name="C", files=12, least=256 << 20, most=256 << 20),
}


def scaled(files: FileSet, share: float) -> FileSet:
    """Give a smaller set: fewer files, or smaller ones where there are few."""
    if files.files >= _FILES_A_FOLDER:
        return replace(files, files=max(round(files.files * share), 1))
    size = max(round(files.least * share), 1)
    return replace(files, least=size, most=size)


def made(files: FileSet, cache: Path) -> Path:
    """Give the directory of a set, made now unless it is there already."""
    place = cache / "sets" / files.label
    if not place.is_dir():
        unfinished = place.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        _make(files, unfinished)
        unfinished.rename(place)
    return place


def seconds_until_settled(files: FileSet, cache: Path) -> float:
    """Tell how long to wait until a set counts as one that nobody is writing to."""
    return max(made(files, cache).stat().st_ctime + _SETTLES_AFTER - time.time(), 0)


def _make(files: FileSet, root: Path) -> None:
    chance = random.Random(files.label)
    for number in range(files.files):
        path = root / _name(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            left = chance.randint(files.least, files.most)
            while left > 0:
                piece = _piece(chance, min(left, _PIECE))
                file.write(piece)
                left -= len(piece)
        os.utime(path, (_WRITTEN_AT + number, _WRITTEN_AT + number))


def _name(number: int) -> str:
    folder, top = number // _FILES_A_FOLDER, number // _FILES_A_FOLDER % _TOP_FOLDERS
    return f"part-{top:02}/folder-{folder:05}/file-{number:06}.dat"


def _piece(chance: random.Random, size: int) -> bytes:
    """Half of all pieces look like text and shrink to half when compressed, the rest does not."""
    if chance.random() < 1 / 2:
        return chance.randbytes(size)
    return chance.randbytes((size + 1) // 2).hex().encode()[:size]
