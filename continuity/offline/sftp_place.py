"""A folder of another machine, written with the stock ``sftp``: no shell is needed there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from continuity.domain.failure import (
    AuthenticationError,
    ContinuityError,
    HostKeyError,
    UnreachableError,
)
from continuity.domain.text import N_, say, shown
from continuity.hosts.host import Command, Host
from continuity.hosts.transport import Transport
from continuity.offline.folders import FOLDERS, KEPT, LATEST, NAMES, write_folder

_SECONDS = 600.0
_PART = ".part-"
# Said after the reason, and no reason.
_ENDING = re.compile(rb"Connect(?:ion closed|ed to)")
_LATEST_NEW = f".{LATEST}.new"


@dataclass(frozen=True, kw_only=True, slots=True)
class SftpFolder:
    """The folder, the way to its machine, this machine, and a private directory here."""

    transport: Transport
    folder: str
    here: Host
    scratch: Path

    def keep(self, name: str, files: Mapping[str, bytes]) -> None:
        """Put a bundle there: it has its name only when it is whole.

        Raises UnreachableError, HostKeyError, AuthenticationError, ToolMissingError.
        """
        with TemporaryDirectory(dir=self.scratch, prefix="offline-") as made:
            staged = Path(made)
            bundle = staged / "bundle"
            write_folder(bundle, files)
            (staged / LATEST).write_text(f"{name}/index.html\n", "utf-8")
            self._ask(self._upload(staged, name, files))
        self._clear(name)

    def _upload(self, staged: Path, name: str, files: Mapping[str, bytes]) -> Iterator[str]:
        part = f"{_PART}{name}"
        yield f"lcd {_quoted(str(staged))}"
        yield f"cd {_quoted(self.folder)}"
        yield f"mkdir {part}"
        for folder in sorted({one.rpartition("/")[0] for one in files} - {""}):
            yield f"mkdir {part}/{folder}"
        for one in files:
            yield f"put -f bundle/{one} {part}/{one}"
        # One of this second and the same content would be in the way; usually there is none.
        yield from self._removal([name])
        yield f"rename {part} {name}"
        yield f"put -f {LATEST} {_LATEST_NEW}"
        yield f"-rm {LATEST}"
        yield f"rename {_LATEST_NEW} {LATEST}"

    def _clear(self, name: str) -> None:
        """Remove what a killed publication left, and the oldest; trouble with it is no harm."""
        try:
            listed = self._ask((f"cd {_quoted(self.folder)}", "ls -1a")).split()
        except ContinuityError:
            return
        whole = sorted(one for one in listed if NAMES.fullmatch(one) and one != name)
        parts = [
            one for one in listed if NAMES.fullmatch(one.removeprefix(_PART)) and one[0] == "."
        ]
        gone = [*parts, *whole[: 1 - KEPT]]
        if gone:
            try:
                self._ask((f"cd {_quoted(self.folder)}", *self._removal(gone)))
            except ContinuityError:
                return

    def _removal(self, gone: list[str]) -> Iterator[str]:
        for one in gone:
            for folder in FOLDERS:
                yield from (f"-rm {one}/{folder}/*", f"-rmdir {one}/{folder}")
            yield from (f"-rm {one}/*", f"-rmdir {one}")

    def _ask(self, lines: Iterator[str] | tuple[str, ...]) -> str:
        words = ("sftp", *self.transport.words[1:], "-b", "-", self.transport.target)
        batch = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
        done = self.here.run(Command(argv=words, timeout=_SECONDS, stdin=batch, grace=5.0))
        if done.code != 0:
            raise _error(self.transport, done.stderr)
        names = (line for line in done.stdout.decode("utf-8", "replace").splitlines())
        return "\n".join(line for line in names if not line.startswith("sftp>"))


def _error(transport: Transport, said: bytes) -> ContinuityError:
    lines = [line for line in said.splitlines() if line.strip() and not _ENDING.match(line)]
    last = shown(lines[-1])[:300] if lines else "-"
    host = transport.host
    if b"Host key verification failed" in said:
        what = say(N_("The machine {host} shows a key that nobody accepted."), host=host)
        remedy = say(N_("Look at it: {command}"), command=f"continuity hosts accept {host}")
        return HostKeyError(what, remedy=remedy)
    what = say(N_("The offline copy did not reach {host}: {line}"), host=host, line=last)
    remedy = say(N_("See whether it is reached, and whether its folder is there and has room."))
    kind = AuthenticationError if b"Permission denied (" in said else UnreachableError
    return kind(what, remedy=remedy)


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
