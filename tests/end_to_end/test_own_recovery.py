"""Everything is lost but a repository, its password and the program: the printed commands do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.literal import commands_in, filled
from tests.support.programs import program

pytestmark = [
    pytest.mark.tool("restic"),
    pytest.mark.tool("bwrap"),
    pytest.mark.timeout(900),
]

LANGUAGES = {"operations": "en", "es": "es"}


@dataclass(frozen=True, kw_only=True)
class Lost:
    """What is left of a firm, and how far its record had come when it was copied."""

    root: Path
    password: Path
    repository: Path
    data: str

    def sh(self, command: str) -> str:
        """Type a command; whatever refuses ends the story."""
        programs = f"{Path(sys.executable).parent}:{program('restic').parent}:{os.environ['PATH']}"
        done = subprocess.run(  # noqa: S602 - the very text that people type
            command,
            shell=True,
            cwd=self.root,
            env={**os.environ, "PATH": programs},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout


def a_lost_firm(root: Path, language: str) -> Lost:
    """Work for a while, then lose workspace, state and keys."""
    data = "datos" if language == "es" else "data"
    (root / "data").mkdir()
    (root / "data/ledger").write_text("1000\n")
    firm = Lost(root=root, password=root / "envelope", repository=root / "safe", data=data)
    program_ = f"continuity --lang {language}"
    firm.sh(f"{program_} init firm --yes --path {root}/data --location {root}/safe")
    firm.sh(f"continuity -w firm backup {data}")
    firm.sh(f"continuity -w firm drill {data}")
    firm.sh("continuity -w firm backup continuity")
    shutil.copy(root / "firm/secrets/repository", firm.password)
    shutil.rmtree(root / "firm")
    return firm


@pytest.mark.parametrize("page", sorted(LANGUAGES))
def test_the_printed_commands_bring_everything_back_and_the_chain_goes_on(
    tmp_path: Path, page: str
) -> None:
    firm = a_lost_firm(tmp_path, LANGUAGES[page])
    look = f"restic -r {firm.repository} --password-file {firm.password} snapshots --json"
    (point,) = json.loads(firm.sh(f"{look} --tag job=continuity"))
    values = {
        "REPOSITORY": firm.repository,
        "KEY": firm.password,
        "POINT": point["id"],
        "BACK": firm.root / "back",
        "WORKSPACE": firm.root / "again",
    }

    for command in commands_in(page):
        firm.sh(filled(command, values))
    before = json.loads(firm.sh("continuity -w again audit verify --json"))
    firm.sh("continuity -w again backup")
    firm.sh("continuity -w again drill continuity")
    after = json.loads(firm.sh("continuity -w again audit verify --json"))
    told = firm.sh("continuity -w again audit export --format jsonl")
    kinds = [json.loads(line)["kind"] for line in told.splitlines()]

    assert (before["answer"], after["answer"]) == ("intact", "intact")
    assert after["records"] > before["records"]
    assert kinds[0] == "record.opened"
    # The copy is of its own backup's middle: that run has no end in it.
    resumed = kinds.index("record.resumed")
    assert kinds[resumed - 1] == "run.closed"
    assert "backup.started" in kinds[:resumed]
    assert "drill.finished" in kinds[resumed:]
