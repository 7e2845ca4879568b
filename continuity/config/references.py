"""Do the names that people wrote lead somewhere, and does nothing depend on itself?"""

from __future__ import annotations

import os
from collections.abc import Iterator, Set
from graphlib import CycleError, TopologicalSorter
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel

from continuity.config.check_problems import check_problems
from continuity.config.copy_problems import copy_problems
from continuity.config.draft import Draft, Part, Section
from continuity.config.elsewhere import elsewhere_problems
from continuity.config.host_problems import host_problems
from continuity.config.offline_problems import offline_problems
from continuity.config.outlets import outlet_problems
from continuity.config.problem import NOTHING, Place, Problem, nearest, value_shown
from continuity.config.read_back_problems import read_back_problems
from continuity.config.storage_problems import storage_problems
from continuity.config.wording import read_model
from continuity.domain.exclude import excludes_from_patterns
from continuity.domain.failure import ConfigurationError
from continuity.domain.job import Job
from continuity.domain.schedule import timetable_from_text
from continuity.domain.system import Repository
from continuity.domain.text import N_, Message, say
from continuity.engines.registry import engine_kinds
from continuity.sources.registry import source_kinds

_MOST_CIRCLES = 20

_TIMETABLE = say(
    N_(
        "a time such as “daily at 02:00”, “weekly on sunday at 03:00”, “monthly on 1 at 04:00”, "
        "“every 6h” or five cron fields"
    )
)


def reference_problems(draft: Draft) -> Iterator[Problem]:
    """Check everything that one file says about another, but for runbooks."""
    if draft.settings is not None:
        yield from _zone(draft.settings, draft.settings.model.zone, ("zone",))
    yield from service_problems(draft)
    yield from _systems(draft)
    yield from _circles(draft)
    yield from _repositories(draft)
    yield from host_problems(draft)
    yield from elsewhere_problems(draft)
    yield from copy_problems(draft)
    yield from storage_problems(draft)
    broken = set()
    for name, job in draft.jobs.parts.items():
        problems = tuple(_job(draft, job))
        broken |= {name for _ in problems}
        yield from problems
    yield from _shared_repositories(draft, broken)
    yield from outlet_problems(draft)
    yield from offline_problems(draft)
    for heartbeat in draft.heartbeats.parts.values():
        yield from _named(heartbeat, ("system",), heartbeat.model.system, draft.systems)
    for neighbour in draft.neighbours.parts.values():
        yield from _named(neighbour, ("system",), neighbour.model.system, draft.systems)
    for client in draft.clients.parts.values():
        yield from _named(client, ("system",), client.model.system, draft.systems)


def _systems(draft: Draft) -> Iterator[Problem]:
    for system in draft.systems.parts.values():
        model = system.model
        yield from _named(system, ("owner",), model.owner, draft.people)
        yield from _named(system, ("deputy",), model.deputy, draft.people)
        yield from _named(system, ("runbook",), model.runbook, draft.runbooks)
        for index, other in enumerate(model.depends_on):
            yield from _named(system, ("depends_on", index), other, draft.systems)
        if model.deputy == model.owner:
            expected = say(N_("another person than the owner"))
            yield system.problem(("deputy",), expected, value_shown(("deputy",), model.deputy))


def _named(
    part: Part[BaseModel], place: Place, name: str | None, section: Section[BaseModel]
) -> Iterator[Problem]:
    if name is None or name in section.written or not section.known:
        return
    meant = nearest(name, section.written)
    expected = say(N_("a name from {where}"), where=section.where)
    if meant is not None:
        expected = say(N_("a name from {where}, perhaps {meant}"), where=section.where, meant=meant)
    yield part.problem(place, expected, value_shown(place, name))


def _circles(draft: Draft) -> Iterator[Problem]:
    needs = {name: set(part.model.depends_on) for name, part in draft.systems.parts.items()}
    for _ in range(_MOST_CIRCLES):
        try:
            TopologicalSorter(needs).prepare()
        except CycleError as error:
            # graphlib names a circle against the direction of "depends on", its first again last.
            circle = tuple(reversed(error.args[1][1:]))
        else:
            return
        start = circle.index(min(circle))
        circle = (*circle[start:], *circle[:start])
        expected = say(N_("systems that do not depend on themselves"))
        found = say("{circle}", circle=" → ".join((*circle, circle[0])))
        yield draft.systems.parts[circle[0]].problem(("depends_on",), expected, found)
        for name in circle:
            needs[name] -= set(circle)


def _repositories(draft: Draft) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for name, part in draft.repositories.parts.items():
        repository = part.model
        yield from _named(part, ("host",), repository.host, draft.hosts)
        for host in repository.seen_from:
            yield from _named(part, ("seen_from", host), host, draft.hosts)
        if engine_kinds()[repository.engine].needs_password and repository.password is None:
            yield part.problem(("password",), say(N_("where its password is kept")), NOTHING)
        place = os.path.realpath(repository.location)
        if repository.location.startswith("/") and place in seen:
            expected = say(N_("a place of its own"))
            found = say(N_("the place of {repository}"), repository=seen[place])
            yield part.problem(("location",), expected, found)
        seen.setdefault(place, name)


def _job(draft: Draft, job: Part[Job]) -> Iterator[Problem]:
    model = job.model
    yield from _named(job, ("system",), model.system, draft.systems)
    yield from _named(job, ("source", "host"), model.source.host, draft.hosts)
    yield from _named(job, ("repository",), model.repository, draft.repositories)
    yield from _named(job, ("runbook",), model.runbook, draft.runbooks)
    if model.skip is not None:
        yield from _named(job, ("skip", "by"), model.skip.by, draft.people)
    yield from _times(job)
    yield from read_back_problems(job)
    yield from _sample(job)
    yield from check_problems(job)
    repository = draft.repositories.parts.get(model.repository)
    if repository is not None:
        yield from _engine_keys(draft, job, repository.model)


def service_problems(draft: Draft) -> Iterator[Problem]:
    """Check what the service is to do by itself."""
    if draft.settings is None:
        return
    written = draft.settings.model.service
    if written.sabotage is not None and not _is_timetable(written.sabotage):
        place = ("service", "sabotage")
        yield draft.settings.problem(place, _TIMETABLE, value_shown(place, written.sabotage))
    name = written.heartbeat
    outlet = None if name is None else draft.outlets.parts.get(name)
    if name is not None and (outlet is None or outlet.model.kind != "heartbeat"):
        place = ("service", "heartbeat")
        expected = say(N_("a channel of kind heartbeat in config/channels.yaml"))
        yield draft.settings.problem(place, expected, value_shown(place, name))


def _times(job: Part[Job]) -> Iterator[Problem]:
    written = job.model.schedule
    if written.zone is not None:
        yield from _zone(job, written.zone, ("schedule", "zone"))
    times = {"backup": written.backup, "drill": written.drill, "full_drill": written.full_drill}
    times["read_back"] = written.read_back
    for key, text in times.items():
        if text is not None and not _is_timetable(text):
            place = ("schedule", key)
            yield job.problem(place, _TIMETABLE, value_shown(place, text))


def _is_timetable(text: str) -> bool:
    try:
        timetable_from_text(text, "UTC")
    except ValueError:
        return False
    return True


def _zone(part: Part[BaseModel], zone: str, place: Place) -> Iterator[Problem]:
    try:
        ZoneInfo(zone)
    except (OSError, ValueError, KeyError):
        meant = nearest(zone, available_timezones())
        expected: Message = say(N_("an IANA zone such as Europe/Madrid"))
        if meant is not None:
            expected = say(N_("an IANA zone, perhaps {meant}"), meant=meant)
        yield part.problem(place, expected, value_shown(place, zone))


def _sample(job: Part[Job]) -> Iterator[Problem]:
    source = job.model.source
    if source_kinds()[source.kind].capture is not None:
        return
    roots = [os.fsdecode(root) for root in source_kinds()[source.kind].extent(source).roots]
    for key, paths in (
        ("always", job.model.sample.always),
        ("canaries", job.model.sample.canaries),
    ):
        for index, path in enumerate(paths):
            if not any(path == root or path.startswith(root.rstrip("/") + "/") for root in roots):
                place = ("sample", key, index)
                expected = say(N_("a path inside the source's paths"))
                yield job.problem(place, expected, value_shown(place, path))


def _engine_keys(draft: Draft, job: Part[Job], repository: Repository) -> Iterator[Problem]:
    model = engine_kinds()[repository.engine].options
    written = job.model.options
    merged = {**repository.options, **written}
    _, problems = read_model(model, merged, job.document, ("options",), draft.root)
    yield from problems
    excludes = source_kinds()[job.model.source.kind].extent(job.model.source).excludes
    for index, pattern in enumerate(excludes):
        try:
            excludes_from_patterns(repository.engine, (pattern,))
        except ConfigurationError:
            place = ("source", "exclude", index)
            expected = say(N_("a pattern that {engine} understands"), engine=repository.engine)
            yield job.problem(place, expected, value_shown(place, pattern))


def _shared_repositories(draft: Draft, broken: Set[str]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    # Broken jobs come last, so that they never take a repository from one that works.
    for name in sorted(draft.jobs.parts, key=lambda name: (name in broken, name)):
        job = draft.jobs.parts[name]
        repository = draft.repositories.parts.get(job.model.repository)
        if repository is None or not engine_kinds()[repository.model.engine].one_job:
            continue
        if job.model.repository in first:
            expected = say(N_("a repository that no other job writes to"))
            found = say(N_("the repository of the job {job}"), job=first[job.model.repository])
            yield job.problem(("repository",), expected, found)
        first.setdefault(job.model.repository, name)
