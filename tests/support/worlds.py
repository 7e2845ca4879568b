"""A small firm with real files and real copies, and the real program run in it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any  # JSON, or keys of any dataclass

from tests.support.cheap_keys import cheapen
from tests.support.programs import ROOT
from tests.support.ran import Ran, ended
from tests.support.workspaces import SMALL, write_files


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """A small firm in one directory: its files, its workspace, and where its copies are.

    Job `erp` is copied by restic into `vault`, job `files` by rsync into `disk`; both protect the
    same source. Paths are absolute, so a world lives only where it was made.
    """

    root: Path

    @property
    def workspace(self) -> Path:
        return self.root / "workspace"

    @property
    def source(self) -> Path:
        return self.root / "source"

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def sandbox(self) -> Path:
        return self.root / "sandbox"

    @property
    def vault(self) -> Path:
        return self.root / "vault"

    @property
    def disk(self) -> Path:
        return self.root / "disk"

    @property
    def bin(self) -> Path:
        """Programs in here are found before those of the machine."""
        return self.root / "bin"

    def repository(self, job: str) -> Path:
        """Where a job's copies are."""
        return {"erp": self.vault, "files": self.disk}[job]

    def write(self, changes: Mapping[str, str]) -> None:
        """Write files of the workspace anew."""
        write_files(self.workspace, changes)

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a line of a file of the workspace."""
        path = self.workspace / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def install(self, name: str, script: str) -> None:
        """Put a program in the way of the real one, whose path its script has as $real."""
        real = shutil.which(name) or ""
        self.bin.mkdir(exist_ok=True)
        path = self.bin / name
        path.write_text(f"#!/bin/sh\nreal={shlex.quote(real)}\nroot={self.root}\n{script}\n")
        path.chmod(0o755)

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """What the program is given."""
        return {
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "HOME": str(self.root / "home"),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "VAULT_PASSWORD": PASSWORD,
            **(extra or {}),
        }

    def command(self, *words: str, fault: str = "") -> list[str]:
        """Give the argv of the program, or of the program with one thing wrong."""
        program = [str(ROOT / "tests/support/launch.py")] if fault else ["-m", "continuity"]
        return [sys.executable, *program, "--workspace", str(self.workspace), *words]

    def start(
        self,
        *words: str,
        fault: str = "",
        env: Mapping[str, str] | None = None,
        under: tuple[str, ...] = (),
    ) -> subprocess.Popen[str]:
        """Start the program; ``under`` is a command that starts it, such as setpriv."""
        return subprocess.Popen(
            [*under, *self.command(*words, fault=fault)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="backslashreplace",
            env=self.environment({"FAULT": fault, **(env or {})}),
        )

    def run(
        self,
        *words: str,
        fault: str = "",
        env: Mapping[str, str] | None = None,
        under: tuple[str, ...] = (),
        timeout: float = 60,
    ) -> Ran:
        """Run the program to its end."""
        process = self.start(*words, fault=fault, env=env, under=under)
        return ended(process, timeout)

    def backup(self, job: str, **how: Any) -> Ran:
        """Back one job up."""
        return self.run("backup", "--json", job, **how)

    def drill(self, job: str, **how: Any) -> Ran:
        """Drill one job by a sample, which in this world holds every file."""
        return self.run("drill", "--json", job, **how)

    def full_drill(self, job: str) -> Ran:
        """Drill one job by restoring everything."""
        return self.run("drill", "--json", "--full", job)

    def await_lock(self) -> None:
        """Wait until a restic has written its lock whole."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            if any(len(path.name) == 64 for path in (self.vault / "locks").iterdir()):
                return
            time.sleep(0.002)
        raise AssertionError("no lock was written")

    def ends(self) -> list[dict[str, Any]]:
        """Read how runs ended, the newest first, from the record itself."""
        query = (
            "SELECT body FROM evidence WHERE kind = 'run.closed' OR kind LIKE '%.finished'"
            " ORDER BY sequence DESC"
        )
        with closing(sqlite3.connect(self.state / "record.db")) as database:
            return [json.loads(body) for (body,) in database.execute(query)]

    def standing(self, job: str) -> str:
        """Tell the verdict of one job as `status` shows it."""
        for system in self.run("status", "--json").result["systems"]:
            for each in system["jobs"]:
                if each["name"] == job:
                    return str(each["verdict"])
        return "absent"


def furnished(root: Path) -> World:
    """Make a world with files and a workspace, in which nothing has been run."""
    world = World(root=root)
    root.mkdir(mode=0o700)
    _write_source(world.source)
    write_files(
        world.workspace,
        {
            "config/continuity.yaml": _SETTINGS.format(root=root),
            "config/people.yaml": SMALL["config/people.yaml"],
            "config/systems.yaml": _SYSTEMS,
            "config/repositories.yaml": _REPOSITORIES.format(root=root),
            "jobs/erp.yaml": _JOB.format(job="erp", system="billing", place="vault", root=root),
            "jobs/files.yaml": _JOB.format(job="files", system="shares", place="disk", root=root),
        },
    )
    (world.workspace / "runbooks").mkdir()
    return world


def proven(root: Path) -> World:
    """Make a world in which both jobs were backed up and drilled, and all is well."""
    return prove(furnished(root))


def prove(world: World) -> World:
    """Back both jobs of a world up and drill them, after which all is well."""
    make_vault(world.vault)
    for word in ("backup", "drill"):
        ran = world.run(word, "--json")
        assert ran.code == 0, ran
        assert [result["verdict"] for result in ran.results] == ["PASS", "PASS"]
    return world


def make_vault(place: Path) -> None:
    """Make an empty repository of restic, whose key costs no time."""
    environment = {**os.environ, "RESTIC_PASSWORD": PASSWORD}
    subprocess.run(
        ["restic", "init", "--no-cache", "--repo", place],
        env=environment,
        check=True,
        capture_output=True,
        timeout=60,
    )
    cheapen(place, PASSWORD)


def _write_source(source: Path) -> None:
    """Write files large and small, new and old, with links and names that few expect."""
    for folder in ("accounts", "letters/old", "letters/[1]", "empty"):
        (source / folder).mkdir(parents=True)
    for number in range(20):
        (source / f"accounts/{number:02}.csv").write_bytes(os.urandom(2_000))
        (source / f"letters/old/{number:02}.txt").write_text(f"letter {number}\n" * 40)
    (source / "accounts/ledger.db").write_bytes(os.urandom(400_000))
    (source / "letters/[1]/a[1].txt").write_text("brackets")
    (source / "letters/[1]/a1.txt").write_text("no brackets")
    (source / "letters/two\nlines").write_text("a name of two lines")
    (source / "canary.txt").write_text("nobody ever changes this\n")
    (source / "letters/link").symlink_to("../accounts/00.csv")
    os.link(source / "accounts/01.csv", source / "letters/same.csv")
    for number, path in enumerate(sorted(source.rglob("*"))):
        if not path.is_symlink():
            os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))


PASSWORD = "throw-away"
_SETTINGS = """\
organisation: Test
language: en
zone: Europe/Madrid
store: {{state: {root}/state}}
sandbox: {{place: {root}/sandbox, reserve: 1 MiB}}
"""
_SYSTEMS = """\
billing: {title: Billing, criticality: vital, owner: ana, deputy: luis, rpo: 24h, prove: 7d}
shares: {title: Shares, criticality: normal, owner: ana, deputy: luis, rpo: 24h, prove: 7d}
"""
_REPOSITORIES = """\
vault:
  engine: restic
  location: {root}/vault
  password: {{env: VAULT_PASSWORD}}
disk:
  engine: rsync
  location: {root}/disk
"""
_JOB = """\
name: {job}
title: The files
system: {system}
repository: {place}
source:
  paths: [{root}/source]
sample:
  canaries: [{root}/source/canary.txt]
"""
