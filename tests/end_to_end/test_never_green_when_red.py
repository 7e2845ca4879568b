"""The heart: whatever happens in whatever order, nothing is called proven that is not there."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.support.lives import LifeOfRestic, LifeOfRsync

# How often each life is lived; CONTINUITY_SOAK=50 takes an hour instead of a minute.
SOAK = int(os.environ.get("CONTINUITY_SOAK", "1"))
SHRINK = os.environ.get("CONTINUITY_SHRINK") == "1"


def _live(life: type[RuleBasedStateMachine], examples: int, steps: int) -> None:
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=examples * SOAK,
            stateful_step_count=steps,
            suppress_health_check=list(HealthCheck),
            # Shrinking lives a life a hundred times over; who hunts a defect asks for it.
            phases=(Phase.generate, Phase.shrink) if SHRINK else (Phase.generate,),
            report_multiple_bugs=False,
        ),
    )


@pytest.mark.timeout(240 * SOAK)
@pytest.mark.tool("rsync")
def test_no_life_of_an_rsync_job_is_green_when_it_is_red() -> None:
    _live(LifeOfRsync, examples=25, steps=20)


@pytest.mark.timeout(240 * SOAK)
@pytest.mark.tool("restic")
def test_no_life_of_a_restic_job_is_green_when_it_is_red() -> None:
    _live(LifeOfRestic, examples=4, steps=10)
