"""Do the names in a runbook lead to people, systems, jobs and hosts of the workspace?"""

from __future__ import annotations

from collections.abc import Iterator, Set

from pydantic import BaseModel

from continuity.config.draft import Book, Draft, Part, Section
from continuity.config.problem import NOTHING, Place, Problem, nearest, value_shown
from continuity.config.responding import CALENDARS
from continuity.config.runbook_circles import circle_problems, depth_problems
from continuity.config.runbook_inside import inside_problems
from continuity.domain.ladder import Recipient, Whom
from continuity.domain.probe import Probe
from continuity.domain.runbook import Runbook
from continuity.domain.step_kinds import (
    CommandStep,
    NotifyStep,
    RestoreStep,
    RunbookStep,
    Step,
    VerifyStep,
)
from continuity.domain.text import N_, say

Wish = tuple[Place, str, Section[BaseModel]]


def runbook_problems(draft: Draft) -> Iterator[Problem]:
    """Check everything that runbooks say: of themselves, and of the workspace."""
    for book in draft.books.values():
        yield from _front(draft, book.front)
        yield from inside_problems(book)
        yield from circle_problems(book)
        for part in book.steps:
            yield from _found(part, _wishes(draft, part.model))
            yield from _origin(draft, part)
            yield from _audience(draft, book, part)
    yield from depth_problems(draft.books)


def _front(draft: Draft, front: Part[Runbook]) -> Iterator[Problem]:
    model, scope = front.model, front.model.scope
    yield from _found(front, _people(draft, model))
    named: list[tuple[Place, tuple[str, ...], Section[BaseModel]]] = [
        (("scope", "systems"), scope.systems, draft.systems),
        (("scope", "jobs"), scope.jobs, draft.jobs),
        (("scope", "repositories"), scope.repositories, draft.repositories),
        (("scope", "hosts"), scope.hosts, draft.hosts),
    ]
    for place, names, section in named:
        wishes = (((*place, index), name, section) for index, name in enumerate(names))
        yield from _found(front, wishes)
    for system in model.targets:
        yield from _found(front, [(("targets", system), system, draft.systems)])
    for index, one in enumerate(model.order):
        yield from _found(front, [(("order", index, "system"), one.system, draft.systems)])
    if model.tickets.outlet is not None:
        yield from _found(front, [(("tickets", "outlet"), model.tickets.outlet, draft.outlets)])
    yield from _times(draft, front)
    yield from _sides(draft, front)


def _people(draft: Draft, model: Runbook) -> Iterator[Wish]:
    people = draft.people
    yield ("owner",), model.owner, people
    if model.deputy is not None:
        yield ("deputy",), model.deputy, people
    for name, role in model.roles.items():
        yield ("roles", name, "primary"), role.primary, people
        for index, deputy in enumerate(role.deputies):
            yield ("roles", name, "deputies", index), deputy, people
    for index, copy in enumerate(model.offline):
        if copy.holder is not None:
            yield ("offline", index, "holder"), copy.holder, people


def _sides(draft: Draft, front: Part[Runbook]) -> Iterator[Problem]:
    """Whoever has a role of one side is of that side."""
    for name, role in front.model.roles.items():
        person = draft.people.parts.get(role.primary)
        if person is not None and person.model.side != role.side:
            place = ("roles", name, "side")
            expected = say(
                N_("the side of {person}, {side}"), person=role.primary, side=person.model.side
            )
            yield front.problem(place, expected, value_shown(place, role.side))


def _times(draft: Draft, front: Part[Runbook]) -> Iterator[Problem]:
    file = draft.responding
    if not file.known:
        return
    written = None if file.part is None else file.part.model
    calendars = CALENDARS | (set() if written is None else written.calendars.keys())
    duties = set() if written is None else set(written.duties)
    for name, role in front.model.roles.items():
        yield from _named(front, ("roles", name, "hours"), role.hours, file.where, calendars)
    yield from _named(front, ("drill", "hours"), front.model.drill.hours, file.where, calendars)
    for index, duty in enumerate(front.model.timers.duties):
        yield from _named(front, ("timers", "duties", index), duty, file.where, duties)


def _wishes(draft: Draft, step: Step) -> Iterator[Wish]:
    """Give the names in a step that the workspace must have."""
    match step:
        case RestoreStep():
            yield ("job",), step.job, draft.jobs
        case RunbookStep():
            yield ("runbook",), step.runbook, draft.runbooks
        case CommandStep() if step.host is not None:
            yield ("host",), step.host, draft.hosts
        case NotifyStep():
            for index, channel in enumerate(step.channels):
                yield ("channels", index), channel, draft.outlets
        case VerifyStep():
            yield from _asked(draft, step.probe)
        case _:
            return


def _origin(draft: Draft, part: Part[Step]) -> Iterator[Problem]:
    """A restore comes from where its job is kept, or from a copy of that."""
    step = part.model
    job = draft.jobs.parts.get(step.job) if isinstance(step, RestoreStep) else None
    if not isinstance(step, RestoreStep) or step.repository is None or job is None:
        return
    original = job.model.repository
    kept = draft.repositories.parts.items()
    names = [original, *(name for name, one in kept if one.model.copy_of == original)]
    if draft.repositories.known and step.repository not in names:
        expected = say(N_("one of {names}"), names=", ".join(names))
        yield part.problem(("repository",), expected, value_shown((), step.repository))


def _asked(draft: Draft, probe: Probe) -> Iterator[Wish]:
    if probe.sql is not None:
        yield ("probe", "sql", "job"), probe.sql.job, draft.jobs
    if probe.command is not None and probe.command.host is not None:
        yield ("probe", "command", "host"), probe.command.host, draft.hosts


def _audience(draft: Draft, book: Book, part: Part[Step]) -> Iterator[Problem]:
    if not isinstance(part.model, NotifyStep) or not draft.people.known:
        return
    people = draft.people.parts.values()
    roles = {held.role for person in people for held in person.model.roles}
    known: dict[Whom, Set[str]] = {
        Whom.PERSON: draft.people.written,
        Whom.ROLE: roles | book.front.model.roles.keys(),
    }
    for index, recipient in enumerate(part.model.audience):
        yield from _recipient(part, ("audience", index), recipient, known.get(recipient.whom))


def _recipient(
    part: Part[Step], place: Place, recipient: Recipient, known: Set[str] | None
) -> Iterator[Problem]:
    if known is None or recipient.name in known:
        return
    meant = nearest(recipient.name, known)
    expected = say(N_("a role or a person that there is"))
    if meant is not None:
        expected = say(N_("a known name, perhaps {meant}"), meant=meant)
    yield part.problem(place, expected, value_shown((), recipient.name))


def _found(part: Part[BaseModel], wishes: Iterator[Wish] | list[Wish]) -> Iterator[Problem]:
    for place, name, section in wishes:
        if section.known:
            yield from _named(part, place, name, section.where, section.written)


def _named(
    part: Part[BaseModel], place: Place, name: str, where: str, known: Set[str]
) -> Iterator[Problem]:
    if name in known:
        return
    meant = nearest(name, known)
    expected = say(N_("a name from {where}"), where=where)
    if meant is not None:
        expected = say(N_("a name from {where}, perhaps {meant}"), where=where, meant=meant)
    yield part.problem(place, expected, value_shown(place, name) if name else NOTHING)
