"""A runbook as somebody in a hurry reads it in a terminal, or as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from continuity.cli.columns import plain, wrapped
from continuity.cli.decision_screen import Choice, choice_lines
from continuity.cli.language import _
from continuity.cli.paint import painted
from continuity.cli.runbook_words import span, what_it_does, word
from continuity.domain.runbook import Role
from continuity.domain.runbook_document import Passage, RunbookDocument, undoing_steps
from continuity.domain.step import Risk, drill_way, undo_step
from continuity.domain.step_kinds import DecisionStep, Step, decision_of
from continuity.domain.system import Person

_MARKER = re.compile(r"\s*(?:[-*+>|#]|\d{1,9}[.)])(?:\s|$)|\|")
_COLOUR_OF_RISK = {Risk.READ: "cyan", Risk.REVERSIBLE: "yellow", Risk.DESTRUCTIVE: "red"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A runbook, who its people are, and the columns there are."""

    book: RunbookDocument
    people: Mapping[str, Person]
    columns: int


def lines_of(reading: Reading) -> Iterator[str]:
    """Write a whole runbook."""
    yield from _head(reading)
    yield from _roles(reading)
    yield from _prerequisites(reading)
    numbers = numbers_of(reading.book)
    for passage in reading.book.passages:
        yield ""
        if passage.step is None:
            yield painted(plain(passage.title), "cyan")
        else:
            yield from _step(reading, passage, passage.step, numbers[passage.step.id])
        yield from _prose(passage.prose, reading.columns)


def plain_of(book: RunbookDocument) -> dict[str, object]:
    """Reduce a runbook to plain values, with the defaults it did not write."""
    numbers = numbers_of(book)
    return {
        "id": book.front.id,
        "hash": book.hash,
        "front": book.front.model_dump(mode="json"),
        "sections": [
            {
                "anchor": one.anchor,
                "title": one.title,
                "line": one.line,
                "prose": one.prose,
                "number": None if one.step is None else numbers[one.step.id],
                "step": None if one.step is None else one.step.model_dump(mode="json"),
                "drill": None if one.step is None else drill_way(one.step).value,
            }
            for one in book.passages
        ],
    }


def numbers_of(book: RunbookDocument) -> Mapping[str, str]:
    """Number the steps as they are written; what only undoes has a letter of its own."""
    apart = undoing_steps(book.steps)
    usual = [step.id for step in book.steps if step.id not in apart]
    undoing = [step.id for step in book.steps if step.id in apart]
    return {name: str(number) for number, name in enumerate(usual, start=1)} | {
        name: f"U{number}" for number, name in enumerate(undoing, start=1)
    }


def _head(reading: Reading) -> Iterator[str]:
    front = reading.book.front
    yield painted(plain(front.title), "cyan")
    yield f"{front.id} · {word(front.kind)} · {word(front.status.value)} · {reading.book.hash[:12]}"
    for system, target in front.targets.items():
        times = {"RTO": target.rto, "RPO": target.rpo, "MTD": target.mtd}
        written = ", ".join(f"{name} {span(time)}" for name, time in times.items() if time)
        yield _("Target for {system}: {times}").format(system=system, times=written or "-")
    if front.order:
        order = " → ".join(one.system for one in front.order)
        yield _("Order: {systems}").format(systems=order)
    yield from _prose(reading.book.preamble, reading.columns)


def _roles(reading: Reading) -> Iterator[str]:
    roles = reading.book.front.roles
    if roles:
        yield ""
        yield painted(_("Who does what"), "cyan")
    for name, role in roles.items():
        people = ", ".join(_person(reading, person) for person in (role.primary, *role.deputies))
        yield from wrapped(f"{name}: {people}", "  ", reading.columns)


def _person(reading: Reading, name: str) -> str:
    person = reading.people.get(name)
    if person is None:
        return name
    phone = f" {plain(person.phone)}" if person.phone else ""
    return f"{plain(person.name)}{phone}"


def _prerequisites(reading: Reading) -> Iterator[str]:
    needed = reading.book.front.prerequisites
    if needed:
        yield ""
        yield painted(_("What it takes"), "cyan")
    for one in needed:
        phone = f" ({plain(one.phone)})" if one.phone else ""
        text = f"{word(one.kind)}: {plain(one.what)}: {plain(one.where)}{phone}"
        yield from wrapped(text, "  ", reading.columns)


def _step(reading: Reading, passage: Passage, step: Step, number: str) -> Iterator[str]:
    yield painted(f"{number}. {plain(passage.title)}", _COLOUR_OF_RISK[step.risk])
    role = reading.book.front.roles.get(step.owner)
    facts = [step.id, word(step.type), _owner(reading, step.owner, role), word(step.side.value)]
    facts += [span(step.timebox)] if step.timebox else []
    facts += [word(step.risk.value)]
    yield from wrapped(" · ".join(facts), "   ", reading.columns)
    for line in (*_conditions(step), *what_it_does(step)):
        yield from wrapped(line, "   ", reading.columns)
    yield from _choice(reading, step)
    for line in _afterwards(step):
        yield from wrapped(line, "   ", reading.columns)


def _owner(reading: Reading, name: str, role: Role | None) -> str:
    return name if role is None else f"{name} ({_person(reading, role.primary)})"


def _conditions(step: Step) -> Iterator[str]:
    if step.when is not None:
        yield _("Only if: {condition}").format(condition=plain(step.when))
    if step.needs:
        yield _("After: {steps}").format(steps=", ".join(step.needs))
    if step.approval is not None:
        yield _("Permitted by: {step}").format(step=step.approval)


def _choice(reading: Reading, step: Step) -> Iterator[str]:
    book = reading.book
    decision = book.decision(decision_of(step)) if isinstance(step, DecisionStep) else None
    if decision is not None:
        choice = Choice(
            decision=decision, book=book, people=reading.people, columns=reading.columns
        )
        yield from choice_lines(choice)


def _afterwards(step: Step) -> Iterator[str]:
    if step.expect is not None:
        yield _("Expected: {text}").format(text=plain(step.expect))
    if step.evidence.required:
        kinds = ", ".join(word(kind.value) for kind in step.evidence.required)
        yield _("Keep: {kinds}").format(kinds=kinds)
    if step.undo is not None:
        undo = undo_step(step) or plain(step.undo)
        yield _("To take it back: {undo}").format(undo=undo)
    if step.offline is not None:
        yield _("Without the network: {text}").format(text=plain(step.offline))


def _prose(text: str, columns: int) -> Iterator[str]:
    """Break Markdown at the columns there are: its own breaks mean nothing in a paragraph."""
    for block in _blocks(text):
        bare = block.lstrip(" ")
        indent = "   " + " " * (len(block) - len(bare))
        yield from wrapped(plain(bare), indent, columns) if bare else [""]


def _blocks(text: str) -> Iterator[str]:
    joined, in_code = "", False
    for line in text.split("\n") if text else ():
        fence = line.lstrip().startswith(("~~~", "```"))
        apart = in_code or fence or not line.strip() or _MARKER.match(line) is not None
        in_code ^= fence
        if apart or not joined.strip():
            yield from [joined] if joined else []
            joined = line if line.strip() else " "
        else:
            joined += " " + line.strip()
    yield from [joined] if joined else []
