"""Let services run while everything around them fails; then account for everything.

`python -m tests.soak [MINUTES] [SEED]`: services are killed, stopped and started twice; disks are
full, the mail server and the database are out. Every slot, record and letter has to be explained.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

from continuity.domain.outbox import SETTLED
from continuity.store.store import open_store
from tests.soak.accounts import Account, account
from tests.soak.books import read_books
from tests.soak.scene import Place, scene
from tests.soak.troubles import Torment
from tests.support.slots import now
from tests.support.terminal import argv, environ_of

_MARGIN = timedelta(seconds=61)
_LONGEST_CALM = 14 * 60.0
_SHORTEST_CALM = 60.0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What was done to one firm, and what came of it."""

    name: str
    done: Mapping[str, int]
    account: Account
    gaps: Sequence[str]


def soak(place: Place, minutes: float, seed: int) -> Outcome:
    """Torment one firm, let it come to rest, and account."""
    torment = Torment(place=place, draw=random.Random(seed))  # noqa: S311 - repeatable
    _said(place, "tick")
    since = now() + _MARGIN
    torment.go_on(minutes)
    _rest(place, torment)
    codes = torment.stop()
    reported_until = now()
    until = reported_until - _MARGIN
    last = _said(place, "tick")
    found = account(read_books(place, since, until, reported_until))
    audit = _said(place, "audit", "verify")
    defects = place.log.read_text().count("defect of this program")
    gaps = [
        *found.gaps,
        *(f"a service ended with {code}" for code in codes if code != 0),
        *([] if audit.returncode == 0 else [f"the record: {audit.stdout}{audit.stderr}"]),
        *([f"the journal confesses {defects} defects: {place.log}"] if defects else []),
        *(
            [f"the last tick ended with {last.returncode}: {last.stderr}"]
            if last.returncode not in _TICK
            else []
        ),
    ]
    return Outcome(name=place.name, done=torment.done, account=found, gaps=gaps)


_TICK = {0, 1, 3}
"""What was tormented may still be red; it may not be unusable."""


def _said(place: Place, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv(place.firm, *words),
        env=environ_of(place.firm),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def _rest(place: Place, torment: Torment) -> None:
    """Let what waits for its next try have it."""
    began = time.monotonic()
    while time.monotonic() - began < _LONGEST_CALM:
        torment.tend()
        time.sleep(5)
        with open_store(place.store, now) as store, store.reading() as reading:
            waiting = [row for row in reading.outbox.all() if row.state not in SETTLED]
        if not waiting and time.monotonic() - began > _SHORTEST_CALM:
            return


def main() -> int:
    """Do it to both firms at once, and print what came of it."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    root = Path(mkdtemp(prefix="continuity-soak-"))
    sys.stdout.write(f"{minutes:g} minutes, seed {seed}, in {root}\n")
    sys.stdout.flush()
    with scene(root) as places:
        with ThreadPoolExecutor() as pool:
            tormented = [
                pool.submit(soak, place, minutes, seed + number)
                for number, place in enumerate(places)
            ]
        outcomes = [one.result() for one in tormented]
        gaps = [f"{one.name}: {gap}" for one in outcomes for gap in one.gaps]
        if gaps:
            shutil.copytree(
                root, root.with_name(f"{root.name}-kept"), ignore_dangling_symlinks=True
            )
        if not all(place.disks for place in places):
            sys.stdout.write("No disk was full: only root may mount a small one.\n")
    for one in outcomes:
        _print(one)
    shutil.rmtree(root)
    if gaps:
        sys.stdout.write("\n".join(("GAPS:", *gaps, f"what is left: {root}-kept", "")))
        return 1
    sys.stdout.write("Every slot, run, record and letter is accounted for.\n")
    return 0


def _print(outcome: Outcome) -> None:
    sys.stdout.write(f"\n{outcome.name}\n")
    rows = [*sorted(outcome.done.items()), *outcome.account.rows]
    for text, count in rows:
        sys.stdout.write(f"  {count:>6}  {text}\n")


if __name__ == "__main__":
    sys.exit(main())
