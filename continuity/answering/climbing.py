"""What time does to incidents by what people agreed: ladders are taken, and climbed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from continuity.config.responding import (
    agreement_of,
    calendars_of,
    duty_of,
    ladders_of,
    owners_of,
    rules_of,
    sharing_of,
    windows_of,
)
from continuity.config.workspace import Workspace
from continuity.domain.ahead import Ahead, ahead_of
from continuity.domain.calendar import Calendar
from continuity.domain.duty import first_there, on_duty
from continuity.domain.escalation import (
    Call,
    Scene,
    call_of,
    changes_from,
    due_rungs,
    ladders_taken,
    reminder,
)
from continuity.domain.incident import Change, Incident
from continuity.domain.incident_clock import Reading, clocks_of
from continuity.domain.ladder import Ladder, ladders_from_plain, plain_from_ladders, version_of
from continuity.domain.maintenance import in_maintenance
from continuity.domain.service_level import terms_of
from continuity.store.store import Store

_KEPT = "ladders."


@dataclass(frozen=True, kw_only=True, slots=True)
class Prospect:
    """How an incident stands in time: its clocks, who is there now, and who is called next.

    ``owner`` is the owner of its system or the deputy, whoever is there; ``roles`` are filled now.
    """

    readings: tuple[Reading, ...]
    owner: str
    roles: Mapping[str, tuple[str, ...]]
    ahead: tuple[Ahead, ...]


@dataclass(kw_only=True)
class Climbing:
    """The ladders of a workspace, and those that open incidents took when they opened."""

    workspace: Workspace
    store: Store
    present: tuple[Ladder, ...]
    _calendars: Mapping[str, Calendar] | None = field(default=None)

    def passes(self, incident: Incident, now: datetime) -> tuple[Change, ...]:
        """Give the rungs that are due; nothing while an incident is silent or spoken for."""
        if not incident.speaks or in_maintenance(windows_of(self.workspace), incident, now):
            return ()
        taken = () if incident.ladders else (ladders_taken(self.present, now),)
        ladders = self._taken_by(incident)
        calls = due_rungs(incident, ladders, self._scene(incident, now), now)
        rest = reminder(incident, rules_of(self.workspace), now)
        return (*taken, *changes_from((*calls, *((rest,) if rest else ())), now))

    def called(self, incident: Incident, rung: str, now: datetime) -> Call | None:
        """Give who is meant by a rung now; None when it leads to nobody any more."""
        return call_of(incident, self._taken_by(incident), rung, self._scene(incident, now), now)

    def prospect(self, incident: Incident, now: datetime) -> Prospect:
        """Tell how it stands; nothing is changed by asking."""
        scene = self._scene(incident, now)
        duty = scene.duty
        roles = dict.fromkeys(one.role for one in duty.assignments)
        quiet = in_maintenance(windows_of(self.workspace), incident, now)
        ladders = () if quiet else self._taken_by(incident)
        return Prospect(
            readings=scene.readings,
            owner="".join(first_there(duty, scene.owners, now)),
            roles={role: on_duty(duty, role, now) for role in roles},
            ahead=ahead_of(incident, ladders, scene, now),
        )

    def _scene(self, incident: Incident, now: datetime) -> Scene:
        if self._calendars is None:
            # Half a second for public holidays, which only an open incident has to pay.
            self._calendars = calendars_of(self.workspace, now)
        system = self.workspace.systems.get(incident.system)
        agreement = agreement_of(self.workspace, self._calendars)
        terms = terms_of(agreement, incident.severity, None if system is None else system.rto)
        return Scene(
            duty=duty_of(self.workspace, self._calendars),
            owners=self._owners(incident),
            mode=sharing_of(self.workspace, incident.system),
            readings=clocks_of(incident, terms, now),
        )

    def _owners(self, incident: Incident) -> tuple[str, ...]:
        """Give who answers for it: of a repository, the owners of all that is kept there."""
        systems = [incident.system] if incident.system else sorted(self._kept_in(incident))
        found = (one for system in systems for one in owners_of(self.workspace, system))
        return tuple(dict.fromkeys(found))

    def _kept_in(self, incident: Incident) -> set[str]:
        jobs = self.workspace.jobs.values()
        return {job.system for job in jobs if job.repository == incident.repository}

    def _taken_by(self, incident: Incident) -> tuple[Ladder, ...]:
        kept = self.store.noted(_KEPT + incident.ladders) if incident.ladders else None
        return self.present if kept is None else ladders_from_plain(json.loads(kept))


def climbing_of(workspace: Workspace, store: Store) -> Climbing:
    """Keep the ladders as they are written now, so that incidents can hold on to them."""
    present = ladders_of(workspace)
    name = _KEPT + version_of(present)
    if store.noted(name) is None:
        with store.transaction() as transaction:
            transaction.note(name, json.dumps(plain_from_ladders(present)))
    return Climbing(workspace=workspace, store=store, present=present)
