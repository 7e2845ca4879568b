"""Open the cell in which a drill looks at what it restored, and say how far it is shut off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from continuity.hosts.local import LocalHost
from continuity.sandbox.cell import Cell
from continuity.sandbox.isolation import Isolation
from continuity.sandbox.opening import Demand, open_cell
from continuity.sandbox.sandbox import Sandbox
from continuity.workflows.running import Running
from continuity.workflows.world import Workbench


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
