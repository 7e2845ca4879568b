"""What stands around the systems that are down: repositories, incidents, people, clocks."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import tzinfo

from continuity.cli.columns import plain, wrapped
from continuity.cli.incident_clocks import CLOCKS
from continuity.cli.language import _, sentence
from continuity.cli.paint import painted
from continuity.cli.runbook_words import word
from continuity.cli.wording import brief, moment
from continuity.domain.decision import InformationItem
from continuity.domain.incident_plain import local_number
from continuity.domain.information_pack import (
    ClockPart,
    ContractPart,
    IncidentPart,
    InformationPack,
    PersonPart,
)
from continuity.domain.segment import Clock

_MARGIN = "    "


def outside_lines(
    pack: InformationPack, items: Collection[InformationItem], zone: tzinfo, columns: int
) -> Iterator[str]:
    """Write a heading and the lines of each part; a part with nothing in it says so."""
    parts = {
        InformationItem.REPOSITORIES: (
            _("Repositories, asked just now:"),
            [f"{plain(one.name)} {reach_text(one.reachable)}" for one in pack.repositories],
        ),
        InformationItem.INCIDENTS: (
            _("Open incidents:"),
            [_incident(one, zone) for one in pack.incidents],
        ),
        InformationItem.ON_DUTY: (
            _("On duty now, in the order in which they are asked:"),
            [_person(one) for one in pack.people],
        ),
        InformationItem.CONTRACTS: (
            _("Contracts:"),
            [_contract(one) for one in pack.contracts],
        ),
        InformationItem.CLOCKS: (_("Clocks:"), [_clock(one, zone) for one in pack.clocks]),
    }
    for item, (heading, lines) in parts.items():
        if item in items:
            yield f"{heading} {_('none')}" if not lines else heading
            for line in lines:
                yield from wrapped(line, _MARGIN, columns)


def reach_text(reachable: bool | None) -> str:
    """Say whether a repository can be reached; what is not known is not reached."""
    if reachable is None:
        return painted(_("(not known)"), "yellow")
    return _("(reachable)") if reachable else painted(_("(NOT REACHABLE)"), "red")


def _incident(one: IncidentPart, zone: tzinfo) -> str:
    mark = _("[DRILL]") + " " if one.drill else ""
    since = _("since {moment}").format(moment=moment(one.since, zone))
    return f"{mark}{local_number(one.number)}  {one.severity}  {sentence(one.title)}, {since}"


def _person(one: PersonPart) -> str:
    side = f", {word(one.side)}" if one.side else ""
    phone = f"  {plain(one.phone)}" if one.phone else ""
    away = "" if one.present else "  " + _("(not there now)")
    return f"{plain(one.role)}: {plain(one.name)}{side}{phone}{away}"


def _contract(one: ContractPart) -> str:
    phone = f"  {plain(one.phone)}" if one.phone else ""
    return f"{plain(one.what)}: {plain(one.where)}{phone}"


def _clock(one: ClockPart, zone: tzinfo) -> str:
    name = _(CLOCKS[Clock(one.clock)])
    named = f"{name}: {plain(one.duty)}" if one.duty else name
    agreed = _("nothing") if one.target is None else brief(one.target)
    text = _("{clock}: {elapsed} (agreed {target})").format(
        clock=named, elapsed=brief(one.elapsed), target=agreed
    )
    if one.state == "breached":
        return painted(text + ", " + _("BREACHED"), "red")
    due = "" if one.due is None else ", " + _("due {moment}").format(moment=moment(one.due, zone))
    return text + due
