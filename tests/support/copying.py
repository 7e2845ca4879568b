"""Copies of repositories, filled the way a firm would, and restores from them by a runbook."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any  # JSON, or keys of any dataclass

from tests.support.programs import quickest_restic
from tests.support.ran import Ran
from tests.support.worlds import PASSWORD, World

PASS, USAGE = 0, 2
LUIS = ("--by", "luis", "--json")
BOOK = """---
format: continuity-runbook/1
id: back
title: The files come back
lang: en
owner: ana
scope: {systems: [billing, shares]}
roles:
  tech: {primary: luis}
---

## Lay it out {#out}

~~~step
id: out
type: restore
owner: tech
risk: reversible
job: JOB
KEYS
~~~
"""
COPIES = """
offsite:
  engine: restic
  location: {root}/offsite
  password: {{env: VAULT_PASSWORD}}
  copy_of: vault
  site: cloud
shelf:
  engine: rsync
  location: {root}/shelf
  copy_of: disk
  site: cellar
"""


def restic(*words: str | Path, env: Mapping[str, str] | None = None) -> None:
    """Run restic as whoever fills the copy does, with its own password variables."""
    own = {"RESTIC_PASSWORD": PASSWORD, "RESTIC_FROM_PASSWORD": PASSWORD}
    subprocess.run(
        [quickest_restic(), "--no-cache", *words],
        env={**os.environ, **own, **(env or {})},
        check=True,
        capture_output=True,
        timeout=60,
    )


def fill(world: World) -> None:
    """Copy what the jobs wrote."""
    restic("copy", "--repo", world.root / "offsite", "--from-repo", world.vault)
    subprocess.run(
        ["rsync", "-aH", "--delete", f"{world.disk}/", world.root / "shelf/"],
        check=True,
        capture_output=True,
        timeout=60,
    )


def book(world: World, job: str, *more: str, sandbox: bool = False) -> None:
    beside = ("target: parallel", f"place: {world.root}/beside")
    keys = ("target: sandbox",) if sandbox else beside
    text = BOOK.replace("JOB", job).replace("KEYS", "\n".join((*keys, *more)))
    world.write({"runbooks/back.md": text})


@contextmanager
def gone(*places: Path) -> Iterator[None]:
    """Take repositories away, and bring them back afterwards."""
    for place in places:
        place.rename(f"{place}.gone")
    try:
        yield
    finally:
        for place in places:
            if place.exists():
                shutil.rmtree(place)
            Path(f"{place}.gone").rename(place)


def start(world: World) -> dict[str, Any]:
    """Begin a run, and tell how it stands after the program did what it could."""
    return told(world.run("runbook", "start", "back", *LUIS))


def act(world: World, standing: dict[str, Any], word: str, *rest: str) -> dict[str, Any]:
    return told(world.run("runbook", word, standing["run"], "out", *rest, *LUIS))


def told(ran: Ran) -> dict[str, Any]:
    assert ran.code != USAGE, ran
    return dict(ran.results[-1])


def state(standing: dict[str, Any]) -> str:
    (step,) = standing["steps"]
    return str(step["state"])


def words(standing: dict[str, Any]) -> str:
    return str(standing["reasons"].get("out", ""))


def evidence(world: World, standing: dict[str, Any]) -> dict[str, Any]:
    """Read what the record has of the restore of a run."""
    query = "SELECT body FROM evidence WHERE kind = 'runbook.result' ORDER BY sequence DESC"
    with closing(sqlite3.connect(world.state / "record.db")) as database:
        bodies = (json.loads(body) for (body,) in database.execute(query))
        return dict(next(one["details"] for one in bodies if one["run"] == standing["run"]))


def came_back(world: World) -> bool:
    place = Path(f"{world.root}/beside{world.source}")
    ledger = "accounts/ledger.db"
    return (place / ledger).read_bytes() == (world.source / ledger).read_bytes()


def points(world: World, job: str) -> list[dict[str, Any]]:
    return list(world.run("runbook", "points", job, "--json").result["points"])


def latest_run(world: World) -> str:
    with closing(sqlite3.connect(world.state / "record.db")) as database:
        query = "SELECT body FROM evidence WHERE kind LIKE 'runbook.%' ORDER BY sequence DESC"
        (body,) = database.execute(query).fetchone()
        return str(json.loads(body)["run"])


def erp(world: World) -> dict[str, Any]:  # JSON
    """Tell what `status` says of the job."""
    systems = world.run("status", "--json").result["systems"]
    return next(job for one in systems for job in one["jobs"] if job["name"] == "erp")


def proven(world: World) -> dict[str, bool]:
    """Tell of the repository and of its copy whether anything counts as proven there."""
    job = erp(world)
    places = (job, *job["copies"])
    return {one["repository"]: bool(one["proof"]["proven_points"]) for one in places}
