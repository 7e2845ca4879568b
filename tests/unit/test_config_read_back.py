"""A deadline that the timetable cannot keep is told with file and line before it is missed."""

from __future__ import annotations

from pathlib import Path

import pytest

from continuity.config.loading import load_tolerant
from tests.support.workspaces import SMALL, small_workspace


def problems(root: Path, within: str, timetable: str | None) -> list[str]:
    """Give what is said about a job with this deadline, as one text each."""
    schedule = "" if timetable is None else f"schedule:\n  read_back: {timetable}\n"
    text = f"{SMALL['jobs/erp.yaml']}{schedule}read_back:\n  within: {within}\n"
    workspace = small_workspace(root, {"jobs/erp.yaml": text})
    found = load_tolerant(workspace, environ={}).problems
    return [f"{one.file} {one.key} {one.expected}" for one in found]


@pytest.mark.parametrize(
    ("within", "timetable"),
    [("90d", "weekly on sunday at 04:00"), ("2d", "daily at 04:00"), ("1d", None), ("1d", "x")],
)
def test_a_deadline_with_two_rounds_in_it_can_be_kept(
    within: str, timetable: str | None, tmp_path: Path
) -> None:
    assert not any("read_back.within" in one for one in problems(tmp_path, within, timetable))


@pytest.mark.parametrize(
    ("within", "timetable", "least"),
    [("7d", "weekly on sunday at 04:00", "2w"), ("30d", "monthly on 1 at 04:00", "62d")],
)
def test_a_deadline_without_a_second_round_is_refused(
    within: str, timetable: str, least: str, tmp_path: Path
) -> None:
    (problem,) = problems(tmp_path, within, timetable)

    assert problem.startswith("jobs/erp.yaml read_back.within")
    assert f"at least {least}" in problem or "at least 8w 6d" in problem
