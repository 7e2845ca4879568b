"""Let services run while everything around them fails; then account for everything.

Services are killed, stopped and started twice; disks are full, the mail server and the database are
out. Every slot, record and letter has to be explained.
"""

from __future__ import annotations

import argparse
import faulthandler
import random
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from threading import Thread

from tests.soak.hour import LONGEST_COMMAND, Hour, calm_after
from tests.soak.scene import Place, scene
from tests.soak.troubles import LONGEST_END, Torment
from tests.support.slots import now

_EVERY = 60.0
_COMMANDS = 3
"""A tick before, and afterwards another one and a look at the record."""


def main() -> int:
    """Do it to both firms at once, and print what came of it."""
    asked = _asked()
    longest = 60 * asked.minutes + calm_after(asked.minutes)
    longest += LONGEST_END + _COMMANDS * LONGEST_COMMAND
    root = Path(mkdtemp(prefix="continuity-soak-"))
    _tell(f"{asked.minutes:g} minutes of trouble, seed {asked.seed}, in {root}")
    usually = now() + timedelta(minutes=asked.minutes + 2, seconds=calm_after(asked.minutes))
    _tell(f"Letters then have time for their next try; the account is due by {usually:%H:%M} UTC.")
    with ExitStack() as stack:
        hours = [
            _hour(place, asked.minutes, asked.seed + number)
            for number, place in enumerate(stack.enter_context(scene(root)))
        ]
        _let_pass(hours, time.monotonic() + longest)
        _blame_late(hours)
        for one in hours:
            one.torment.abandon()
            _print(one)
        gaps = [f"{one.place.name}: {gap}" for one in hours for gap in one.gaps]
        if not all(one.place.disks for one in hours):
            _tell("No disk was full: only root may mount a small one.")
        _tell("\n".join(("GAPS:", *gaps)) if gaps else _ALL_WELL)
        if gaps:
            _tell(f"what is left: {_kept(root)}")
    shutil.rmtree(root, ignore_errors=True)
    return 1 if gaps else 0


_ALL_WELL = "Every slot, run, record and letter is accounted for."


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("minutes", nargs="?", type=float, default=60.0, help="of trouble")
    parser.add_argument("seed", nargs="?", type=int, default=7, help="what happens when")
    return parser.parse_args()


def _hour(place: Place, minutes: float, seed: int) -> Hour:
    draw = random.Random(seed)  # noqa: S311 - repeatable
    return Hour(place=place, minutes=minutes, torment=Torment(place=place, draw=draw))


def _let_pass(hours: Sequence[Hour], until: float) -> None:
    """Wait for both and say once a minute how far they are; whoever is asked to end accounts."""

    def end_early(*_: object) -> None:
        for one in hours:
            one.torment.enough.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end_early)
    threads = [Thread(target=one.pass_by, daemon=True) for one in hours]
    for thread in threads:
        thread.start()
    said = time.monotonic()
    while any(thread.is_alive() for thread in threads) and time.monotonic() < until:
        time.sleep(1)
        if time.monotonic() - said >= _EVERY:
            said = time.monotonic()
            _tell_all(hours)


def _tell_all(hours: Sequence[Hour]) -> None:
    for one in hours:
        _tell(f"{now():%H:%M:%S} {one.place.name}: {one.at}; {one.torment.told()}")


def _blame_late(hours: Sequence[Hour]) -> None:
    """Say of whoever has not ended by now where it stands."""
    late = [one for one in hours if not one.done]
    for one in late:
        one.gaps.append(f"did not end; it was at: {one.at}")
    if late:
        faulthandler.dump_traceback(sys.stdout)


def _kept(root: Path) -> str:
    kept = root.with_name(f"{root.name}-kept")
    try:
        shutil.copytree(root, kept, symlinks=True)
    except (OSError, shutil.Error) as error:  # sockets cannot be copied, the rest was
        return f"{kept}, not all of it: {str(error)[:200]}"
    return str(kept)


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _print(hour: Hour) -> None:
    rows = [*sorted(hour.torment.done.items()), *(hour.account.rows if hour.account else ())]
    _tell("\n".join((f"\n{hour.place.name}", *(f"  {count:>6}  {text}" for text, count in rows))))


if __name__ == "__main__":
    sys.exit(main())
