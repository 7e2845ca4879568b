"""The end of the demonstration cannot pass unless the service really did everything."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage
from typing import Any  # keys of any dataclass

import pytest

from demo.unattended import Seen, judged

METRICS = (
    "continuity_well 1.0",
    'continuity_job_verdict{job="ficheros",system="ficheros",verdict="FAIL"} 1.0',
)
ALL = Seen(
    passed=True,
    verdict="FAIL",
    letter=EmailMessage(),
    digest=EmailMessage(),
    metrics=METRICS,
    code=0,
)


def test_a_service_that_did_everything_passes_every_trial() -> None:
    assert [trial.as_expected for trial in judged(ALL)] == [True] * 6


@pytest.mark.parametrize(
    ("place", "less"),
    [
        (0, {"passed": False}),
        (1, {"verdict": ""}),
        (2, {"letter": None}),
        (3, {"digest": None}),
        (4, {"metrics": METRICS[:1]}),
        (4, {"metrics": METRICS[1:]}),
        (4, {"metrics": (METRICS[0], METRICS[1].replace("FAIL", "PASS"))}),
        (5, {"code": 1}),
    ],
)
def test_whatever_the_service_leaves_out_is_a_trial_that_went_wrong(
    place: int, less: dict[str, Any]
) -> None:
    found = [trial.as_expected for trial in judged(replace(ALL, **less))]

    assert found == [number != place for number in range(6)]
