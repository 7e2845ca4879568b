"""The service: the scheduler wakes it, the database decides what is done."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler

from continuity.app import KEPT_FILES, App, now, opened
from continuity.config.fingerprint import fingerprint
from continuity.config.loading import load
from continuity.config.problem import WorkspaceError
from continuity.domain.failure import ContinuityError, StoreError, ToolError
from continuity.domain.fault_texts import FAULTS
from continuity.domain.incident import ACTIVE, Incident
from continuity.domain.incident_plain import local_number
from continuity.domain.slot import Slot
from continuity.domain.text import N_, say
from continuity.service.beat import Beat
from continuity.service.escort import Escort, Stride
from continuity.service.health import (
    ROUND_SECONDS,
    TURN_SECONDS,
    Health,
    presence_of,
    require_presence,
)
from continuity.service.journal import Journal, Level
from continuity.service.kept_files import environ_to_start, keep_files, kept_files
from continuity.service.rounds import go_round
from continuity.service.shift import Shift
from continuity.service.supervisor import ALIVE, READY, STOPPING, tell_supervisor
from continuity.service.telemetry import begin_telemetry
from continuity.speech.terms import SLOT_KINDS

_ITSELF = "continuity serve"
_READ = N_("The files of the workspace were read anew.")
_KEPT = N_("The files go on counting as they were when they last had no problem.")
_NOTHING = ""
"""The fingerprint of no files at all: the next turn reads them anew."""

_EVENTS = {
    "began": N_("The {kind} of {job} planned for {planned} began."),
    "ended": N_("The {kind} of {job} planned for {planned} ended: {verdict}."),
    "put back": N_("The {kind} of {job} planned for {planned} did not run, and is due again."),
    "missed": N_("The {kind} of {job} planned for {planned} was missed."),
}


@dataclass(kw_only=True)
class Service:
    """One process of the service, from its start to its end."""

    root: Path
    environ: Mapping[str, str]
    journal_of: Callable[[App], Journal]
    stop: Event = field(default_factory=Event)
    broken: bool = False
    _is_kept: bool = False
    _scheduler: BackgroundScheduler = field(init=False)

    def __enter__(self) -> Self:
        """Open the workspace, as it last was without a problem if it has one now.

        Raises as ``opened`` does where no such files were ever kept.
        """
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        self._resources = ExitStack()
        self._retired: list[ExitStack] = []
        first = environ_to_start(self.root, self.environ)
        self.app = self._resources.enter_context(opened(self.root, first))
        self.journal = self.journal_of(self.app)
        escort = Escort(told=self._tell_of_run)
        environ = self.app.means.environ
        self.shift = Shift(app=self.app, told=self._told, environ=environ, escort=escort)
        monotonic = self.app.bench.monotonic
        self.health = Health(turned=monotonic(), went_round=monotonic())
        self.seen = fingerprint(self.root)
        self._database = presence_of(self.app)
        self.telemetry = begin_telemetry(self.environ, self.journal)
        self._judge_files()
        return self

    def run(self) -> None:
        """Work until it is told to stop, then end what is under way as people wrote."""
        scheduler = BackgroundScheduler(timezone="UTC", daemon=True)
        rules = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        scheduler.add_job(self.turn, Beat(TURN_SECONDS), id="turn", **rules)
        scheduler.add_job(self.round, Beat(ROUND_SECONDS), id="round", **rules)
        self._scheduler = scheduler
        self.turn()
        scheduler.start()
        tell_supervisor(self.environ, READY)
        self.journal.say("service.started", say(N_("The service is at work.")))
        while not self.stop.wait(1.0):
            self._nudge()
        self._end()

    def turn(self) -> None:
        """Look once at files and slots; whatever goes wrong, the next turn comes."""
        try:
            require_presence(self.app, self._database)
            self._reload()
            self.shift.turn()
            self.health.failed = None
        except ContinuityError as error:
            self.health.failed = error
            self.journal.trouble("turn.failed", error)
        except Exception as error:  # noqa: BLE001 - a defect must not end the service
            self.health.failed = self._confess("turn.failed", error)
        self.health.turned = self.app.bench.monotonic()
        tell_supervisor(self.environ, ALIVE)

    def round(self) -> None:
        """Do once what time asks for."""
        app, retired, self._retired = self.app, self._retired, []
        began = app.bench.now()
        try:
            require_presence(app, self._database)
            done = go_round(app, _ITSELF)
            for trouble in done.troubles:
                self.journal.trouble("round.trouble", trouble)
            for incident in done.moved.values():
                self._tell_of_incident(incident)
            if self.telemetry is not None:
                self.telemetry.round(began, app.bench.now(), len(done.troubles))
            self.health.note_round(done.troubles, app.bench.monotonic())
        except StoreError as error:
            self.health.unkept = error
            self.journal.trouble("round.failed", error)
        except Exception as error:  # noqa: BLE001 - a defect must not end the service
            self._confess("round.failed", error)
        for resources in retired:
            resources.close()

    def _confess(self, event: str, error: Exception) -> ToolError:
        what = say(
            N_("An unexpected error, a defect of this program: {error}"), error=type(error).__name__
        )
        self.journal.say(event, what, Level.ERROR)
        return ToolError(what)

    def _nudge(self) -> None:
        """Wake what is due by the monotonic clock: the wall clock may have been set back."""
        at = self.app.bench.monotonic()
        if self.shift.wake.is_set():
            self.shift.wake.clear()
            self._wake("turn")
        if at - self.health.turned > 2 * TURN_SECONDS:
            self._wake("turn")
        if at - self.health.went_round > 2 * ROUND_SECONDS:
            self._wake("round")

    def _wake(self, job: str) -> None:
        self._scheduler.modify_job(job, next_run_time=now())

    def _end(self) -> None:
        tell_supervisor(self.environ, STOPPING)
        self.journal.say("service.stopping", say(N_("The service ends what is under way.")))
        self._scheduler.shutdown(wait=True)
        wanted = self.app.workspace.settings.service
        self.shift.end(wanted.wait.total_seconds() if wanted.at_end == "wait" else 0.0)
        self.journal.say("service.stopped", say(N_("The service has ended.")))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let go of everything."""
        if self.telemetry is not None:
            self.telemetry.end()
        for resources in (*self._retired, self._resources):
            resources.close()

    def _reload(self) -> None:
        """Take changed files when they have no problem; else go on with those before."""
        found = fingerprint(self.root)
        if found == self.seen:
            if not (self.broken or self._is_kept):
                self._keep()
            return
        self.seen = found
        self._judge_files()
        fresh = ExitStack()
        try:
            app = fresh.enter_context(opened(self.root, self._environ()))
        except ContinuityError as error:
            # Nothing was ever kept, or the database is out: what is open stays.
            self.journal.trouble("workspace.refused", error)
            if isinstance(error, StoreError):
                self.seen = _NOTHING
            return
        self._retired.append(self._resources)
        self._resources, self.app, self._database = fresh, app, presence_of(app)
        self.shift.app, self.shift.environ = app, app.means.environ
        self.journal.say("workspace.read", say(_KEPT if self.broken else _READ))

    def _judge_files(self) -> None:
        try:
            load(self.root, environ=self.environ)
        except WorkspaceError as error:
            self.broken = True
            self.journal.trouble("workspace.broken", error)
            for problem in error.problems:
                told = say("{problem}", problem=problem.rendered(self.journal.sentence))
                self.journal.say(
                    "workspace.problem", told, Level.ERROR, file=problem.file, line=problem.line
                )
            return
        self.broken = False
        self._keep()

    def _keep(self) -> None:
        """Keep the good files for a bad day; where they cannot be, the next turn tries again."""
        try:
            keep_files(self.root, Path(self.app.workspace.settings.store.state))
            self._is_kept = True
        except ContinuityError as error:
            self._is_kept = False
            self.journal.trouble("workspace.unkept", error)

    def _environ(self) -> Mapping[str, str]:
        """Name the files without problems while those of today have some."""
        if not self.broken:
            return self.environ
        kept = kept_files(Path(self.app.workspace.settings.store.state))
        return self.environ if kept is None else {**self.environ, KEPT_FILES: str(kept)}

    def _told(self, event: str, slot: Slot) -> None:
        verdict = "" if slot.verdict is None else slot.verdict.value
        zone = ZoneInfo(self.app.workspace.settings.zone)
        message = say(
            _EVENTS[event],
            kind=self.journal.sentence(say(SLOT_KINDS[slot.kind])),
            job=slot.job,
            planned=slot.planned.astimezone(zone).isoformat(timespec="minutes"),
            verdict=verdict,
        )
        level = Level.WARNING if event in {"missed", "put back"} else Level.INFO
        self.journal.say(
            f"slot.{event.replace(' ', '-')}",
            message,
            Level.WARNING if verdict not in {"", "PASS"} else level,
            job=slot.job,
            kind=slot.kind.value,
            planned=slot.planned.isoformat(),
            run_id=slot.run_id,
            verdict=verdict,
            reason="" if slot.reason is None else self.journal.sentence(slot.reason),
        )
        if self.telemetry is not None:
            self.telemetry.slot(event, slot, self.app.bench.now())

    def _tell_of_incident(self, incident: Incident) -> None:
        target = incident.target.partition(":")[2] or incident.target
        self.journal.say(
            "incident.changed",
            say(FAULTS[incident.kind].title, target=target),
            Level.WARNING if incident.state in ACTIVE else Level.INFO,
            incident=local_number(incident.number),
            state=incident.state.value,
            severity=incident.severity.value,
            kind=incident.kind.value,
            system=incident.system,
        )

    def _tell_of_run(self, stride: Stride) -> None:
        if stride.trouble is not None:
            what = say(N_("The run {run} of a runbook could not go on."), run=stride.run)
            why = self.journal.sentence(stride.trouble)
            self.journal.say("run.trouble", what, Level.ERROR, run=stride.run, reason=why)
            return
        what = say(N_("The run {run} of a runbook went on by itself."), run=stride.run)
        self.journal.say("run.carried-on", what, run=stride.run, state=stride.state)

    def is_well(self) -> bool:
        """Tell whether it really looks: late turns or rounds, or a dead database, are not well."""
        return self.health.is_well(self.app.bench.monotonic())
