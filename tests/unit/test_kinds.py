"""What people name is found in the module of its name, and nothing else is loaded for it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping

import pytest

from continuity.config.outlets import outlet_kinds, outlet_models
from continuity.domain.kinds import Named
from continuity.engines.registry import engine_kinds
from continuity.notify.registry import channel_kinds
from continuity.sandbox.checks.registry import check_kinds
from continuity.sources.registry import source_kinds
from continuity.tickets.registry import ticket_kinds
from tests.support.programs import ROOT

ALL: tuple[Callable[[], Mapping[str, Named]], ...] = (
    channel_kinds,
    check_kinds,
    engine_kinds,
    outlet_kinds,
    source_kinds,
    ticket_kinds,
)


@pytest.mark.parametrize("kinds", ALL)
def test_every_kind_is_found_by_its_own_name(kinds: Callable[[], Mapping[str, Named]]) -> None:
    found = {name: kinds()[name].name for name in kinds()}

    assert len(found) == len(kinds()) > 1
    assert found == {name: name for name in found}


@pytest.mark.parametrize(
    "word",
    ["", "registry", "ticket", "jira_service", "jira.options", "..hosts.local", "os", "-", "JIRA"],
)
def test_a_word_that_is_no_kind_is_none_though_a_module_has_it(word: str) -> None:
    assert word not in ticket_kinds()
    assert word not in outlet_models()


def test_a_channel_and_a_ticket_system_are_both_ways_out() -> None:
    assert [*outlet_kinds()] == [*channel_kinds(), *ticket_kinds()]
    assert outlet_models()["email"] is channel_kinds()["email"].options
    assert outlet_models()["zammad"] is ticket_kinds()["zammad"].options


def test_asking_for_one_kind_loads_no_other() -> None:
    program = (
        "import sys\n"
        "from continuity.config.outlets import outlet_models\n"
        "outlet_models()['zammad'], outlet_models().get('no such thing')\n"
        "print(*(name.split('.')[2] for name in sys.modules if name.count('.') == 2"
        " and name.startswith(('continuity.tickets.', 'continuity.notify.'))))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    others = {*outlet_kinds()} - {"zammad"}

    assert "zammad" in done.stdout.split()
    assert {word.replace("_", "-") for word in done.stdout.split()} & others == set()
