"""Do the steps, roles and decisions of one runbook lead to one another, and to an end?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from pydantic import BaseModel

from continuity.config.draft import Book, Part
from continuity.config.problem import Place, Problem, nearest, text_shown, value_shown
from continuity.config.wording import expected_key
from continuity.domain.condition import condition_from_text
from continuity.domain.condition_sense import Sort, nonsense_in
from continuity.domain.decision import Decision
from continuity.domain.message_template import references_in
from continuity.domain.runbook import Runbook
from continuity.domain.runbook_document import members_of_groups, values_known
from continuity.domain.step import goto_of, undo_step
from continuity.domain.step_kinds import (
    ApprovalStep,
    CommandStep,
    DecisionStep,
    GroupStep,
    NotifyStep,
    RestoreStep,
    Step,
    decision_of,
    reference_in_argument,
    reference_in_point,
)
from continuity.domain.text import N_, Message, say

_STEPS = say(N_("a step of this runbook"))
_ROLES = say(N_("a role of this runbook"))
_DECISIONS = say(N_("a decision of this runbook"))


def inside_problems(book: Book) -> Iterator[Problem]:
    """Check what one runbook says about its own parts."""
    front = book.front
    for index, decision in enumerate(front.model.decisions):
        yield from _decision(book, ("decisions", index), decision)
    yield from _sharing(front)
    yield from _own_names(front)
    for part in book.steps:
        yield from _step(book, part)
    yield from _groups(book)
    if book.whole:
        yield from _values(book)
        yield from _permits(book)
        yield from _takes_back(book)


def _decision(book: Book, place: Place, decision: Decision) -> Iterator[Problem]:
    front, roles = book.front, book.front.model.roles.keys()
    options = {option.id for option in decision.options}
    spoken: list[tuple[str, tuple[str, ...]]] = [
        ("decides", decision.decides),
        ("consult", decision.consult),
        ("inform", decision.inform),
    ]
    for key, names in spoken:
        yield from _each(front, (*place, key), names, roles, _ROLES)
    for index, allowed in enumerate(decision.preauthorised):
        where = (*place, "preauthorised", index)
        yield from _each(front, (*where, "roles"), allowed.roles, roles, _ROLES)
        chosen = say(N_("an option of this decision"))
        yield from _each(front, (*where, "options"), allowed.options, options, chosen)
    for index, option in enumerate(decision.options):
        goto = (*place, "options", index, "goto")
        yield from _known(front, goto, option.goto, book.written, _STEPS)
    late = decision.if_unreachable
    if late is not None:
        where = (*place, "if_unreachable")
        yield from _known(front, (*where, "decides"), late.decides, roles, _ROLES)
        chosen = say(N_("an option of this decision"))
        yield from _known(front, (*where, "option"), late.option, options, chosen)


def _sharing(front: Part[Runbook]) -> Iterator[Problem]:
    sharing, roles = front.model.comanagement, front.model.roles.keys()
    for key, names in (("run", sharing.run), ("inform", sharing.inform)):
        yield from _each(front, ("comanagement", key), names, roles, _ROLES)


def _own_names(front: Part[Runbook]) -> Iterator[Problem]:
    """Find decisions and parameters whose name another one has."""
    lists = {
        "decisions": ("id", [one.id for one in front.model.decisions]),
        "parameters": ("name", [one.name for one in front.model.parameters]),
        "order": ("system", [one.system for one in front.model.order]),
    }
    for key, (word, names) in lists.items():
        for index, name in enumerate(names):
            if name in names[:index]:
                place = (key, index, word)
                yield front.problem(place, say(N_("each of them once")), value_shown(place, name))


def _step(book: Book, part: Part[Step]) -> Iterator[Problem]:
    step, front = part.model, book.front.model
    yield from _known(part, ("owner",), step.owner, front.roles.keys(), _ROLES)
    yield from _each(part, ("needs",), step.needs, book.written, _STEPS)
    for key, way in (("on_timeout", step.on_timeout), ("on_failure", step.on_failure)):
        yield from _known(part, (key,), goto_of(way), book.written - {step.id}, _STEPS)
    yield from _known(part, ("undo",), undo_step(step), book.written - {step.id}, _STEPS)
    if isinstance(step, ApprovalStep):
        yield from _each(part, ("roles",), step.roles, front.roles.keys(), _ROLES)
    if isinstance(step, DecisionStep):
        known = {decision.id for decision in front.decisions}
        yield from _known(part, ("decision",), decision_of(step), known, _DECISIONS)
    names = [output.name for output in step.outputs]
    if len(set(names)) < len(names):
        yield part.problem(("outputs",), say(N_("each of them once")), value_shown((), names[-1]))


def _groups(book: Book) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    groups = {part.model.id for part in book.steps if isinstance(part.model, GroupStep)}
    for part in book.steps:
        for index, name in enumerate(part.model.steps if isinstance(part.model, GroupStep) else ()):
            place = ("steps", index)
            yield from _known(part, place, name, book.written, _STEPS)
            if name in groups:
                expected = say(N_("a step that is no group itself"))
                yield part.problem(place, expected, value_shown(place, name))
            if name in owner:
                expected = say(N_("a step that is in no other group"))
                yield part.problem(place, expected, say(N_("one of {group}"), group=owner[name]))
            owner.setdefault(name, part.model.id)


def _permits(book: Book) -> Iterator[Problem]:
    """A step is permitted by an approval or a decision that comes before it."""
    steps = book.document.steps
    before: dict[str, Step] = {}
    members = members_of_groups(steps)
    for part in book.steps:
        name = part.model.approval
        permit = before.get(name or "")
        if name and not isinstance(permit, ApprovalStep | DecisionStep):
            expected = say(N_("an approval or a decision that comes before this step"))
            yield part.problem(("approval",), expected, value_shown((), name))
        if isinstance(part.model, DecisionStep) and part.model.id in members:
            expected = say(N_("a decision outside of a group"))
            yield part.problem(("type",), expected, say(N_("one inside")))
        before[part.model.id] = part.model


def _takes_back(book: Book) -> Iterator[Problem]:
    """What takes a restore over production back is the undo of that restore."""
    over = {
        (undo_step(one), one.job)
        for one in book.document.steps
        if isinstance(one, RestoreStep) and one.target == "production"
    }
    for part in book.steps:
        step = part.model
        taking = isinstance(step, RestoreStep) and step.target == "previous"
        if isinstance(step, RestoreStep) and taking and (step.id, step.job) not in over:
            expected = say(N_("previous only in the undo of a restore of this job to production"))
            yield part.problem(("target",), expected, value_shown((), step.id))


def _values(book: Book) -> Iterator[Problem]:
    known = values_known(book.front.model, book.document.steps)
    secret = {f"parameters.{one.name}" for one in book.front.model.parameters if one.secret}
    for part in book.steps:
        step = part.model
        for key, text in (("when", step.when), ("holds", step.holds)):
            for nonsense in nonsense_in(condition_from_text(text), known) if text else ():
                found = say("{value}", value=text_shown(nonsense.found))
                named = _value_expected(nonsense.found, known) if nonsense.unknown else None
                yield part.problem((key,), named or nonsense.expected, found)
        yield from _used(part, known, secret)


def _used(part: Part[Step], known: Mapping[str, Sort], secret: Set[str]) -> Iterator[Problem]:
    step = part.model
    if isinstance(step, RestoreStep):
        name = reference_in_point(step.point)
        if name is not None and name not in known:
            yield part.problem(("point",), _value_expected(name, known), value_shown((), name))
    if isinstance(step, NotifyStep):
        for name in references_in(step.template):
            if name not in known or name in secret:
                hidden = say(N_("no secret: everybody who is told would read it"))
                expected = hidden if name in secret else _value_expected(name, known)
                yield part.problem(("template",), expected, value_shown((), name))
    if isinstance(step, CommandStep):
        yield from _given(part, step, known, secret)


def _given(
    part: Part[Step], step: CommandStep, known: Mapping[str, Sort], secret: Set[str]
) -> Iterator[Problem]:
    for variable, given in step.secrets.items():
        if f"parameters.{given}" not in secret:
            expected = say(N_("a secret parameter of this runbook"))
            yield part.problem(("secrets", variable), expected, value_shown((), given))
    for index, argument in enumerate(step.argv):
        name = reference_in_argument(argument)
        if name is not None and name not in known:
            expected = _value_expected(name, known)
            yield part.problem(("argv", index), expected, value_shown((), name))
        if name in secret:
            hidden = say(N_("no secret: every user of the machine sees arguments"))
            yield part.problem(("argv", index), hidden, value_shown((), name))


def _value_expected(name: str, known: Mapping[str, Sort]) -> Message:
    spoken = sorted(one for one in known if not one.startswith("steps."))
    return expected_key(nearest(name, known), spoken)


def _each(
    part: Part[BaseModel], place: Place, names: tuple[str, ...], known: Set[str], expected: Message
) -> Iterator[Problem]:
    for index, name in enumerate(names):
        yield from _known(part, (*place, index), name, known, expected)


def _known(
    part: Part[BaseModel], place: Place, name: str | None, known: Set[str], expected: Message
) -> Iterator[Problem]:
    if name is None or name in known:
        return
    meant = nearest(name, known)
    if meant is not None:
        expected = say(N_("a known name, perhaps {meant}"), meant=meant)
    yield part.problem(place, expected, value_shown((), name))
