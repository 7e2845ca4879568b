"""What a command loads before it works: of each kind what is named in the workspace, and no more.

Most of what a run over little costs is loading; a module that nobody needs is paid for every night.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from continuity.config.loading import load
from continuity.config.outlets import outlet_kinds
from continuity.engines.registry import engine_kinds
from continuity.sources.registry import source_kinds
from tests.support.firm import Firm, a_firm
from tests.support.programs import ROOT
from tests.support.terminal import environ_of, filled
from tests.support.workspaces import write_files

MAIL = (
    "mail:\n  kind: email\n  options:\n    host: 127.0.0.1\n    port: 1\n"
    "    sender: continuity@example.org\n    security: none\n"
)
RUNBOOK = """---
format: continuity-runbook/1
id: down
title: It is down
lang: en
owner: ana
roles:
  tech: {primary: ana}
---

## Look at it {#look}

~~~step
id: look
type: manual
owner: tech
risk: read
~~~
"""
# What belongs to other machines, to reports on paper, to printed kits and to what people write.
OF_OTHERS = (
    "alembic",
    "apprise",
    "boto3",
    "continuity.config.runbook_document",
    "continuity.domain.report",
    "continuity.domain.step_kinds",
    "continuity.offline.bundle",
    "continuity.offline.kit",
    "continuity.offline.publishing",
    "continuity.reporting.grounds",
    "continuity.reports.annex",
    "continuity.reports.html",
    "holidays",
    "matplotlib",
    "paramiko",
    "rich",
    "weasyprint",
)


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Firm:
    """A firm with one job of rsync, a channel of mail and a runbook, all sound and judged once."""
    firm = filled(a_firm(tmp_path_factory.mktemp("loading")), 3)
    write_files(firm.workspace, {"config/channels.yaml": MAIL, "runbooks/down.md": RUNBOOK})
    load(firm.workspace)
    loaded(firm, "backup", "erp")
    return firm


def loaded(firm: Firm, *words: str) -> set[str]:
    """Run a command that passes, and give the names of all modules it has then."""
    told = firm.root / "loaded"
    program = (
        "import sys; from pathlib import Path; from continuity.cli.entry import main;"
        f"code = main(['-w', {str(firm.workspace)!r}, *{words!r}]);"
        f"Path({str(told)!r}).write_text(' '.join(sys.modules)); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environ_of(firm),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return set(told.read_text().split())


@pytest.mark.parametrize("words", [("backup", "erp"), ("drill", "erp"), ("incidents",)])
def test_a_command_loads_the_kinds_that_are_named_and_nothing_of_others(
    firm: Firm, words: tuple[str, ...]
) -> None:
    names = loaded(firm, *words)
    modules = {name.rpartition(".")[2].replace("_", "-") for name in names if _is_kind(name)}

    assert modules & {*outlet_kinds(), *engine_kinds(), *source_kinds()} == {
        "email",
        "files",
        "rsync",
    }
    assert names & set(OF_OTHERS) == set()


def _is_kind(name: str) -> bool:
    folders = ("engines", "notify", "sources", "tickets")
    return name.count(".") == 2 and name.startswith(tuple(f"continuity.{one}." for one in folders))
