"""The small language of ``when``: named values compared, joined by and, or, not; nothing runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from continuity.domain.text import N_, Message, say

LONGEST = 500
"""Characters a condition may have."""
DEEPEST = 20
"""How often brackets and ``not`` may stand in one another."""

Value = str | bool | int | float

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'[^'\\\n]*'|\"[^\"\\\n]*\")"
    r"|(?P<number>-?[0-9]{1,15}(?:\.[0-9]{1,9})?)(?![\w.])"
    r"|(?P<word>[a-z][a-z0-9_-]*(?:\.[a-z0-9][a-z0-9_-]*)*)(?![\w.])"
    r"|(?P<sign>==|!=|<=|>=|<|>|\(|\)|\[|\]|,))"
)
_ORDERED = frozenset({"<", "<=", ">", ">="})
_OPERATORS = frozenset({"==", "!=", *_ORDERED})
_KEYWORDS = frozenset({"and", "or", "not", "in", "true", "false"})


class ConditionError(ValueError):
    """A text is no condition; carries what was expected."""

    def __init__(self, expected: Message) -> None:
        super().__init__(str(expected))
        self.expected = expected


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """A value by its name, such as ``decisions.where``."""

    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Constant:
    """A value written out."""

    value: Value


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Two values and a sign between them."""

    left: Reference | Constant
    operator: str
    right: Reference | Constant


@dataclass(frozen=True, kw_only=True, slots=True)
class Membership:
    """A value that is one of several."""

    left: Reference | Constant
    among: tuple[Constant, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Negation:
    """What must not hold."""

    inner: Condition


@dataclass(frozen=True, kw_only=True, slots=True)
class Every:
    """All of it must hold."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Either:
    """One of it must hold."""

    parts: tuple[Condition, ...]


Condition = Reference | Constant | Comparison | Membership | Negation | Every | Either


def condition_from_text(text: str) -> Condition:
    """Read ``decisions.where == 'parallel' and not urgent``. Raises ConditionError."""
    if len(text) > LONGEST:
        raise ConditionError(say(N_("a condition of at most {most} characters"), most=LONGEST))
    parsing = _Parsing(list(_tokens(text)))
    found = parsing.either(0)
    if parsing.rest():
        raise _expected_condition()
    return found


def text_from_condition(condition: Condition) -> str:
    """Write a condition as ``condition_from_text`` reads it."""
    match condition:
        case Reference():
            return condition.name
        case Constant():
            return _written(condition.value)
        case Comparison():
            left, right = map(text_from_condition, (condition.left, condition.right))
            return f"{left} {condition.operator} {right}"
        case Membership():
            values = ", ".join(map(text_from_condition, condition.among))
            return f"{text_from_condition(condition.left)} in [{values}]"
        case Negation():
            return f"not {_inside(condition.inner, Every, Either)}"
        case Every():
            return " and ".join(_inside(part, Every, Either) for part in condition.parts)
        case Either():
            return " or ".join(_inside(part, Either) for part in condition.parts)
    assert_never(condition)


def truth_of(condition: Condition, values: Mapping[str, Value]) -> bool | None:
    """Tell whether it holds; None when a value it depends on is not known or of another kind."""
    match condition:
        case Reference() | Constant():
            found = _value_of(condition, values)
            return found if isinstance(found, bool) else None
        case Comparison():
            left, right = (_value_of(one, values) for one in (condition.left, condition.right))
            return _compared(left, condition.operator, right)
        case Membership():
            left = _value_of(condition.left, values)
            return _any_of(_compared(left, "==", one.value) for one in condition.among)
        case Negation():
            inner = truth_of(condition.inner, values)
            return None if inner is None else not inner
        case Every():
            one_fails = _any_of(_opposite(truth_of(part, values)) for part in condition.parts)
            return _opposite(one_fails)
        case Either():
            return _any_of(truth_of(part, values) for part in condition.parts)
    assert_never(condition)


def kind_of_value(value: Value) -> str:
    """Name the kind of a value: only values of one kind are compared."""
    if isinstance(value, bool):
        return "boolean"
    return "text" if isinstance(value, str) else "number"


def _any_of(truths: Iterator[bool | None]) -> bool | None:
    found = set(truths)
    if True in found:
        return True
    return None if None in found else False


def _opposite(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


def _value_of(operand: Reference | Constant, values: Mapping[str, Value]) -> Value | None:
    return operand.value if isinstance(operand, Constant) else values.get(operand.name)


def _compared(left: Value | None, operator: str, right: Value | None) -> bool | None:
    if left is None or right is None or kind_of_value(left) != kind_of_value(right):
        return None
    if operator in {"==", "!="}:
        return (left == right) is (operator == "==")
    if isinstance(left, str | bool) or isinstance(right, str | bool):
        return None
    return _ORDER[operator](left, right)


_ORDER: Mapping[str, Callable[[float, float], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def _inside(part: Condition, *in_brackets: type[Every] | type[Either]) -> str:
    text = text_from_condition(part)
    return f"({text})" if isinstance(part, in_brackets) else text


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"' if "'" in value else f"'{value}'"
    if isinstance(value, int):
        return str(value)
    return f"{value:.9f}".rstrip("0").removesuffix(".") + ("" if value % 1 else ".0")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    end = len(text.rstrip())
    while place < end:
        found = _TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            raise _expected_condition()
        word = found[found.lastgroup]
        yield ("keyword" if word in _KEYWORDS else found.lastgroup), word
        place = found.end()


def _expected_condition() -> ConditionError:
    return ConditionError(
        say(N_("a condition such as “decisions.where == 'parallel' and not urgent”"))
    )


class _Parsing:
    """One pass over the tokens of a condition."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens[::-1]

    def rest(self) -> bool:
        return bool(self.tokens)

    def takes(self, *words: str) -> str | None:
        if (
            self.tokens
            and self.tokens[-1][0] in {"keyword", "sign"}
            and self.tokens[-1][1] in words
        ):
            return self.tokens.pop()[1]
        return None

    def must(self, word: str) -> None:
        if self.takes(word) is None:
            raise _expected_condition()

    def either(self, depth: int) -> Condition:
        parts = [self.every(depth)]
        while self.takes("or"):
            parts.append(self.every(depth))
        return parts[0] if len(parts) == 1 else Either(parts=tuple(parts))

    def every(self, depth: int) -> Condition:
        parts = [self.negation(depth)]
        while self.takes("and"):
            parts.append(self.negation(depth))
        return parts[0] if len(parts) == 1 else Every(parts=tuple(parts))

    def negation(self, depth: int) -> Condition:
        if depth > DEEPEST:
            raise ConditionError(say(N_("brackets nested at most {depth} deep"), depth=DEEPEST))
        if self.takes("not"):
            return Negation(inner=self.negation(depth + 1))
        if self.takes("("):
            inner = self.either(depth + 1)
            self.must(")")
            return inner
        return self.comparison()

    def comparison(self) -> Condition:
        left = self.operand()
        if self.takes("in"):
            self.must("[")
            return Membership(left=left, among=self.constants())
        operator = self.takes(*_OPERATORS)
        if operator is None:
            return left
        return Comparison(left=left, operator=operator, right=self.operand())

    def constants(self) -> tuple[Constant, ...]:
        found: list[Constant] = []
        while not found or self.takes(","):
            one = self.operand()
            if not isinstance(one, Constant):
                raise _expected_condition()
            found.append(one)
        self.must("]")
        return tuple(found)

    def operand(self) -> Reference | Constant:
        kind, word = self.tokens.pop() if self.tokens else ("", "")
        if kind == "word":
            return Reference(name=word)
        if kind == "text":
            return Constant(value=word[1:-1])
        if kind == "number":
            return Constant(value=float(word) if "." in word else int(word))
        if word in {"true", "false"}:
            return Constant(value=word == "true")
        raise _expected_condition()
