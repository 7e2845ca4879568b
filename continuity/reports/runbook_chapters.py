"""A runbook as a chapter, and each of its decisions as a card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from continuity.domain.decision import Decision, Option
from continuity.domain.runbook import Runbook, RunbookStatus
from continuity.domain.runbook_document import Passage, RunbookDocument, undoing_steps
from continuity.domain.step import undo_step
from continuity.domain.step_kinds import DecisionStep, Step, decision_of
from continuity.domain.system import Person
from continuity.domain.text import N_
from continuity.reports.booklet import Blank, Box, Chapter, Leaf, Points
from continuity.reports.page import Heading, Paragraph, table
from continuity.reports.prose import leaves_from_markdown
from continuity.reports.voice import Voice
from continuity.speech.runbook_words import span, what_it_does, word

_SIGNED = 3


def anchor_of(name: str) -> str:
    """Name the place of a runbook in the booklet."""
    return f"runbook-{name}"


def runbook_chapter(book: RunbookDocument, people: Mapping[str, Person], voice: Voice) -> Chapter:
    """Write a whole runbook, in the order in which it is done."""
    return Chapter(
        anchor=anchor_of(book.front.id),
        title=book.front.title,
        leaves=tuple(_Writing(book, people, voice).leaves()),
        shelf=voice.text(N_("Runbooks")),
    )


class _Writing:
    """One runbook on its way to paper."""

    def __init__(self, book: RunbookDocument, people: Mapping[str, Person], voice: Voice) -> None:
        self._book = book
        self._people = people
        self._voice = voice
        apart = undoing_steps(book.steps)
        usual = [step.id for step in book.steps if step.id not in apart]
        undoing = [step.id for step in book.steps if step.id in apart]
        self._numbers = {name: str(at) for at, name in enumerate(usual, start=1)} | {
            name: f"U{at}" for at, name in enumerate(undoing, start=1)
        }

    def leaves(self) -> Iterator[Leaf]:
        """Write what is at its top, then every section."""
        front, voice = self._book.front, self._voice
        yield from self._status(front)
        yield Paragraph(
            voice.whole(
                N_("Version {hash} of {name}, {kind}; kept by {owner}."),
                hash=self._book.hash[:12],
                name=front.id,
                kind=word(voice.speaker, front.kind),
                owner=self._person(front.owner),
            )
        )
        yield from self._targets(front)
        yield from leaves_from_markdown(self._book.preamble)
        yield from self._roles(front)
        yield from self._needed(front)
        for passage in self._book.passages:
            yield from self._passage(passage)

    def _status(self, front: Runbook) -> Iterator[Leaf]:
        if front.status is RunbookStatus.DRAFT:
            yield Paragraph(self._voice.text(N_("This is a draft.")), strong=True)

    def _targets(self, front: Runbook) -> Iterator[Leaf]:
        for system, target in front.targets.items():
            times = {"RTO": target.rto, "RPO": target.rpo, "MTD": target.mtd}
            written = ", ".join(f"{name} {span(time)}" for name, time in times.items() if time)
            told = self._voice.whole(
                N_("Target for {system}: {times}"), system=system, times=written or "-"
            )
            yield Paragraph(told)
        if front.order:
            yield Points(tuple(f"{one.system}: {one.reason}" for one in front.order))

    def _roles(self, front: Runbook) -> Iterator[Leaf]:
        if not front.roles:
            return
        rows = (
            (name, self._person(role.primary), ", ".join(map(self._person, role.deputies)))
            for name, role in front.roles.items()
        )
        text = self._voice.text
        heading = (text(N_("Role")), text(N_("Person")), text(N_("Deputies, in order")))
        yield table("roles", text(N_("Who does what")), heading, rows)

    def _needed(self, front: Runbook) -> Iterator[Leaf]:
        if front.prerequisites:
            yield Heading(self._voice.text(N_("What it takes")), 3, "")
            yield Points(
                tuple(
                    f"{word(self._voice.speaker, one.kind)}: {one.what}: {one.where}"
                    + (f" ({one.phone})" if one.phone else "")
                    for one in front.prerequisites
                )
            )

    def _passage(self, passage: Passage) -> Iterator[Leaf]:
        step = passage.step
        if step is None:
            yield Heading(passage.title, 3, "")
        else:
            yield Heading(f"{self._numbers[step.id]}. {passage.title}", 3, "")
            yield from self._step(step)
        yield from leaves_from_markdown(passage.prose)

    def _step(self, step: Step) -> Iterator[Leaf]:
        yield Paragraph(" · ".join(self._facts(step)))
        lines = [*self._conditions(step), *what_it_does(self._voice.speaker, step)]
        lines += self._afterwards(step)
        if lines:
            yield Points(tuple(lines))
        if isinstance(step, DecisionStep):
            decision = self._book.decision(decision_of(step))
            if decision is not None:
                yield from decision_leaves(decision, self._voice)

    def _facts(self, step: Step) -> Iterator[str]:
        speaker = self._voice.speaker
        role = self._book.front.roles.get(step.owner)
        yield word(speaker, step.type)
        yield step.owner if role is None else f"{step.owner} ({self._person(role.primary)})"
        yield word(speaker, step.side.value)
        if step.timebox is not None:
            yield span(step.timebox)
        yield word(speaker, step.risk.value)

    def _conditions(self, step: Step) -> Iterator[str]:
        whole = self._voice.whole
        if step.when is not None:
            yield whole(N_("Only if: {condition}"), condition=step.when)
        if step.needs:
            yield whole(N_("After: {steps}"), steps=", ".join(map(self._numbered, step.needs)))
        if step.approval is not None:
            yield whole(N_("Permitted by: {step}"), step=self._numbered(step.approval))

    def _afterwards(self, step: Step) -> Iterator[str]:
        whole = self._voice.whole
        if step.expect is not None:
            yield whole(N_("Expected: {text}"), text=step.expect)
        if step.evidence.required:
            kinds = (word(self._voice.speaker, kind.value) for kind in step.evidence.required)
            yield whole(N_("Keep: {kinds}"), kinds=", ".join(kinds))
        if step.undo is not None:
            undo = undo_step(step)
            how = step.undo if undo is None else self._numbered(undo)
            yield whole(N_("To take it back: {undo}"), undo=how)
        if step.offline is not None:
            yield whole(N_("Without the network: {text}"), text=step.offline)

    def _numbered(self, name: str) -> str:
        number = self._numbers.get(name)
        return name if number is None else f"{number} ({name})"

    def _person(self, name: str) -> str:
        return person_shown(self._people.get(name), name)


def person_shown(person: Person | None, name: str) -> str:
    """Name somebody with the phone that is called."""
    if person is None:
        return name
    return f"{person.name}, {person.phone}" if person.phone else person.name


def decision_cards(book: RunbookDocument, voice: Voice) -> Iterator[Chapter]:
    """Write each decision on a page of its own, to be handed to whoever takes it."""
    for decision in book.front.decisions:
        sign = (voice.text(N_("Decided")), voice.text(N_("Clock time")), voice.text(N_("Initials")))
        yield Chapter(
            anchor=f"card-{book.front.id}-{decision.id}",
            title=decision.question,
            leaves=(
                Paragraph(book.front.title),
                *decision_leaves(decision, voice),
                Blank(sign, _SIGNED),
            ),
            shelf=voice.text(N_("Decision cards")),
            card=True,
        )


def decision_leaves(decision: Decision, voice: Voice) -> Iterator[Leaf]:
    """Write who decides, by when, and between what."""
    yield Points(tuple(_who(decision, voice)))
    if decision.trigger:
        yield Paragraph(voice.text(N_("It has to be decided when:")))
        yield Points(decision.trigger)
    for option in decision.options:
        yield Box(option.id, tuple(_option(option, voice)))


def _who(decision: Decision, voice: Voice) -> Iterator[str]:
    yield voice.whole(N_("Decides: {roles}"), roles=", ".join(decision.decides))
    if decision.consult:
        yield voice.whole(N_("Is heard before: {roles}"), roles=", ".join(decision.consult))
    if decision.inform:
        yield voice.whole(N_("Is told afterwards: {roles}"), roles=", ".join(decision.inform))
    late = decision.if_unreachable
    if decision.decide_within is not None and late is not None:
        yield voice.whole(
            N_("If nobody is reachable within {span}: {default}"),
            span=span(decision.decide_within),
            default=": ".join(one for one in (late.decides, late.option) if one),
        )
    for one in decision.preauthorised:
        yield voice.whole(
            N_("{roles} may without asking: {options}. {limits}"),
            roles=", ".join(one.roles),
            options=", ".join(one.options),
            limits=one.limits,
        )


def _option(option: Option, voice: Voice) -> Iterator[str]:
    yield option.effect
    back = N_("can be taken back") if option.reversible else N_("CANNOT be taken back")
    yield f"**{voice.text(back)}**" + (f"; {option.cost}" if option.cost else "")
    if option.risk:
        yield voice.whole(N_("Risk: {risk}"), risk=option.risk)
    if option.risk_without:
        yield voice.whole(N_("Risk of not doing it: {risk}"), risk=option.risk_without)
    if option.needs:
        yield voice.text(N_("A second person must permit it."))
    if option.goto:
        yield voice.whole(N_("Then: {step}"), step=option.goto)
