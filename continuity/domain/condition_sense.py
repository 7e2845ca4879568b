"""Can a condition ever mean what was written: names that exist, values that can occur?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from continuity.domain.condition import (
    Comparison,
    Condition,
    Constant,
    Either,
    Every,
    Membership,
    Negation,
    Reference,
    kind_of_value,
    text_from_condition,
)
from continuity.domain.text import N_, Message, say

Kind = Literal["text", "number", "boolean"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sort:
    """What a named value can be; without choices a text may be anything."""

    kind: Kind
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Nonsense:
    """Something in a condition that can never be meant; ``unknown`` for a name nobody has."""

    expected: Message
    found: str
    unknown: bool = False


def names_in(condition: Condition) -> Iterator[str]:
    """Give the names of all values a condition looks at."""
    match condition:
        case Reference():
            yield condition.name
        case Comparison():
            yield from names_in(condition.left)
            yield from names_in(condition.right)
        case Membership():
            yield from names_in(condition.left)
        case Negation():
            yield from names_in(condition.inner)
        case Every() | Either():
            for part in condition.parts:
                yield from names_in(part)
        case Constant():
            return


def nonsense_in(condition: Condition, known: Mapping[str, Sort]) -> Iterator[Nonsense]:
    """Find what can never be meant, given all names there are."""
    match condition:
        case Comparison():
            yield from _pair(condition, known)
        case Membership():
            for one in condition.among:
                pair = Comparison(left=condition.left, operator="==", right=one)
                yield from _pair(pair, known)
        case Negation():
            yield from nonsense_in(condition.inner, known)
        case Every() | Either():
            for part in condition.parts:
                yield from nonsense_in(part, known)
        case Reference() | Constant():
            yield from _alone(condition, known)


def _alone(operand: Reference | Constant, known: Mapping[str, Sort]) -> Iterator[Nonsense]:
    unknown = tuple(_unknown(operand, known))
    yield from unknown
    sort = _sort_of(operand, known)
    if not unknown and sort is not None and sort.kind != "boolean":
        expected = say(N_("a comparison: this is neither true nor false by itself"))
        yield Nonsense(expected=expected, found=text_from_condition(operand))


def _pair(pair: Comparison, known: Mapping[str, Sort]) -> Iterator[Nonsense]:
    yield from _unknown(pair.left, known)
    yield from _unknown(pair.right, known)
    left, right = _sort_of(pair.left, known), _sort_of(pair.right, known)
    if left is None or right is None:
        return
    if left.kind != right.kind:
        expected = say(N_("values of one kind on both sides"))
        yield Nonsense(expected=expected, found=text_from_condition(pair))
    elif pair.operator not in {"==", "!="} and left.kind != "number":
        expected = say(N_("== or !=; only numbers are greater or less"))
        yield Nonsense(expected=expected, found=text_from_condition(pair))
    else:
        yield from _impossible(left, pair.right)
        yield from _impossible(right, pair.left)


def _impossible(sort: Sort, other: Reference | Constant) -> Iterator[Nonsense]:
    if sort.choices and isinstance(other, Constant) and other.value not in sort.choices:
        expected = say(N_("one of {known}"), known=", ".join(sort.choices))
        yield Nonsense(expected=expected, found=text_from_condition(other))


def _unknown(operand: Reference | Constant, known: Mapping[str, Sort]) -> Iterator[Nonsense]:
    if isinstance(operand, Reference) and operand.name not in known:
        expected = say(N_("the name of a value that there is"))
        yield Nonsense(expected=expected, found=operand.name, unknown=True)


def _sort_of(operand: Reference | Constant, known: Mapping[str, Sort]) -> Sort | None:
    if isinstance(operand, Reference):
        return known.get(operand.name)
    kinds: Mapping[str, Kind] = {"text": "text", "number": "number", "boolean": "boolean"}
    return Sort(kind=kinds[kind_of_value(operand.value)])
