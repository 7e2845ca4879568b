"""What every test may ask for: the real programs, and properties that CI can repeat."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.programs import ResticLine, program, restic_of, restics

# Two shared cores: a deadline, or the pace of drawing, would measure the neighbours.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("local", patient)
# CI draws the same examples each time.
settings.register_profile("ci", patient, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_report_header() -> list[str]:
    """Say which restic versions this run stands for."""
    found = [f"{'.'.join(map(str, version))} ({path})" for path, version in restics().items()]
    return [f"restic: {', '.join(found) or 'none'}"]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give up a test marked `tool` where its program is missing."""
    for mark in item.iter_markers("tool"):
        for name in mark.args:
            program(name)


@pytest.fixture
def restic() -> Path:
    """The installed restic."""
    return program("restic")


@pytest.fixture(params=list(ResticLine), ids=str)
def every_restic(request: pytest.FixtureRequest) -> Path:
    """One restic of each line that behaves alike, in turn."""
    line: ResticLine = request.param
    return restic_of(line)
