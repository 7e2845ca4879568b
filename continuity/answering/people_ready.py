"""Whether the people of a runbook are there, known to be reached, and have somebody behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from continuity.config.basis import people_of
from continuity.config.workspace import Workspace
from continuity.domain.readiness import Check, Finding
from continuity.domain.runbook import Role, Runbook, RunbookStatus, review_due
from continuity.domain.runbook_document import RunbookDocument
from continuity.domain.system import Person
from continuity.domain.text import N_, say

PHONE_HOLDS = timedelta(days=180)
DEPUTIES = 2


def people_findings(
    workspace: Workspace, book: RunbookDocument, now: datetime
) -> Iterator[Finding]:
    """Look at who has which part in it, and when somebody last called them."""
    today = now.astimezone(ZoneInfo(workspace.settings.zone)).date()
    yield _in_use(book.front)
    yield _reachable(workspace, book.front, today)
    yield _deputies(workspace, book.front)
    yield _phones(workspace, book, today)
    yield _review(book.front, today)


def _in_use(front: Runbook) -> Finding:
    good = front.status is RunbookStatus.ACTIVE
    what = say(N_("It is in use.")) if good else say(N_("It is not in use."))
    remedy = None if good else say(N_("Write “status: active” at its top when it may be followed."))
    return Finding(check=Check.IN_USE, good=good, what=what, remedy=remedy)


def _reachable(workspace: Workspace, front: Runbook, today: date) -> Finding:
    def reached(role: Role) -> bool:
        people = (workspace.people.get(name) for name in (role.primary, *role.deputies))
        return any(one is not None and _is_reached(one, role, today) for one in people)

    alone = _roles(front, lambda role: not reached(role))
    if alone or not front.roles:
        what = say(N_("Nobody can be reached today for: {roles}."), roles=alone or "-")
        remedy = say(N_("Name somebody who is there, with a telephone number or an address."))
        return Finding(check=Check.PEOPLE, good=False, what=what, remedy=remedy)
    what = say(N_("Somebody can be reached in every part."))
    return Finding(check=Check.PEOPLE, good=True, what=what)


def _is_reached(person: Person, role: Role, today: date) -> bool:
    ways = {"phone": person.phone, "email": person.email}
    away = any(one.first <= today <= one.last for one in person.away)
    return not away and any(ways.get(way) for way in role.reach)


def _deputies(workspace: Workspace, front: Runbook) -> Finding:
    def too_few(role: Role) -> bool:
        return sum(name in workspace.people for name in role.deputies) < DEPUTIES

    alone = _roles(front, too_few)
    if alone:
        what = say(N_("Fewer than {count} deputies: {roles}."), count=DEPUTIES, roles=alone)
        remedy = say(N_("Name deputies in the order in which they are asked."))
        return Finding(check=Check.DEPUTIES, good=False, what=what, remedy=remedy)
    what = say(N_("Every part has at least {count} deputies."), count=DEPUTIES)
    return Finding(check=Check.DEPUTIES, good=True, what=what)


def _roles(front: Runbook, wanted: Callable[[Role], bool]) -> str:
    return ", ".join(name for name, role in front.roles.items() if wanted(role))


def _phones(workspace: Workspace, book: RunbookDocument, today: date) -> Finding:
    stale = [name for name in people_of(book) if not _is_confirmed(workspace, name, today)]
    days = PHONE_HOLDS.days
    if stale:
        what = say(
            N_("No call was answered within {days} days by: {people}."),
            days=days,
            people=", ".join(stale),
        )
        remedy = say(N_("Call them, and write the day as phone_confirmed_on in people.yaml."))
        return Finding(check=Check.PHONES, good=False, what=what, remedy=remedy)
    what = say(N_("Every telephone was answered within {days} days."), days=days)
    return Finding(check=Check.PHONES, good=True, what=what)


def _is_confirmed(workspace: Workspace, name: str, today: date) -> bool:
    person = workspace.people.get(name)
    if person is None or person.phone is None or person.phone_confirmed_on is None:
        return False
    return timedelta() <= today - person.phone_confirmed_on <= PHONE_HOLDS


def _review(front: Runbook, today: date) -> Finding:
    due = review_due(front)
    if due is None:
        what = say(N_("Nobody agreed by when it is read through again."))
        remedy = say(N_("Write reviewed_on and review_every at its top."))
        return Finding(check=Check.REVIEW, good=None, what=what, remedy=remedy)
    what = say(N_("It is read through again by {day}."), day=due.isoformat())
    if due >= today:
        return Finding(check=Check.REVIEW, good=True, what=what)
    remedy = say(N_("Read it aloud with those who are named in it."))
    return Finding(check=Check.REVIEW, good=False, what=what, remedy=remedy)
