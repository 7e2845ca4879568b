"""One firm's hour: what is done to it, what it is at, and what came of it; always an account."""

from __future__ import annotations

import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from continuity.domain.outbox import SETTLED
from continuity.store.store import open_store
from tests.soak.accounts import Account, account
from tests.soak.books import read_books
from tests.soak.scene import Place
from tests.soak.troubles import Torment
from tests.support.slots import now
from tests.support.terminal import argv, environ_of

LONGEST_COMMAND = 300.0
_MARGIN = timedelta(seconds=61)
_SHORTEST_CALM = 60.0
_LONGEST_CALM = 5 * 60.0
_CALM_OF_AN_HOUR = 1 / 12
_TICK = {0, 1, 3}
"""What was tormented may still be red; it may not be unusable."""

_Made = TypeVar("_Made")


def calm_after(minutes: float) -> float:
    """Tell for how many seconds at most letters may have their next try afterwards."""
    return min(_LONGEST_CALM, max(2 * _SHORTEST_CALM, minutes * 60 * _CALM_OF_AN_HOUR))


@dataclass(kw_only=True)
class Hour:
    """Torments one firm, lets it come to rest, and accounts.

    ``at`` is what it does now; what a step raises is a gap, and the next step is done all the same.
    """

    place: Place
    torment: Torment
    minutes: float
    at: str = "begins"
    done: bool = False
    account: Account | None = None
    gaps: list[str] = field(default_factory=list)

    def pass_by(self) -> None:
        """Let it pass; the account is there afterwards, or a gap says why it is not."""
        self._attempt("the first tick", lambda: self._said("tick"))
        since = now() + _MARGIN
        self._attempt("trouble", lambda: self.torment.go_on(self.minutes))
        self._attempt("rest", self._rest)
        self._attempt("the end of the services", self._end)
        reported_until = now()
        self._attempt("the last tick", self._tick)
        self._attempt("the account", lambda: self._count(since, reported_until))
        self._attempt("the record", self._audit)
        self._attempt("the journal", self._read_journal)
        self.at, self.done = "done", True

    def _attempt(self, name: str, work: Callable[[], _Made]) -> _Made | None:
        self.at = name
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a gap, and is told
            self.gaps.append(f"{name}: {error!r}")
            sys.stdout.write(traceback.format_exc())
            return None

    def _said(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            argv(self.place.firm, *words),
            env=environ_of(self.place.firm),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LONGEST_COMMAND,
            check=False,
        )

    def _rest(self) -> None:
        """Let what waits for its next try have it."""
        began, longest = time.monotonic(), calm_after(self.minutes)
        while time.monotonic() - began < longest:
            self.torment.tend()
            time.sleep(5)
            waiting = self._waiting()
            self.at = f"rest, {longest - time.monotonic() + began:.0f} s at most, {waiting} letters"
            if not waiting and time.monotonic() - began > _SHORTEST_CALM:
                return

    def _waiting(self) -> int:
        with open_store(self.place.store, now) as store, store.reading() as reading:
            return sum(row.state not in SETTLED for row in reading.outbox.all())

    def _end(self) -> None:
        for code in self.torment.stop():
            if code is None:
                self.gaps.append("a service did not end, and was killed")
            elif code != 0:
                self.gaps.append(f"a service ended with {code}")

    def _tick(self) -> None:
        last = self._said("tick")
        if last.returncode not in _TICK:
            self.gaps.append(f"the last tick ended with {last.returncode}: {last.stderr}")

    def _count(self, since: datetime, reported_until: datetime) -> None:
        until = reported_until - _MARGIN
        self.account = account(read_books(self.place, since, until, reported_until))
        self.gaps += self.account.gaps

    def _audit(self) -> None:
        audit = self._said("audit", "verify")
        if audit.returncode != 0:
            self.gaps.append(f"the record: {audit.stdout}{audit.stderr}")

    def _read_journal(self) -> None:
        defects = self.place.log.read_text().count("defect of this program")
        if defects:
            self.gaps.append(f"the journal confesses {defects} defects: {self.place.log}")
