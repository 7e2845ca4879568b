"""Every page that says how Continuity itself is had back says the same."""

from __future__ import annotations

import pytest

from tests.support.literal import PAGES, commands_in


@pytest.mark.parametrize("page", sorted(PAGES))
def test_the_same_commands_stand_wherever_the_way_back_is_told(page: str) -> None:
    ours = [line.replace("secrets/exterior", "secrets/repository") for line in commands_in(page)]

    assert ours == commands_in("operations")
    assert len(ours) == 8
