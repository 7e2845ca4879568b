"""YAML text turned into plain values that remember their lines, or into problems.

The events of the parser are put together here rather than by its own composer, because only so are
duplicate keys all reported, aliases counted before they expand, and nesting bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from continuity.config.problem import Place, Problem, key_from_place
from continuity.domain.text import N_, Message, say

_DEEPEST = 30
_MOST_VALUES = 100_000

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}|0x[0-9a-fA-F]{1,15}|0o[0-7]{1,20}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}

_CAUSES: tuple[tuple[str, Message, Message], ...] = (
    # The parser's own words may quote what somebody wrote, a password among it: they never show.
    ("'\\t'", say(N_("spaces at the beginning of a line")), say(N_("a tab"))),
    (
        "mapping values are not allowed",
        say(N_("one key and its value; a text with “: ” in it stands in quotes")),
        say(N_("a second colon")),
    ),
    (
        "end of stream",
        say(N_("the quote or bracket that closes what was opened")),
        say(N_("the end of the file")),
    ),
    (
        "stream end",
        say(N_("the quote or bracket that closes what was opened")),
        say(N_("the end of the file")),
    ),
    (
        "cannot start any token",
        say(N_("a value; a text that begins with a special character stands in quotes")),
        say(N_("a special character")),
    ),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """The plain value of a file and the line of everything in it."""

    file: str
    value: object
    lines: Mapping[Place, int]

    def line_of(self, place: Place) -> int:
        """Give the line of a place, or of what is nearest around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def problem(self, place: Place, expected: Message, found: Message) -> Problem:
        """Make a problem at a place of this file."""
        return Problem(
            file=self.file,
            line=self.line_of(place),
            key=key_from_place(place),
            expected=expected,
            found=found,
        )


class _MalformedError(Exception):
    """The rest of the file cannot be understood."""

    def __init__(self, line: int, place: Place, expected: Message, found: Message) -> None:
        super().__init__(str(expected))
        self.line = line
        self.place = place
        self.expected = expected
        self.found = found


def document_from_text(
    file: str, text: str, *, first_line: int = 1
) -> tuple[Document | None, tuple[Problem, ...]]:
    """Read YAML 1.2. The document is None when the text cannot be understood at all.

    ``first_line`` is the line of the file on which the text begins.
    """
    reading = _Reading(file, first_line)
    try:
        value = reading.document(text)
    except _MalformedError as wrong:
        reading.report(wrong.line, wrong.place, wrong.expected, wrong.found)
        return None, tuple(reading.problems)
    except MarkedYAMLError as error:
        reading.report(_line_of(error), (), *_cause(str(error.problem)))
        return None, tuple(reading.problems)
    except (YAMLError, ValueError):
        reading.report(0, (), *_cause(""))
        return None, tuple(reading.problems)
    return Document(file=file, value=value, lines=reading.lines), tuple(reading.problems)


def _line_of(error: MarkedYAMLError) -> int:
    """Give the line of an error; of something never closed, the line on which it was opened."""
    never_closed = "stream" in str(error.problem)
    marks = (error.context_mark, error.problem_mark)
    mark = next((mark for mark in (marks if never_closed else marks[::-1]) if mark), None)
    return 0 if mark is None else int(mark.line)


def _cause(parser_says: str) -> tuple[Message, Message]:
    for part, expected, found in _CAUSES:
        if part in parser_says:
            return expected, found
    return say(N_("YAML")), say(N_("something that cannot be read as YAML"))


class _Reading:
    """One pass over the events of one file; lines inside count from 0, as the parser's do."""

    def __init__(self, file: str, first_line: int) -> None:
        self.file = file
        self.first_line = first_line
        self.problems: list[Problem] = []
        self.lines: dict[Place, int] = {}
        self.values = 0
        self.anchors: dict[str, tuple[object, int]] = {}
        self.events: Iterator[Event] = iter(())

    def report(self, line: int, place: Place, expected: Message, found: Message) -> None:
        self.problems.append(
            Problem(
                file=self.file,
                line=line + self.first_line,
                key=key_from_place(place),
                expected=expected,
                found=found,
            )
        )

    def document(self, text: str) -> object:
        self.events = YAML(typ="safe", pure=True).parse(text)
        value: object = None
        documents = 0
        for event in self.events:
            documents += isinstance(event, DocumentStartEvent)
            if documents > 1:
                expected = say(N_("one document in a file"))
                raise _MalformedError(event.start_mark.line, (), expected, say(N_("a second one")))
            if isinstance(event, NodeEvent):
                value = self.value((), event)
        return value

    def value(self, place: Place, event: Event) -> object:
        line = event.start_mark.line
        self.lines.setdefault(place, line + self.first_line)
        self.count(1, line, place)
        if len(place) > _DEEPEST:
            expected = say(N_("values nested at most {depth} deep"), depth=_DEEPEST)
            raise _MalformedError(line, (), expected, say(N_("deeper nesting")))
        if not isinstance(event, ScalarEvent | CollectionStartEvent):
            return self.alias(place, event)
        if event.tag:
            expected = say(N_("a value without a tag; a text that begins with ! stands in quotes"))
            self.report(line, place, expected, say(N_("a tag")))
        before = self.values
        value = self.composed(place, event)
        if event.anchor:
            self.anchors[event.anchor] = (value, self.values - before + 1)
        return value

    def composed(self, place: Place, event: ScalarEvent | CollectionStartEvent) -> object:
        if isinstance(event, MappingStartEvent):
            return self.mapping(place)
        if not isinstance(event, ScalarEvent):
            return self.sequence(place)
        self.refuse_half_characters(place, event)
        return _scalar(event)

    def refuse_half_characters(self, place: Place, event: ScalarEvent) -> None:
        if _SURROGATE.search(event.value):
            expected = say(N_("text that can be written in UTF-8"))
            found = say(N_("half of a character"))
            raise _MalformedError(event.start_mark.line, place, expected, found)

    def count(self, more: int, line: int, place: Place) -> None:
        self.values += more
        if self.values > _MOST_VALUES:
            expected = say(N_("at most {most} values, aliases expanded"), most=_MOST_VALUES)
            raise _MalformedError(line, place, expected, say(N_("more")))

    def alias(self, place: Place, event: Event) -> object:
        if not isinstance(event, AliasEvent) or event.anchor not in self.anchors:
            expected = say(N_("a value; a text that begins with * stands in quotes"))
            found = say(N_("the alias of an anchor that is not complete before it"))
            raise _MalformedError(event.start_mark.line, place, expected, found)
        value, weight = self.anchors[event.anchor]
        self.count(weight, event.start_mark.line, place)
        return value

    def sequence(self, place: Place) -> list[object]:
        items: list[object] = []
        for event in self.events:
            if isinstance(event, SequenceEndEvent):
                break
            items.append(self.value((*place, len(items)), event))
        return items

    def mapping(self, place: Place) -> dict[str, object]:
        entries: dict[str, object] = {}
        for event in self.events:
            if isinstance(event, MappingEndEvent):
                break
            key = self.key(place, event)
            repeated = key in entries
            here = (*place, key)
            if repeated:
                first = say(N_("line {line} already"), line=self.lines[here])
                expected = say(N_("each key once"))
                self.report(event.start_mark.line, here, expected, first)
            self.lines.setdefault(here, event.start_mark.line + self.first_line)
            value = self.value(here, next(self.events))
            if not repeated:
                entries[key] = value
        return entries

    def key(self, place: Place, event: Event) -> str:
        if not isinstance(event, ScalarEvent) or event.tag:
            line = event.start_mark.line
            raise _MalformedError(
                line, place, say(N_("a plain word as key")), say(N_("something else"))
            )
        self.refuse_half_characters(place, event)
        return str(event.value)


def _scalar(event: ScalarEvent) -> object:
    """Read a scalar as the core schema of YAML 1.2 does: ``no`` and ``12:30:00`` stay text."""
    text = str(event.value)
    if event.style is not None:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text.lstrip("+"), 0) if text[:2] in {"0x", "0o"} else int(text)
    if _FLOAT.fullmatch(text) and len(text) < _DEEPEST:
        return float(text)
    return text
