"""How things stood when the copy was made: points, their age, times measured, open incidents."""

from __future__ import annotations

from collections.abc import Iterator

from continuity.domain.assessment import SystemAssessment
from continuity.domain.light import Light
from continuity.domain.text import N_
from continuity.domain.verdict import Verdict
from continuity.offline.grounds import Grounds, order_of
from continuity.offline.points import stands_of
from continuity.reports.booklet import Chapter, Leaf
from continuity.reports.page import Cell, Paragraph, table

_NOTHING = N_("nothing")
# The whole is in the script; nobody copies it from here.
_SHORT = 16


def state_chapter(grounds: Grounds) -> Chapter:
    """Write what is known of every system and of every point, with the moment it was known."""
    text, voice = grounds.voice.text, grounds.voice
    leaves: list[Leaf] = [
        Paragraph(
            text(
                N_("As known at {moment}. What was backed up since is not in here."),
                moment=voice.moment(grounds.made_at),
            ),
            strong=True,
        ),
        table("state", text(N_("Systems")), _heading(grounds), _rows(grounds)),
        table(
            "points",
            text(N_("Where each thing can be had back from")),
            (
                text(N_("Job")),
                text(N_("Repository")),
                text(N_("Site")),
                text(N_("Point of")),
                text(N_("Proven")),
                text(N_("Id there")),
            ),
            _points(grounds),
        ),
        table(
            "incidents",
            text(N_("Open incidents")),
            (
                text(N_("Number")),
                text(N_("Severity")),
                text(N_("System")),
                text(N_("Since")),
            ),
            _incidents(grounds),
        ),
    ]
    return Chapter(anchor="state", title=text(N_("How things stood")), leaves=tuple(leaves))


def _heading(grounds: Grounds) -> tuple[str, ...]:
    text = grounds.voice.text
    return (
        text(N_("System")),
        text(N_("Verdict")),
        text(N_("Would be lost, proven points")),
        text(N_("Loss allowed")),
        text(N_("Back after, as far as known")),
        text(N_("Time allowed")),
    )


def _rows(grounds: Grounds) -> Iterator[tuple[str | Cell, ...]]:
    known = {one.plan.name: one for one in grounds.assessment.systems}
    for name in order_of(grounds):
        if name in known:
            yield _row(grounds, known[name])


_LIGHTS = {Verdict.PASS: Light.GREEN, Verdict.FAIL: Light.RED, Verdict.OVERDUE: Light.AMBER}


def _row(grounds: Grounds, system: SystemAssessment) -> tuple[str | Cell, ...]:
    voice, no_target = grounds.voice, N_("no target")
    return (
        system.plan.title,
        Cell(system.verdict.value, _LIGHTS.get(system.verdict, Light.UNKNOWN)),
        voice.span(system.rpo.proven_now, N_("everything: no point is proven")),
        voice.span(system.plan.rpo, no_target),
        voice.span(system.rto.total.high, N_("not known")),
        voice.span(system.plan.rto, no_target),
    )


def _points(grounds: Grounds) -> Iterator[tuple[str, ...]]:
    voice = grounds.voice
    for stand in stands_of(grounds):
        repository = grounds.workspace.repositories[stand.repository]
        yield (
            stand.job,
            stand.repository,
            repository.site or "-",
            voice.moment(stand.point.data_time) if stand.point else voice.text(_NOTHING),
            voice.text(N_("yes") if stand.proven else N_("no")),
            stand.there[:_SHORT] or "-",
        )


def _incidents(grounds: Grounds) -> Iterator[tuple[str, ...]]:
    with grounds.bench.store.reading() as reading:
        for one in reading.incidents.open():
            since = grounds.voice.moment(one.first_seen)
            yield f"#{one.number}", one.severity.value, one.system or "-", since
