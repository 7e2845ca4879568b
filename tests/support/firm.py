"""A small firm whose backups really run: sources, repositories, a workspace, and its own clock."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any  # JSON, or keys of a dataclass

from continuity.app import App, opened
from continuity.domain.evidence import Record, RecordKind
from continuity.domain.facts import JobFacts
from continuity.domain.failure import ContinuityError
from continuity.store.store import open_store
from continuity.workflows.backup import back_up
from continuity.workflows.drill import drill
from continuity.workflows.history import read_history
from continuity.workflows.planning import DrillRequest
from continuity.workflows.recovering import close_killed_runs, free_dead_locks, reap_sandboxes
from continuity.workflows.running import Ended
from continuity.workflows.world import Protected, unwatched
from tests.support.workspaces import write_files

PASSWORD = "correct-horse-battery-staple"
TICK = timedelta(milliseconds=1)


class Clock:
    """A clock that goes on a little whenever it is read, and else when it is told to."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        self.moment += TICK
        return self.moment

    def go_on(self, span: timedelta) -> None:
        self.moment += span


@dataclass(frozen=True, kw_only=True)
class Firm:
    """Where everything of it is. Every job protects ``sources/JOB`` into ``repositories/JOB``."""

    root: Path
    workspace: Path
    state: Path
    sandbox: Path
    jobs: tuple[str, ...]

    def source(self, job: str = "erp") -> Path:
        return self.root / "sources" / job

    def repository(self, job: str = "erp") -> Path:
        return self.root / "repositories" / job


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """How a firm is written; ``job`` and ``system`` are further keys of each."""

    engines: Mapping[str, str] = field(default_factory=lambda: {"erp": "rsync"})
    job: Mapping[str, object] = field(default_factory=dict)
    source: Mapping[str, object] = field(default_factory=dict)
    system: Mapping[str, object] = field(default_factory=dict)


def a_firm(root: Path, wishes: Wishes | None = None) -> Firm:
    """Write a workspace with a job for each engine asked for, and a source without files each."""
    wishes = wishes or Wishes()
    jobs = tuple(wishes.engines)
    firm = Firm(
        root=root,
        workspace=root / "workspace",
        state=root / "state",
        sandbox=root / "sandbox",
        jobs=jobs,
    )
    (root / "password").write_text(PASSWORD)
    (root / "password").chmod(0o600)
    (root / "repositories").mkdir()
    for job in jobs:
        firm.source(job).mkdir(parents=True)
    write_files(firm.workspace, {name: _yaml(text) for name, text in _files(firm, wishes)})
    return firm


def _files(firm: Firm, wishes: Wishes) -> Iterator[tuple[str, object]]:
    yield (
        "config/continuity.yaml",
        {
            "organisation": "Test",
            "language": "en",
            "zone": "Europe/Madrid",
            "store": {"state": str(firm.state)},
            "sandbox": {"place": str(firm.sandbox), "reserve": "1 MiB"},
        },
    )
    yield "config/people.yaml", {"ana": {"name": "Ana"}}
    system = {"title": "Billing", "criticality": "vital", "owner": "ana"}
    yield "config/systems.yaml", {"billing": {**system, **wishes.system}}
    password = {"password": {"file": str(firm.root / "password")}}
    yield (
        "config/repositories.yaml",
        {
            job: {
                "engine": engine,
                "location": str(firm.repository(job)),
                **(password if engine == "restic" else {}),
            }
            for job, engine in wishes.engines.items()
        },
    )
    for job in firm.jobs:
        source = {"paths": [str(firm.source(job))], **wishes.source}
        value = {"name": job, "title": job, "system": "billing", "repository": job}
        yield f"jobs/{job}.yaml", {**value, "source": source, **wishes.job}


def _yaml(value: object) -> str:
    return json.dumps(value)  # JSON is YAML


@dataclass(kw_only=True)
class Office:
    """An opened workspace, and what is done in it as the commands do it."""

    app: App
    clock: Clock

    def facts(self, job: str = "erp") -> JobFacts:
        return read_history(self.app.bench, job)

    def protected(self, job: str = "erp") -> Protected:
        return self.app.protected(job)

    def back_up(self, job: str = "erp") -> Ended:
        return back_up(self.app.bench, self.protected(job), self.facts(job), unwatched())

    def drill(self, job: str = "erp", **asked: Any) -> Ended:
        request = DrillRequest(**asked)
        return drill(self.app.bench, self.protected(job), self.facts(job), request, unwatched())

    def clear_up(self) -> None:
        killed = close_killed_runs(self.app.bench)
        with suppress(ContinuityError):  # as the program does: said there, not fatal
            reap_sandboxes(self.app.bench)
            for job in {run.job for run in killed}:
                free_dead_locks(self.app.bench, self.protected(job))

    def records(self, kinds: Sequence[RecordKind] = ()) -> list[Record]:
        return list(self.app.bench.store.records(kinds=kinds))


def body_of(ended: Ended) -> dict[str, Any]:
    """Give what a run wrote into the record at its end."""
    return dict(ended.record.body)


@contextmanager
def at_work(firm: Firm, clock: Clock | None = None) -> Iterator[Office]:
    """Open the workspace with a clock of its own, which is also that of the record."""
    clock = clock or Clock(datetime.now(UTC))
    with (
        opened(firm.workspace) as app,
        open_store(f"sqlite:///{firm.state / 'record.db'}", clock) as store,
    ):
        bench = replace(app.bench, now=clock, store=store)
        yield Office(app=replace(app, bench=bench), clock=clock)
