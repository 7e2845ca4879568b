"""Whom to call: everybody with phone and role, what each answers for, contracts."""

from __future__ import annotations

from collections.abc import Iterator

from continuity.domain.system import Person
from continuity.domain.text import N_
from continuity.offline.grounds import Grounds, order_of
from continuity.reports.booklet import Blank, Chapter, Leaf
from continuity.reports.page import Paragraph, table
from continuity.reports.runbook_chapters import person_shown
from continuity.reports.words import CRITICALITIES

_LOG_ROWS = 21
_SPARE_ROWS = 4


def contact_sheet(grounds: Grounds) -> Chapter:
    """List people, then systems with who answers for them, then what has a phone of its own."""
    text = grounds.voice.text
    people = grounds.workspace.people
    heading = (text(N_("Person")), text(N_("Phone")), text(N_("Role")), text(N_("Mail")))
    internal = [one for one in people.values() if one.side == "internal"]
    provider = [one for one in people.values() if one.side != "internal"]
    leaves: list[Leaf] = [
        table("internal", text(N_("The firm itself")), heading, map(_row, internal)),
        table("provider", text(N_("Providers")), heading, map(_row, provider)),
        table(
            "systems", text(N_("Who answers for what")), _owners_heading(grounds), _owners(grounds)
        ),
    ]
    contracts = tuple(_contracts(grounds))
    if contracts:
        names = (text(N_("What")), text(N_("Where")), text(N_("Phone")))
        leaves.append(table("contracts", text(N_("Contracts and keys")), names, contracts))
    spare = (text(N_("Also to be called")), text(N_("Phone")))
    leaves.append(Blank(spare, _SPARE_ROWS))
    return Chapter(anchor="contacts", title=text(N_("Whom to call")), leaves=tuple(leaves))


def _row(person: Person) -> tuple[str, str, str, str]:
    roles = ", ".join(one.role for one in person.roles)
    return (person.name, person.phone or "-", roles, person.email or "-")


def _owners_heading(grounds: Grounds) -> tuple[str, ...]:
    text = grounds.voice.text
    return (text(N_("System")), text(N_("Owner")), text(N_("Deputy")))


def _owners(grounds: Grounds) -> Iterator[tuple[str, str, str]]:
    people = grounds.workspace.people
    for name in order_of(grounds):
        system = grounds.workspace.systems[name]
        deputy = "-"
        if system.deputy is not None:
            deputy = person_shown(people.get(system.deputy), system.deputy)
        yield system.title, person_shown(people.get(system.owner), system.owner), deputy


def _contracts(grounds: Grounds) -> Iterator[tuple[str, str, str]]:
    seen: set[tuple[str, str]] = set()
    for front in grounds.workspace.runbooks.values():
        for one in front.prerequisites:
            if (one.what, one.where) not in seen:
                seen.add((one.what, one.where))
                yield _bare(one.what), _bare(one.where), one.phone or "-"


def _bare(text: str) -> str:
    """Take the marks of Markdown out of what stands in a table."""
    return text.replace("**", "").replace("`", "")


def systems_chapter(grounds: Grounds) -> Chapter:
    """Tell what comes back first, what it needs, and how the business goes on meanwhile."""
    text = grounds.voice.text
    heading = (
        text(N_("Order")),
        text(N_("System")),
        text(N_("Needs before")),
        text(N_("Back within")),
        text(N_("May lose")),
        text(N_("Meanwhile")),
        text(N_("Runbook")),
    )
    rows = (_system(grounds, at, name) for at, name in enumerate(order_of(grounds), start=1))
    return Chapter(
        anchor="order",
        title=text(N_("What comes back first")),
        leaves=(
            Paragraph(text(N_("One after the other, from the first. Each needs those before it."))),
            table("order", text(N_("Systems in the order of the business")), heading, rows),
        ),
    )


def _system(grounds: Grounds, at: int, name: str) -> tuple[str, ...]:
    system, voice = grounds.workspace.systems[name], grounds.voice
    none = N_("no target")
    title = f"{system.title} ({voice.text(CRITICALITIES[system.criticality.value])})"
    return (
        str(at),
        title,
        ", ".join(system.depends_on) or "-",
        voice.span(system.rto, none),
        voice.span(system.rpo, none),
        system.manual_alternative or "-",
        system.runbook or "-",
    )


def paper_log(grounds: Grounds) -> Chapter:
    """Give lines to write on when there is nothing but paper."""
    text = grounds.voice.text
    heading = (
        text(N_("Step")),
        text(N_("Person")),
        text(N_("Clock time")),
        text(N_("Result")),
        text(N_("Initials")),
    )
    explained = N_(
        "Write every step, decision and call at once, with its time. Afterwards it is typed in,"
        " with both times."
    )
    return Chapter(
        anchor="log",
        title=text(N_("Paper log")),
        leaves=(Paragraph(text(explained)), Blank(heading, _LOG_ROWS, wide=3)),
        card=True,
    )
