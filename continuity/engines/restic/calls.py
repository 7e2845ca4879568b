"""One repository and how restic is called for it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from continuity.domain.failure import (
    AuthenticationError,
    ContinuityError,
    DamagedError,
    HostKeyError,
    TimedOutError,
    UnreachableError,
)
from continuity.domain.text import N_, Message, say, shown
from continuity.engines.engine import Opening, Tool
from continuity.engines.restic.answers import Gathered
from continuity.engines.restic.failures import refusal
from continuity.engines.restic.options import ResticOptions
from continuity.engines.restic.program import probe_program
from continuity.engines.restic.reaching import explained
from continuity.engines.restic.storage import storage_environment, storage_secrets, storage_words
from continuity.engines.restic.tries import Tries
from continuity.hosts.host import Command, Finished, Host
from continuity.hosts.local import LocalHost

Word = bytes | str
OnLine = Callable[[bytes], None]

_REMOTE = re.compile(r"(?:sftp|s3|rest|rclone|b2|azure|gs|swift):")
# A reader may be killed soon after it was asked to stop; a writer removes its lock first, and
# restic was seen to need more than 10 s for that on a slow link.
READER_GRACE = 5.0
WRITER_GRACE = 60.0
# Thousands of snapshots on one line of JSON.
_ANSWER_BYTES = 64 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """What restic is asked to do; ``lock`` False where reading without a lock is harmless.

    ``stdin`` is a stream to keep; what it raises stops restic before its input is closed.
    """

    words: tuple[Word, ...]
    timeout: float
    grace: float = READER_GRACE
    lock: bool = True
    silence: float | None = None
    stdin: Iterator[bytes] | None = None


class Caller:
    """Calls restic for one repository; knows nothing of what the calls are for."""

    def __init__(self, opening: Opening) -> None:
        options = opening.options
        if not isinstance(options, ResticOptions):
            raise TypeError("the options of a restic repository are ResticOptions")
        if opening.password is None:
            raise AuthenticationError(
                say(N_("A restic repository needs a password, and none is configured.")),
                remedy=say(N_("Write where the password is kept in config/repositories.yaml.")),
            )
        self._opening = opening
        self._password = opening.password
        self.options = options
        written = options.program if self.on_this_machine else options.program_there
        self._program = opening.program or written or "restic"

    @cached_property
    def tool(self) -> Tool:
        """The program and its version, asked for once."""
        return probe_program(self._opening.host, self._program)

    @property
    def host(self) -> Host:
        """The machine on which restic runs."""
        return self._opening.host

    @cached_property
    def on_this_machine(self) -> bool:
        """Whether the paths that restic sees are the ones this process sees."""
        return isinstance(self._opening.host, LocalHost)

    @cached_property
    def local(self) -> Path | None:
        """The repository's directory, when it is one on this machine."""
        location = self._opening.location
        if not self.on_this_machine or _REMOTE.match(location):
            return None
        return Path(location.removeprefix("local:"))

    @property
    def scratch(self) -> Path:
        """A private directory for whatever has to be put down for a moment."""
        return self._opening.scratch

    @property
    def may_remember(self) -> bool:
        """Whether what an earlier call told may spare a later one."""
        return self._opening.use_cache

    @property
    def patience(self) -> float:
        """Seconds that the repository may take to answer a question."""
        return self.options.patience.total_seconds()

    def in_a_hurry(self, patience: timedelta) -> Caller:
        """Give one for the same repository that waits no longer than this for an answer."""
        least = min(self.options.patience, patience)
        options = self.options.model_copy(update={"patience": least})
        return Caller(replace(self._opening, options=options))

    @property
    def shown_location(self) -> str:
        """The location, without credentials, for messages."""
        return re.sub(r"//[^/@\s]+@", "//***@", self._opening.location)

    def ask(self, *words: Word, lock: bool = False) -> bytes:
        """Get a short answer. Raises the matching error when restic refuses."""
        gathered = Gathered(_ANSWER_BYTES)
        finished = self.run(Call(words=words, timeout=self.patience, lock=lock), gathered.take)
        if finished.code != 0:
            raise self.refusal(finished)
        return gathered.answer()

    def run(self, call: Call, on_line: OnLine) -> Finished:
        """Run to the end and hand over every line; the caller judges the code.

        Raises the matching error as soon as trying again has no sense any more.
        """
        self.tool  # noqa: B018 - what is too old or no restic at all is refused before it acts
        tries = Tries(self.patience)
        command = replace(self._command(call), on_complaint=tries.hear)
        try:
            return self._opening.host.stream(command, on_line)
        except TimedOutError as error:
            raise explained(tries.given_up() or error, self._opening) from None
        except (UnreachableError, HostKeyError) as error:
            raise explained(error, self._opening) from None

    def refusal(self, finished: Finished) -> ContinuityError:
        """Make the error for a call that ended badly."""
        error = refusal(finished, self.tool, self.local)
        if isinstance(error, DamagedError):
            return self.perhaps_of_cache(error)
        return explained(error, self._opening)

    def perhaps_of_cache(self, error: DamagedError) -> DamagedError:
        """Say how to tell damage of the repository from damage of the cache, where one is used.

        restic 0.14 takes the one for the other; 0.19 mends its cache by itself.
        """
        cache = self._cache
        return error if cache is None else DamagedError(error.what, remedy=_how_to_tell(cache))

    def _command(self, call: Call) -> Command:
        locking = call.lock and not self._cannot_lock()
        return Command(
            argv=(
                self._program,
                *self._cache_words(),
                *self._limit_words(),
                *storage_words(self._opening, self.options),
                *(() if locking else ("--no-lock",)),
                *call.words,
            ),
            timeout=call.timeout,
            grace=call.grace,
            silence=call.silence,
            stdin=call.stdin,
            # TZ makes --time mean what is written; the rate suits a progress bar.
            env={"RESTIC_PROGRESS_FPS": "4", "TZ": "UTC", **storage_environment(self._opening)},
            secrets={
                **storage_secrets(self._opening, self.tool),
                "RESTIC_PASSWORD": self._password,
            },
            longest_line=_ANSWER_BYTES,
        )

    def _cannot_lock(self) -> bool:
        """Tell whether a lock could not be written: restic would try again for 15 minutes."""
        if self.options.read_only:
            return True
        locks = None if self.local is None else self.local / "locks"
        return locks is not None and locks.is_dir() and not os.access(locks, os.W_OK)

    @property
    def _cache(self) -> Path | None:
        # On another machine nothing of ours is left behind, and our scratch is not there.
        mine = self._opening.use_cache and self.on_this_machine
        return self._opening.scratch / "cache" if mine else None

    def _cache_words(self) -> tuple[str, ...]:
        return ("--no-cache",) if self._cache is None else ("--cache-dir", str(self._cache))

    def _limit_words(self) -> tuple[str, ...]:
        words: tuple[str, ...] = ()
        if self.options.limit_upload is not None:
            words += ("--limit-upload", str(self.options.limit_upload))
        if self.options.limit_download is not None:
            words += ("--limit-download", str(self.options.limit_download))
        if self.options.compression is not None:
            words += ("--compression", self.options.compression)
        return words


def _how_to_tell(cache: Path) -> Message:
    return say(
        N_(
            "Stop removing old copies, and drill the job: a drill reads past the cache. If it "
            "passes, only the cache here was damaged: delete {cache}. If not, copy the repository, "
            "then follow the runbook."
        ),
        cache=shown(bytes(cache)),
    )
