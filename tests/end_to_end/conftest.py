"""The firm that most tests of the command line tell their story with."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.story import Story, begin


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A firm whose three systems were restored and timed: a record of seven entries."""
    story = begin(tmp_path_factory.mktemp("told") / "firm")
    for job in ("erp", "post", "web"):
        story.passed(job, timedelta(hours=1))
    return story


@pytest.fixture
def story(told: Story, tmp_path: Path) -> Story:
    """That firm, for one test alone."""
    return told.copied(tmp_path / "firm")
