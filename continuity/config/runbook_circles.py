"""Does every way through a runbook end, or pass by a person who can end it?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from continuity.config.draft import Book, Part
from continuity.config.problem import Problem
from continuity.domain.runbook_document import RunbookDocument, members_of_groups, undoing_steps
from continuity.domain.step import goto_of, undo_step
from continuity.domain.step_kinds import (
    ApprovalStep,
    DecisionStep,
    GroupStep,
    ManualStep,
    RunbookStep,
    Step,
)
from continuity.domain.text import N_, Message, say

Ways = Mapping[str, tuple[str, ...]]


def circle_problems(book: Book) -> Iterator[Problem]:
    """Find steps that wait for themselves, undo one another, or go round without a person."""
    if not book.whole:
        return
    parts = {part.model.id: part for part in book.steps}
    needs = {name: part.model.needs for name, part in parts.items()}
    yield from _circle(parts, "needs", needs, say(N_("steps that do not wait for themselves")))
    undo = {name: _one(undo_step(part.model)) for name, part in parts.items()}
    yield from _circle(parts, "undo", undo, say(N_("steps that do not undo one another")))
    expected = say(N_("a way back that passes a person: a manual step, a decision, an approval"))
    yield from _circle(parts, "on_failure", _ways(book.document), expected)
    yield from _misplaced(book, parts)
    yield from _too_early(book)


def depth_problems(books: Mapping[str, Book]) -> Iterator[Problem]:
    """Find runbooks that lead to a runbook which leads to another."""
    leading = {
        name
        for name, book in books.items()
        if any(isinstance(part.model, RunbookStep) for part in book.steps)
    }
    for name, book in books.items():
        for part in book.steps:
            target = part.model.runbook if isinstance(part.model, RunbookStep) else None
            if target == name or target in leading:
                expected = say(N_("a runbook that leads to no other: one level is enough"))
                found = say("{value}", value=str(target))
                yield part.problem(("runbook",), expected, found)


def _ways(document: RunbookDocument) -> Ways:
    """Give, for each step that needs nobody, the steps to which it may lead by itself."""
    alone = {step.id for step in document.steps if not _has_person(document, step)}
    sequence = document.sequence
    following = {step.id: after.id for step, after in pairwise(sequence)}
    found: dict[str, tuple[str, ...]] = {}
    for step in document.steps:
        gotos = (goto_of(step.on_failure), goto_of(step.on_timeout), following.get(step.id))
        if step.id in alone:
            found[step.id] = tuple(name for name in gotos if name in alone)
    return found


def _has_person(document: RunbookDocument, step: Step) -> bool:
    if isinstance(step, GroupStep):
        members = (document.step(name) for name in step.steps)
        return any(member and _has_person(document, member) for member in members)
    return isinstance(step, ManualStep | DecisionStep | ApprovalStep)


def _misplaced(book: Book, parts: Mapping[str, Part[Step]]) -> Iterator[Problem]:
    """Find ways that lead to a step which is not in the sequence."""
    apart = members_of_groups(book.document.steps) | undoing_steps(book.document.steps)
    expected = say(N_("a step of the sequence: not one of a group, nor one that only undoes"))
    for part in parts.values():
        for key, way in (
            ("on_failure", part.model.on_failure),
            ("on_timeout", part.model.on_timeout),
        ):
            if goto_of(way) in apart:
                yield part.problem((key,), expected, say("{value}", value=way))
    for index, decision in enumerate(book.front.model.decisions):
        for number, option in enumerate(decision.options):
            if option.goto in apart:
                place = ("decisions", index, "options", number, "goto")
                yield book.front.problem(place, expected, say("{value}", value=str(option.goto)))


def _too_early(book: Book) -> Iterator[Problem]:
    """Find steps that wait for one which comes later, or never by itself."""
    turns = {step.id: turn for turn, step in enumerate(book.document.sequence)}
    group = {
        member: step.id
        for step in book.document.steps
        if isinstance(step, GroupStep)
        for member in step.steps
    }
    for member, of in group.items():
        turns.setdefault(member, turns.get(of, -1))
    expected = say(N_("a step that comes before this one"))
    for part in book.steps:
        mine = part.model.id
        for index, name in enumerate(part.model.needs if mine in turns else ()):
            beside = name in group and group.get(mine) == group[name]
            late = name not in turns or (turns[name] >= turns[mine] and not beside)
            if late and name != mine and name in book.written:
                found = say("{value}", value=name)
                yield part.problem(("needs", index), expected, found)


def _one(name: str | None) -> tuple[str, ...]:
    return () if name is None else (name,)


def _circle(
    parts: Mapping[str, Part[Step]], key: str, ways: Ways, expected: Message
) -> Iterator[Problem]:
    graph = {name: {other for other in others if other in ways} for name, others in ways.items()}
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            circle = tuple(reversed(error.args[1][1:]))
        else:
            return
        start = circle.index(min(circle))
        circle = (*circle[start:], *circle[:start])
        found = say("{circle}", circle=" → ".join((*circle, circle[0])))
        yield parts[circle[0]].problem((key,), expected, found)
        for name in circle:
            graph[name] -= set(circle)
