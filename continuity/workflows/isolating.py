"""Open the cell in which a drill looks at what it restored, and find out how far it is shut off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from continuity.domain.examined import Examined, guarded, sound
from continuity.domain.text import N_, say
from continuity.hosts.local import LocalHost
from continuity.sandbox.cell import Cell
from continuity.sandbox.isolation import Isolation
from continuity.sandbox.opening import Demand, open_cell
from continuity.sandbox.sandbox import Room, Sandbox, open_sandbox
from continuity.sandbox.teardown import tear_down
from continuity.workflows.running import Running
from continuity.workflows.world import Workbench

_ISOLATION = say(N_("isolation of the sandbox"))


@contextmanager
def entered(bench: Workbench, run: Running, sandbox: Sandbox) -> Iterator[Cell]:
    """Open a cell as strong as the workspace demands, and remember its level for the record.

    What was restored must have been compared before. Raises IsolationError.
    """
    demand = Demand(least=bench.least_isolation, reserve_bytes=bench.reserve_bytes)
    with open_cell(LocalHost(), sandbox, demand) as cell:
        run.isolation = cell.isolation
        run.weakness = cell.why
        yield cell


def require_isolation(bench: Workbench, run: Running, sandbox: Sandbox) -> None:
    """Try the walls before anything is restored, where the workspace demands the strongest.

    Raises IsolationError.
    """
    if bench.least_isolation is Isolation.A:
        with run.phase("isolate"), entered(bench, run, sandbox):
            pass


def examine_isolation(bench: Workbench) -> Examined:
    """Open a cell as a drill would, on nothing, and tell the level that is reached."""
    return guarded(_ISOLATION, lambda: _isolation(bench))


def _isolation(bench: Workbench) -> Examined:
    sandbox = open_sandbox(
        bench.sandbox_place,
        run_id="examination",
        interlocks=bench.interlocks,
        room=Room(expected_bytes=0, reserve_bytes=0),
        now=bench.now(),
    )
    try:
        with open_cell(LocalHost(), sandbox, Demand(least=bench.least_isolation)) as cell:
            weakness = cell.why
    finally:
        tear_down(sandbox)
    if weakness is None:
        return sound(_ISOLATION, say(N_("Level A: shut off by namespaces.")))
    return sound(
        _ISOLATION,
        say(
            N_("Level B: an unprivileged user in a private directory. Not A: {why}"),
            why=str(weakness),
        ),
    )
