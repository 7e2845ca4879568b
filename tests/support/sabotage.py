"""What people do to sources, and what disks do to repositories."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from hypothesis import strategies as st


class Harm(StrEnum):
    """How a stored file goes bad; its time of change stays, as with rot."""

    FLIP = "flip"
    TRUNCATE = "truncate"
    DELETE = "delete"


def harm(path: Path, how: Harm, where: int) -> None:
    """Harm one file."""
    if how is Harm.DELETE:
        path.unlink()
        return
    status = path.stat()
    content = bytearray(path.read_bytes())
    if not content:
        return
    if how is Harm.FLIP:
        content[where % len(content)] ^= 0xFF
    else:
        del content[len(content) // 2 :]
    # In place, because the other names of the file rot with it.
    path.chmod(0o600)
    path.write_bytes(content)
    path.chmod(status.st_mode & 0o7777)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


mischief = st.sampled_from(("change", "add", "delete", "rename", "chmod", "disguise"))


@dataclass(frozen=True, kw_only=True)
class Live:
    """The files of a source, by their exact names."""

    top: bytes
    files: tuple[bytes, ...]

    def do(self, act: str, one: int, other: int) -> None:
        """Do one thing to one file; nothing where there is none."""
        if act == "add":
            _write(self.top + b"/new %d" % one, b"%d" % other * 50)
        elif self.files:
            _ACTS[act](self.files[one % len(self.files)], other)


def live_files(source: Path) -> Live:
    """Find the files of a source."""
    top = os.fsencode(source)
    found = [
        os.path.join(folder, name)
        for folder, _, names in os.walk(top)
        for name in names
        if not os.path.islink(os.path.join(folder, name))
    ]
    return Live(top=top, files=tuple(sorted(found)))


def disguise(path: bytes, where: int) -> None:
    """Change a byte of a file and nothing that can be seen from outside."""
    status = os.stat(path)
    content = bytearray(_read(path))
    if content:
        content[where % len(content)] ^= 0xFF
        _write(path, bytes(content))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _change(path: bytes, number: int) -> None:
    _write(path, b"changed %d " % number * (1 + number % 7))


def _delete(path: bytes, _number: int) -> None:
    os.unlink(path)


def _rename(path: bytes, number: int) -> None:
    os.rename(path, path + b" %d" % (number % 10))


def _chmod(path: bytes, number: int) -> None:
    os.chmod(path, (0o600, 0o640, 0o644, 0o755)[number % 4])


_ACTS = {
    "change": _change,
    "delete": _delete,
    "rename": _rename,
    "chmod": _chmod,
    "disguise": disguise,
}


def _read(path: bytes) -> bytes:
    with open(path, "rb") as stream:
        return stream.read()


def _write(path: bytes, content: bytes) -> None:
    with open(path, "wb") as stream:
        stream.write(content)
