"""A run whose own disk fills up: it has an end, in words that say what to do."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from continuity.domain.failure import FailureClass
from continuity.domain.run import RunKind
from continuity.domain.verdict import Verdict
from continuity.workflows.running import started
from continuity.workflows.world import unwatched
from tests.support.firm import a_firm, at_work


def fill_up(number: int) -> None:
    raise OSError(number, os.strerror(number))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_run_whose_own_disk_is_full_ends_without_being_a_defect(
    tmp_path: Path, number: int
) -> None:
    with at_work(a_firm(tmp_path)) as office:
        subject = office.protected().subject
        with started(office.app.bench, subject, RunKind.BACKUP, unwatched()) as run:
            fill_up(number)
        ended = run.outcome().conclusion

    assert (ended.verdict, ended.failure) == (Verdict.INCONCLUSIVE, FailureClass.STORE_UNAVAILABLE)
    assert "no room left" in str(ended.reason)
    assert ended.remedy is not None
