"""What two runbooks in different languages have in common: everything but words and names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from continuity.domain.decision import Decision, Option
from continuity.domain.runbook_document import RunbookDocument
from continuity.domain.step import goto_of, undo_step
from continuity.domain.step_kinds import ApprovalStep, DecisionStep, Step, VerifyStep, decision_of

Shape = tuple[object, ...]


def shape_of(book: RunbookDocument) -> Shape:
    """Reduce a runbook to its steps, decisions and ways, with numbers in the place of names."""
    front, names = book.front, _names(book)
    return (
        (front.kind, front.status, front.review_every, front.timers.update, front.timers.maximum),
        (len(front.timers.duties), front.drill.kinds, front.drill.every, len(front.offline)),
        tuple((one.kind, one.phone) for one in front.prerequisites),
        tuple(one.type for one in front.parameters),
        tuple(front.targets.values()),
        tuple(_decided(one, names) for one in front.decisions),
        tuple("step" if one.step else "words" for one in book.passages),
        tuple(_stepped(one, names) for one in book.steps),
    )


def _names(book: RunbookDocument) -> dict[str, str]:
    return dict(_numbered(book))


def _numbered(book: RunbookDocument) -> Iterator[tuple[str, str]]:
    for kind, names in (
        ("role", list(book.front.roles)),
        ("decision", [one.id for one in book.front.decisions]),
        ("step", [one.id for one in book.steps]),
    ):
        yield from ((f"{kind}:{name}", f"{kind}{n}") for n, name in enumerate(names))


def _decided(one: Decision, names: Mapping[str, str]) -> Shape:
    late = one.if_unreachable
    return (
        tuple(names[f"role:{role}"] for role in (*one.decides, *one.consult, *one.inform)),
        (len(one.decides), len(one.consult), len(one.inform), len(one.trigger)),
        (one.decide_within, one.information),
        () if late is None else (late.decides and names[f"role:{late.decides}"],),
        late and late.option and _at(one, late.option),
        tuple(_optional(option, names) for option in one.options),
        tuple(
            (tuple(names[f"role:{role}"] for role in given.roles), len(given.options))
            for given in one.preauthorised
        ),
    )


def _optional(one: Option, names: Mapping[str, str]) -> Shape:
    goto = one.goto and names[f"step:{one.goto}"]
    said = tuple(map(bool, (one.cost, one.risk, one.risk_without)))
    return (one.reversible, one.needs, said, goto)


def _at(decision: Decision, option: str) -> int:
    return [one.id for one in decision.options].index(option)


def _stepped(one: Step, names: Mapping[str, str]) -> Shape:
    undo = undo_step(one)
    probe = one.probe.model_dump() if isinstance(one, VerifyStep) else {}
    return (
        (one.type, one.side, one.risk, names[f"role:{one.owner}"], one.critical, one.idempotent),
        (one.timebox, one.timeout, _way(one.on_timeout, names), _way(one.on_failure, names)),
        tuple(names[f"step:{name}"] for name in one.needs),
        (one.approval and names[f"step:{one.approval}"], undo and names[f"step:{undo}"]),
        (bool(one.undo), bool(one.expect), bool(one.offline), one.evidence, one.drill),
        tuple((output.type, output.source) for output in one.outputs),
        (names[f"decision:{decision_of(one)}"] if isinstance(one, DecisionStep) else None,),
        (one.minimum, len(one.roles)) if isinstance(one, ApprovalStep) else (),
        tuple(sorted(key for key, value in probe.items() if value)),
        one.when and _condition(one.when, names),
    )


def _way(way: str, names: Mapping[str, str]) -> str:
    target = goto_of(way)
    return way if target is None else names[f"step:{target}"]


def _condition(text: str, names: Mapping[str, str]) -> str:
    kinds = {"decisions": "decision", "outputs": "step", "steps": "step"}
    found = re.sub(
        r"(decisions|outputs|steps)\.([a-z0-9-]+)",
        lambda one: f"{one[1]}.{names[f'{kinds[one[1]]}:{one[2]}']}",
        text,
    )
    return re.sub(r"'[^']*'|\.[a-z0-9-]+(?=$| )", "·", found)
