"""Let a service run while it is killed, stopped, started twice and locked out; then account.

`python -m tests.soak [MINUTES] [SEED]`: every slot, record and run has to be explained at the end.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

from continuity.domain.schedule import timetable_from_text
from continuity.domain.slot import Slot, SlotKind, SlotState
from continuity.store.store import open_store
from tests.support.firm import Firm, Wishes, a_firm
from tests.support.passable import let_others_pass
from tests.support.slots import now, slots_of
from tests.support.terminal import argv, environ_of, filled, run

TIMES = {"backup": "every 1m", "drill": "every 3m", "read_back": "every 5m"}
_KINDS = {
    SlotKind.BACKUP: TIMES["backup"],
    SlotKind.DRILL: TIMES["drill"],
    SlotKind.READ_BACK: TIMES["read_back"],
}
_ACTS = ("kill", "terminate", "start", "lock", "break", "change", "nothing")


def begin(firm: Firm, log: Path) -> subprocess.Popen[bytes]:
    """Start one more service; what it says is appended to a file."""
    with log.open("ab") as told:
        return subprocess.Popen(
            argv(firm, "serve", "--port", "0"), env=environ_of(firm), stdout=told, stderr=told
        )


def torment(firm: Firm, log: Path, minutes: float, draw: random.Random) -> list[str]:
    """Do something bad every few seconds; gives what was done."""
    alive, done = [begin(firm, log)], []
    end = time.monotonic() + minutes * 60
    while time.monotonic() < end:
        time.sleep(draw.uniform(3, 25))
        alive = [one for one in alive if one.poll() is None]
        act = draw.choice(_ACTS)
        if act in {"kill", "terminate"} and alive:
            getattr(draw.choice(alive), act)()
        _harm(firm, act, draw)
        if act == "start" or not alive:
            alive.append(begin(firm, log))
        done.append(act)
    for one in alive:
        one.terminate()
    for one in alive:
        one.wait(200)
    return done


def _harm(firm: Firm, act: str, draw: random.Random) -> None:
    if act == "lock":
        _lock(firm, draw.uniform(1, 25))
    elif act == "break":
        _break(firm, draw.uniform(5, 40))
    elif act == "change":
        name = f"file {draw.randrange(40):02d}"
        (firm.source(draw.choice(firm.jobs)) / name).write_text(f"{draw.random()}\n")


def _lock(firm: Firm, seconds: float) -> None:
    """Keep everybody from writing, as a dead disk does."""
    place = firm.state / "record.db"
    with (
        contextlib.suppress(sqlite3.OperationalError),  # somebody writes: no outage this time
        contextlib.closing(sqlite3.connect(place, isolation_level=None)) as connection,
    ):
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")


def _break(firm: Firm, seconds: float) -> None:
    place = firm.workspace / "jobs" / f"{firm.jobs[0]}.yaml"
    good = place.read_text()
    place.write_text("name: [\n")
    time.sleep(seconds)
    place.write_text(good)


def unexplained(firm: Firm, since: datetime, until: datetime) -> list[str]:
    """Look for slots, runs and records that nobody can account for."""
    slots, wrong = list(slots_of(firm)), []
    for job in firm.jobs:
        for kind, text in _KINDS.items():
            planned = [one.planned for one in slots if one.key == (job, kind)]
            wanted, moment = [], timetable_from_text(text, "Europe/Madrid").next_after(since)
            while moment <= until:
                wanted.append(moment)
                moment = timetable_from_text(text, "Europe/Madrid").next_after(moment)
            if [one for one in planned if since < one <= until] != wanted:
                wrong.append(f"{job} {kind}: {len(planned)} slots instead of {len(wanted)}")
    with open_store(f"sqlite:///{firm.state}/record.db", now) as store:
        ended = {record.run_id for record in store.records() if "finished" in record.kind.value}
        wrong += [f"run {one.run_id} never ended" for one in store.running()]
    wrong += [f"no end of {_named(one)}" for one in slots if _is_lost(one, ended)]
    return wrong


def _is_lost(slot: Slot, ended: set[str | None]) -> bool:
    match slot.state:
        case SlotState.RAN:
            return bool(slot.run_id) and slot.run_id not in ended
        case SlotState.MISSED:
            return slot.reason is None
        case _:
            return slot.state is SlotState.RUNNING


def _named(slot: Slot) -> str:
    return f"{slot.kind} of {slot.job} at {slot.planned.isoformat()} ({slot.state})"


def main() -> int:
    """Torment a firm, let a last tick explain everything, and account."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    draw = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 7)  # noqa: S311 - repeatable
    root = Path(mkdtemp(prefix="continuity-soak-"))
    let_others_pass(root)
    wishes = Wishes(
        engines={"erp": "restic", "mail": "rsync", "web": "restic"}, job={"schedule": TIMES}
    )
    firm, log = filled(a_firm(root, wishes)), root / "service.log"
    run(firm, "tick")
    since = now() + timedelta(seconds=61)
    done = torment(firm, log, minutes, draw)
    until = now() - timedelta(seconds=61)
    last = run(firm, "tick")
    wrong = unexplained(firm, since, until)
    audit = run(firm, "audit", "verify")
    defects = log.read_text().count("defect of this program")
    states = [slot.state.value for slot in slots_of(firm)]
    told = {state: states.count(state) for state in sorted(set(states))}
    sys.stdout.write(f"{len(done)} torments, slots {told}, last tick {last.code}\n")
    if audit.code != 0 or wrong or defects:
        sys.stdout.write("\n".join([*wrong, audit.out, audit.err, f"{defects} defects", str(root)]))
        return 1
    sys.stdout.write("Every slot, run and record is accounted for.\n")
    shutil.rmtree(root)
    return 0


if __name__ == "__main__":
    sys.exit(main())
