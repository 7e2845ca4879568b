"""Checks of jobs asked about restored content in a cell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from continuity.domain.job import Check
from continuity.sandbox.checks.check import Answer, Asking
from continuity.sandbox.checks.registry import check_kinds
from continuity.sandbox.isolation import Isolation
from continuity.sandbox.opening import Demand
from tests.support.cells import NOW, a_cell

Fill = Callable[[Path], object]


def written(kind: str, **keys: object) -> Check:
    """What somebody writes as a check."""
    return check_kinds()[kind].options.model_validate({"kind": kind, "name": "it works", **keys})


def answer(folder: Path, fill: Fill, check: Check, level: Isolation = Isolation.A) -> Answer:
    """Ask a check of what ``fill`` restores into srv."""

    def fill_srv(tree: Path) -> None:
        (tree / "srv").mkdir()
        fill(tree / "srv")

    with a_cell(folder, level, fill_srv, Demand(reserve_bytes=0)) as cell:
        asking = Asking(check=check, cell=cell, data_time=NOW, now=lambda: NOW)
        return check_kinds()[check.kind].ask(asking)


def nothing(_srv: Path) -> None:
    """Restore nothing into srv."""
