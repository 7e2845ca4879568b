"""How a run stands, on a screen: every step, what is next, and what it has cost so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from continuity.cli.columns import NARROW, plain, wrapped
from continuity.cli.conduct_points import plain_points, point_lines
from continuity.cli.conduct_words import PHASES, drill_mark, run_text, step_text
from continuity.cli.decision_screen import Choice, choice_lines
from continuity.cli.information_screen import Shown, pack_lines, short_lines
from continuity.cli.language import _
from continuity.cli.wording import duration
from continuity.domain.conduct import Conduct
from continuity.domain.conduct_frontier import Stand, exceptions
from continuity.domain.conduct_information import choices, decision_at, items_at
from continuity.domain.conduct_next import Action, Doing, command_of, next_actions
from continuity.domain.conduct_plain import plain_from_conduct
from continuity.domain.conduct_times import Phases
from continuity.domain.information_pack import InformationPack
from continuity.domain.information_plain import plain_from_pack
from continuity.domain.plain_fields import plain_from_fields
from continuity.domain.restore_choice import Candidate
from continuity.domain.step_kinds import Step
from continuity.domain.system import Person


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A run with what it is shown with; ``lost`` is the real loss of data, None if not known.

    ``pack`` is what is known of its systems, all of it where somebody has to choose or ``whole``.
    ``points`` are those that each restore that is next could bring back, ``reasons`` what was said
    of steps that failed or were handed to people.
    """

    stand: Stand
    points: Mapping[str, Sequence[Candidate]]
    spent: Phases
    lost: timedelta | None
    now: datetime
    zone: tzinfo
    columns: int = NARROW
    people: Mapping[str, Person] = field(default_factory=dict)
    pack: InformationPack | None = None
    whole: bool = False
    reasons: Mapping[str, str] = field(default_factory=dict)


def lines(view: View) -> Iterator[str]:
    """Write a run down."""
    conduct = view.stand.conduct
    yield heading(conduct)
    yield "    " + _("Led by: {name}").format(name=plain(conduct.commander))
    yield from _known(view)
    for name in _all(view.stand):
        yield _step(view, name)
        if name in view.reasons:
            yield from wrapped(plain(" ".join(view.reasons[name].split())), "      ", view.columns)
    yield from _next(view)
    yield from _times(view)


def _known(view: View) -> Iterator[str]:
    if view.pack is None:
        return
    shown = Shown(pack=view.pack, zone=view.zone, columns=view.columns, items=items_at(view.stand))
    yield from pack_lines(shown) if view.whole or choices(view.stand) else short_lines(shown)


def heading(conduct: Conduct) -> str:
    """Write the line that says which run it is and how it stands."""
    mark = drill_mark() if conduct.drill else ""
    return f"{mark}{conduct.run}  {run_text(conduct.state)}"


def _all(stand: Stand) -> list[str]:
    in_order = [step.id for step in stand.document.steps]
    extra = [one.step for one in stand.conduct.inserted]
    return [*in_order, *extra]


def _step(view: View, name: str) -> str:
    one = view.stand.conduct.of(name)
    passage = view.stand.document.passage(name)
    inserted = (extra.text for extra in view.stand.conduct.inserted if extra.step == name)
    title = plain(next(inserted, "") if passage is None else passage.title)
    at = "" if one.ended_at is None else f"{one.ended_at.astimezone(view.zone):%H:%M}"
    holder = f"  ({plain(one.holder)})" if one.holder else ""
    return f"  {step_text(one.state):<14} {at:<5}  {name}  {title}{holder}"


def _next(view: View) -> Iterator[str]:
    for action in next_actions(view.stand, view.now):
        people = ", ".join(map(plain, action.people))
        command = command_of(action, view.stand.conduct.run)
        if action.doing is Doing.WORK:
            command += _wanted(view.stand.step(action.step))
        yield _("Next: {command}").format(command=command)
        if action.until is not None:  # on a line of its own: the command is copied as it stands
            at = f"{action.until.astimezone(view.zone):%H:%M}"
            yield "    " + _("until {time}").format(time=at)
        if people:
            yield from wrapped(_("by: {people}").format(people=people), "    ", view.columns)
        yield from _choice(view, action)
    for known in view.points.values():
        yield from point_lines(known, view.now, view.zone)


def _wanted(step: Step | None) -> str:
    """Name what must be given with a step for it to be done."""
    if step is None:
        return ""
    kept = [f" --{_OPTIONS.get(kind.value, kind.value)} …" for kind in step.evidence.required]
    asked = (one for one in step.outputs if one.source == "asked")
    values = [f" --output {one.name}={_VALUES[one.type]}" for one in asked]
    return "".join([*kept, *values])


_OPTIONS = {"output": "printed"}
_VALUES = {"boolean": "yes|no", "number": "N", "text": "…"}


def _choice(view: View, action: Action) -> Iterator[str]:
    decision = decision_at(view.stand, action.step) if action.doing is Doing.DECIDE else None
    if decision is not None:
        choice = Choice(
            decision=decision,
            book=view.stand.document,
            people=view.people,
            columns=view.columns,
            indent="    ",
        )
        yield from choice_lines(choice)


def _times(view: View) -> Iterator[str]:
    spent = view.spent
    parts = [
        f"{_(PHASES[name])} {duration(span.total_seconds())}"
        for name, span in spent.parts.items()
        if span
    ]
    total = duration(spent.total.total_seconds())
    text = _("Recovery time: {total} ({parts}).").format(total=total, parts=", ".join(parts) or "-")
    yield from wrapped(text, "", view.columns)
    if view.lost is not None:
        yield _("Data lost: {span}.").format(span=duration(view.lost.total_seconds()))


def plain_view(view: View) -> dict[str, object]:
    """Reduce a run to what JSON can hold."""
    spent = view.spent
    return {
        **plain_from_conduct(view.stand.conduct),
        "next": [_plain_action(one) for one in next_actions(view.stand, view.now)],
        "exceptions": list(exceptions(view.stand)) if view.stand.conduct.over else [],
        "rto": {
            "total": round(spent.total.total_seconds()),
            **{name: round(span.total_seconds()) for name, span in spent.parts.items()},
        },
        "reasons": dict(view.reasons),
        "points": {step: plain_points(known) for step, known in view.points.items()},
        "rpo": None if view.lost is None else round(view.lost.total_seconds()),
        "information": None if view.pack is None else plain_from_pack(view.pack),
    }


def _plain_action(action: Action) -> dict[str, object]:
    return plain_from_fields(action)
