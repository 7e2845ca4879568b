"""The files of another machine, seen with the programs that are there anyway."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final

from continuity.domain.clock import Now
from continuity.domain.failure import ToolError, ToolMissingError
from continuity.domain.manifest import Entry, Kind
from continuity.domain.text import N_, say, shown
from continuity.hosts.beginning import LOOK
from continuity.hosts.host import Command, Finished, Host
from continuity.hosts.presence import Needed, absent, not_mounted, unreadable, without_sentinel
from continuity.hosts.remote_find import (
    DESCRIBED,
    ENVIRONMENT,
    LONG,
    UNSEEN,
    Output,
    entry_from_head,
    not_understood,
    records,
)
from continuity.hosts.remote_notes import Notes
from continuity.hosts.remote_reading import read_paths
from continuity.hosts.remote_survey import Surveying, survey_remotely
from continuity.hosts.reuse import Earlier, OnProgress, SurveyTally
from continuity.hosts.spool import batches
from continuity.hosts.walk import Scope

_TOGETHER: Final = 1_000
_ANSWER_SECONDS: Final = 60.0
_SETTLED_NS: Final = 2 * 10**9
_WORDS: Final = " ".join(word if word.isalpha() else f"'{word}'" for word in DESCRIBED)
_LOOK: Final = f'find "$@" -maxdepth 0 {_WORDS}; :'
# Bytes of any sort come as one line of text for each file.
_BEGINNINGS: Final = (
    'for file do if [ -f "$file" ] && [ ! -h "$file" ];'
    f' then head -c {LOOK} -- "$file" | base64 | tr -d "\\n"; fi; echo; done; :'
)
_PROBE: Final = (
    "find --version | head -n 1; for tool in xargs sha256sum base64;"
    " do command -v $tool >/dev/null || echo missing $tool; done"
)
_GNU_FIND: Final = b"find (GNU findutils)"


class RemoteFiles:
    """The files of a host that is asked by commands; nothing of ours is installed there.

    ``place`` is a directory here in which what was read survives a lost connection.
    """

    def __init__(self, host: Host, place: Path) -> None:
        self._host = host
        self._place = place
        self._notes = Notes(place)

    def require(self, needed: Needed) -> None:
        """Refuse a source that is missing, not mounted or without its sentinels."""
        above = tuple(mount.rstrip(b"/") + b"/.." for mount in needed.mounts)
        paths = (*needed.mounts, *above, *needed.roots, *needed.sentinels)
        found = {entry.path: (entry, readable) for entry, readable in self._looked(paths)}
        for mount, parent in zip(needed.mounts, above, strict=True):
            if not _is_mount(found.get(mount), found.get(parent)):
                raise not_mounted(mount)
        for root in needed.roots:
            if root not in found:
                raise absent(root)
            entry, readable = found[root]
            if entry.kind is Kind.DIRECTORY and not readable:
                raise unreadable(root, "Permission denied")
        for sentinel in needed.sentinels:
            if sentinel not in found:
                raise without_sentinel(sentinel)

    def survey(
        self,
        scope: Scope,
        tally: SurveyTally,
        *,
        earlier: Earlier | None = None,
        on_progress: OnProgress | None = None,
    ) -> Iterator[Entry]:
        """List everything in one pass, and read there what is new or changed."""
        self._place.mkdir(mode=0o700, parents=True, exist_ok=True)
        return survey_remotely(
            Surveying(
                host=self._host,
                place=self._place,
                notes=self._notes,
                scope=scope,
                tally=tally,
                earlier=earlier,
                settled_before_ns=self._clock() - _SETTLED_NS,
                on_progress=on_progress or _silent,
            )
        )

    def settled(self) -> None:
        """Forget what was kept against a lost connection."""
        self._notes.forget()

    def look(self, paths: Iterable[bytes]) -> Iterator[Entry]:
        """Look at each path, following no link."""
        return (entry for entry, _ in self._looked(paths))

    def read(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Read each file there; a name that moves meanwhile is read no second time."""
        self._checked()
        for batch in batches(entries, _TOGETHER):
            answers = read_paths(self._host, (entry.path for entry in batch))
            for entry, answer in zip(batch, answers, strict=True):
                yield answer.joined(entry)

    def beginnings(self, paths: Sequence[bytes]) -> Sequence[bytes]:
        """Let the beginning of each file be sent here."""
        finished = self._host.run(
            Command(
                argv=_each("sh", "-c", _BEGINNINGS, "sh"),
                timeout=_ANSWER_SECONDS * 10,
                env=ENVIRONMENT,
                stdin=_names(paths),
                keep=64 << 20,
            )
        )
        if finished.code != 0 or finished.truncated:
            raise _failed(finished)
        try:
            looks = [base64.b64decode(line, validate=True) for line in finished.stdout.splitlines()]
        except binascii.Error as error:
            raise not_understood(finished.stdout) from error
        if len(looks) != len(paths):
            raise not_understood(finished.stdout)
        return looks

    def ahead(self, now: Now) -> timedelta:
        """Ask for the time there, and take the middle of asking as the time here."""
        before = now()
        there = datetime.fromtimestamp(self._clock() / 10**9, UTC)
        after = now()
        return there - (before + (after - before) / 2)

    def _looked(self, paths: Iterable[bytes]) -> Iterator[tuple[Entry, bool]]:
        """Give what is there, and whether it may be read."""
        self._checked()
        output = Output(
            self._host,
            Command(
                argv=_each("sh", "-c", _LOOK, "sh"),
                timeout=LONG,
                env=ENVIRONMENT,
                stdin=_names(paths),
                grace=5,
            ),
        )
        for head, target in records(iter(output)):
            if head[:1] != UNSEEN:
                yield entry_from_head(head, target), head[:1] == b"r"
        if output.finished.code != 0:
            raise _failed(output.finished)

    def _clock(self) -> int:
        """Give the nanoseconds since the epoch on the clock there."""
        self._checked()
        finished = self._host.run(Command(argv=("date", "+%s%N"), timeout=_ANSWER_SECONDS))
        text = finished.stdout.strip()
        if finished.code != 0 or not text.isdigit():
            raise _failed(finished)
        return int(text)

    def _checked(self) -> None:
        if self._missing:
            raise ToolMissingError(
                say(
                    N_("{host} has not the programs by which its files are seen: {missing}."),
                    host=self._host.name,
                    missing=", ".join(self._missing),
                ),
                remedy=say(N_("Install there: apt install findutils coreutils")),
            )

    @cached_property
    def _missing(self) -> tuple[str, ...]:
        """Name what is not there; busybox and BSD have a find that cannot describe files."""
        command = Command(argv=("sh", "-c", _PROBE), timeout=_ANSWER_SECONDS, env=ENVIRONMENT)
        lines = self._host.run(command).stdout.splitlines()
        missing = [
            shown(line.removeprefix(b"missing ")) for line in lines if line.startswith(b"missing ")
        ]
        gnu = any(line.startswith(_GNU_FIND) for line in lines)
        return tuple(missing if gnu else ["GNU find", *missing])


Looked = tuple[Entry, bool]


def _is_mount(place: Looked | None, above: Looked | None) -> bool:
    if place is None or above is None or place[0].kind is not Kind.DIRECTORY:
        return False
    here, there = place[0], above[0]
    return here.device != there.device or here.inode == there.inode


def _each(*words: str) -> tuple[str, ...]:
    return ("xargs", "-0", "-r", "-n", str(_TOGETHER), *words)


def _names(paths: Iterable[bytes]) -> Iterator[bytes]:
    for names in batches(paths, _TOGETHER):
        yield b"\0".join(names) + b"\0"


def _failed(finished: Finished) -> ToolError:
    return ToolError(
        say(
            N_("The files of the source could not be looked at: {reason}"),
            reason=shown(finished.stderr.strip()[-300:]),
        ),
        remedy=say(N_("Look which programs are installed as find, xargs and sha256sum there.")),
    )


def _silent(files: int, size: int) -> None:
    """Tell nobody."""
