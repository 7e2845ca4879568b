"""Snapshots made by the real tools themselves, and what these list."""

import json
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from continuity.domain.manifest import Entry, Kind
from continuity.domain.snapshot import Listed
from continuity.hosts.observe import observe

_KINDS = {
    "file": Kind.FILE,
    "dir": Kind.DIRECTORY,
    "symlink": Kind.SYMLINK,
    "fifo": Kind.FIFO,
    "dev": Kind.BLOCK_DEVICE,
    "chardev": Kind.CHARACTER_DEVICE,
}
_RWX = 0o777


class ResticRepository:
    """A throw-away repository, asked without the product's own engine."""

    def __init__(self, program: Path, place: Path) -> None:
        self._program = program
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(place),
            "RESTIC_REPOSITORY": str(place / "repository"),
            "RESTIC_PASSWORD": "throw-away",
        }
        self._run("init")

    def back_up(self, *roots: bytes, options: tuple[str, ...] = ()) -> None:
        """Make a snapshot of absolute paths."""
        self._run("backup", *options, *roots)

    def would_back_up(self, *roots: bytes, options: tuple[str, ...] = ()) -> set[bytes]:
        """Name the files and directories that a snapshot would hold: one call instead of two."""
        told = self._run("backup", "--dry-run", "--json", "-vv", *options, *roots, quiet=())
        items = [json.loads(line) for line in told.splitlines()]
        named = (one["item"] for one in items if one["message_type"] == "verbose_status")
        return {name.rstrip("/").encode() for name in named}

    def listing(self) -> Iterator[Listed]:
        """List the newest snapshot."""
        for line in self._run("ls", "--json", "latest").splitlines():
            node = json.loads(line)
            if node.get("struct_type") == "node":
                yield _listed(node)

    def restore(self, target: Path) -> None:
        """Restore the newest snapshot."""
        self._run("restore", "latest", "--target", str(target))

    def _run(self, *arguments: str | bytes, quiet: tuple[str, ...] = ("-q",)) -> bytes:
        return subprocess.run(
            [self._program, "--no-cache", *quiet, *arguments],
            env=self._environment,
            capture_output=True,
            timeout=60,
            check=True,
        ).stdout


def _listed(node: dict[str, object]) -> Listed:
    path = str(node["path"])
    kind = _KINDS[str(node["type"])]
    size = node.get("size", 0)
    mode = node.get("mode", 0)
    assert isinstance(size, int)
    assert isinstance(mode, int)
    return Listed(
        path=path.encode(),
        kind=kind,
        size=size if kind is Kind.FILE else 0,
        mtime_ns=_nanoseconds(str(node["mtime"])),
        lossy="\ufffd" in path,
        mode=mode & _RWX,
    )


def _nanoseconds(moment: str) -> int:
    """Read RFC 3339 with nanoseconds, which datetime would cut."""
    found = re.fullmatch(r"(.{19})(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)", moment)
    assert found is not None, moment
    whole = datetime.fromisoformat(found[1] + found[3].replace("Z", "+00:00"))
    return int(whole.timestamp()) * 10**9 + int((found[2] or "0").ljust(9, "0"))


class RsyncGeneration:
    """A copy made by rsync with the layout of absolute paths."""

    def __init__(self, program: Path, place: Path) -> None:
        self._program = program
        self._place = place / "generation"
        self._place.mkdir()

    def back_up(self, *roots: bytes, options: tuple[str, ...] = ()) -> None:
        """Copy absolute paths."""
        subprocess.run(
            [self._program, "-aHR", "--numeric-ids", *options, *roots, f"{self._place}/"],
            capture_output=True,
            timeout=60,
            check=True,
        )

    def listing(self) -> Iterator[Listed]:
        """List what was copied."""
        for entry in observe(self._place, wanted=()):
            yield _listed_from_entry(entry)

    @property
    def place(self) -> Path:
        """Where the copy stands: it is restored as it is."""
        return self._place


def _listed_from_entry(entry: Entry) -> Listed:
    return Listed(
        entry.path, entry.kind, entry.size, entry.mtime_ns, False, entry.mode, entry.link_target
    )


def make_odd_tree(place: Path) -> bytes:
    """Make every kind of entry and the names that tools stumble over; gives its path."""
    root = os.fsencode(place / "odd")
    os.mkdir(root)
    names = [
        b"plain",
        b" leading",
        b"#hash",
        b"$HOME",
        b"a[1].txt",
        b"a1.txt",
        b"star*",
        b"new\nline",
    ]
    names += [
        b"back\\slash",
        b"-dash",
        b"latin\xf3",
        b"\xe2\x82",
        b"\xed\xa0\x80",
        b"\xff",
        "é".encode(),
    ]
    names += [
        b"x" * 255,
        "\ufffd real".encode(),
        "\U0001f600".encode(),
        b"tab\t",
        b"a.b",
        b"a",
        b"a-b",
    ]
    for number, name in enumerate(names):
        _write(os.path.join(root, name), b"content %d" % number)
    for name in [b"empty dir", b"dir\xe1", b"dir\xe1/sub \xf1", b"a.dir"]:
        os.mkdir(os.path.join(root, name))
    _write(os.path.join(root, b"dir\xe1/child"), b"below a lossy name")
    _write(os.path.join(root, b"dir\xe1/sub \xf1/\xfc"), b"three lossy names")
    _write(os.path.join(root, b"a.dir/a"), b"")
    with open(os.path.join(root, b"sparse"), "wb") as sparse:
        sparse.truncate(3 << 20)
    os.link(os.path.join(root, b"plain"), os.path.join(root, b"a.dir/linked"))
    os.symlink(b"plain", os.path.join(root, b"link"))
    os.symlink(b"/nowhere/at all", os.path.join(root, b"dangling"))
    os.symlink(b"empty dir", os.path.join(root, b"link to directory"))
    os.mkfifo(os.path.join(root, b"pipe"))
    os.chmod(os.path.join(root, b"#hash"), 0o4700)
    return root


def make_socket(directory: Path) -> None:
    """Leave a socket behind, as a server does that was killed.

    Through the descriptor of its directory: an address has no room for more than 107 bytes.
    """
    descriptor = os.open(directory, os.O_PATH)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"/proc/self/fd/{descriptor}/socket")
    os.close(descriptor)


def _write(path: bytes, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)
