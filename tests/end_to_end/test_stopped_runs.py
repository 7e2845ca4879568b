"""Runs that are stopped, at any moment, and runs that meet."""

from __future__ import annotations

from pathlib import Path

import pytest

from continuity.domain.evidence import RecordKind
from continuity.domain.failure import ConflictError
from continuity.domain.verdict import Verdict
from continuity.workflows.backup import back_up
from continuity.workflows.drill import drill
from continuity.workflows.planning import DrillRequest
from continuity.workflows.world import Watch
from tests.support.firm import Firm, a_firm, at_work

PHASES = ["resolve", "sandbox", "restore", "compare", "teardown"]


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return filled(a_firm(tmp_path))


def filled(firm: Firm) -> Firm:
    for job in firm.jobs:
        for number in range(12):
            (firm.source(job) / f"file {number}").write_text(f"content {number}\n" * number)
    return firm


def test_a_second_backup_at_the_same_time_does_not_start(firm: Firm) -> None:
    with at_work(firm) as office, at_work(firm, office.clock) as other:

        def phase(name: str) -> None:
            if name == "copy":
                with pytest.raises(ConflictError):
                    other.back_up()

        watch = Watch(phase=phase, progress=lambda _progress: None)
        ended = back_up(office.app.bench, office.protected(), office.facts(), watch)
        starts = office.records([RecordKind.BACKUP_STARTED])

    assert ended.conclusion.verdict is Verdict.PASS
    assert len(starts) == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, OSError])
@pytest.mark.parametrize("moment", ["source", "survey", "copy", "seal"])
def test_a_run_that_is_stopped_at_any_moment_has_an_end_that_is_not_green(
    moment: str, error: type[BaseException], firm: Firm
) -> None:
    def phase(name: str) -> None:
        if name == moment:
            raise error

    with at_work(firm) as office:
        watch = Watch(phase=phase, progress=lambda _progress: None)
        with pytest.raises(error):
            back_up(office.app.bench, office.protected(), office.facts(), watch)
        (end,) = office.records([RecordKind.BACKUP_FINISHED])
        open_runs = office.app.bench.store.running()

    stopped = error is KeyboardInterrupt
    assert end.body["verdict"] == "INCONCLUSIVE"
    assert end.body["failure"] == ("interrupted" if stopped else "tool-error")
    assert not open_runs
    assert not list((firm.state / "scratch").iterdir())


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
@pytest.mark.parametrize("moment", PHASES)
def test_a_drill_that_is_stopped_at_any_moment_leaves_an_end_and_no_data(
    moment: str, error: type[BaseException], firm: Firm
) -> None:
    def phase(name: str) -> None:
        if name == moment:
            raise error

    with at_work(firm) as office:
        office.back_up()
        watch = Watch(phase=phase, progress=lambda _progress: None)
        with pytest.raises(error):
            drill(office.app.bench, office.protected(), office.facts(), DrillRequest(), watch)
        (end,) = office.records([RecordKind.DRILL_FINISHED])

    assert end.body["verdict"] == "INCONCLUSIVE"
    assert not firm.sandbox.exists() or not list(firm.sandbox.iterdir())
