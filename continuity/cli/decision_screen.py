"""A decision that was prepared beforehand, as somebody reads it who has to take it now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from continuity.cli.columns import plain, wrapped
from continuity.cli.language import _
from continuity.cli.paint import painted
from continuity.cli.runbook_words import span
from continuity.domain.decision import Decision, Option
from continuity.domain.runbook_document import RunbookDocument
from continuity.domain.step_kinds import DecisionStep, decision_of
from continuity.domain.system import Person


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """A decision in its runbook, the people of the workspace, and the columns there are."""

    decision: Decision
    book: RunbookDocument
    people: Mapping[str, Person]
    columns: int
    indent: str = "   "


def choice_lines(choice: Choice) -> Iterator[str]:
    """Write who decides by when, and every option with what follows from it."""
    for text in _terms(choice):
        yield from wrapped(text, choice.indent, choice.columns)
    for option in choice.decision.options:
        yield from wrapped(
            f"[ ] {option.id}: {plain(option.effect)}", choice.indent, choice.columns
        )
        for text in _of_option(choice, option):
            yield from wrapped(text, choice.indent + "    ", choice.columns)


def _terms(choice: Choice) -> Iterator[str]:
    decision = choice.decision
    yield plain(decision.question)
    for fact in decision.trigger:
        yield _("Called for by: {fact}").format(fact=plain(fact))
    yield _("Decides: {roles}").format(roles=_in_turn(choice, decision.decides))
    if decision.consult:
        yield _("Heard before: {roles}").format(roles=_in_turn(choice, decision.consult))
    if decision.inform:
        yield _("Told afterwards: {roles}").format(roles=_in_turn(choice, decision.inform))
    late = decision.if_unreachable
    if decision.decide_within is not None and late is not None:
        yield _("If nobody is reachable within {span}: {default}").format(
            span=span(decision.decide_within),
            default=": ".join(one for one in (late.decides, late.option) if one),
        )
    for one in decision.preauthorised:
        yield _("{roles} may without asking: {options}. {limits}").format(
            roles=", ".join(one.roles), options=", ".join(one.options), limits=plain(one.limits)
        )


def _in_turn(choice: Choice, roles: Iterable[str]) -> str:
    """Name the people of roles in the order in which they are asked."""
    return "; ".join(f"{name} ({_people(choice, name)})" for name in roles)


def _people(choice: Choice, role: str) -> str:
    part = choice.book.front.roles.get(role)
    asked = () if part is None else (part.primary, *part.deputies)
    known = (choice.people.get(person) for person in asked)
    names = (
        person if one is None else plain(one.name) for person, one in zip(asked, known, strict=True)
    )
    return ", ".join(names) or "-"


def _of_option(choice: Choice, option: Option) -> Iterator[str]:
    back = _("can be taken back")
    if not option.reversible:
        back = painted(_("CANNOT be taken back"), "red")
    cost = _("costs {cost}").format(cost=plain(option.cost)) if option.cost else ""
    second = _("a second person must permit it") if option.needs == "approval" else ""
    yield "; ".join(one for one in (back, cost, second) if one)
    if option.risk:
        yield _("What may go wrong with it: {risk}").format(risk=plain(option.risk))
    if option.risk_without:
        yield _("What may go wrong without it: {risk}").format(risk=plain(option.risk_without))
    yield _("Next: {step}").format(step=_next(choice, option))


def _next(choice: Choice, option: Option) -> str:
    """Name the step that an option leads to: its own, else the one after the decision."""
    name = option.goto or _following(choice)
    passage = None if name is None else choice.book.passage(name)
    if passage is None:
        return name or _("the end")
    return f"{name} ({plain(passage.title)})"


def _following(choice: Choice) -> str | None:
    steps = choice.book.sequence
    for place, step in enumerate(steps[:-1]):
        if isinstance(step, DecisionStep) and decision_of(step) == choice.decision.id:
            return steps[place + 1].id
    return None
