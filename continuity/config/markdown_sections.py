"""Markdown cut at its ``##`` headings, with the step blocks taken out; no line is lost or moved.

Of CommonMark only that is followed which decides whether a line is a heading or the fence of a
block: code between fences and HTML of several lines hide what they contain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

WORDS = ("step", "paso")
"""What stands behind the fence of a step block."""

# None of these has two parts that match the same letters, because a line may have a million of
# them.
_INDENT = re.compile(r" {0,3}(?! )")
_FENCE = re.compile(r"~{3,}|`{3,}")
_HEADING = re.compile(r"##(?=[ \t]|$)")
_HIDDEN_STEP = re.compile(rf"[ \t>*+.\d-]*(?:~{{3,}}|`{{3,}})[ \t]*(?:{'|'.join(WORDS)})\b")
_HTML: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (re.compile(r" {0,3}<!--"), re.compile(r"-->")),
    (
        re.compile(r" {0,3}<(?:script|pre|style|textarea)(?:[\s>]|$)", re.IGNORECASE),
        re.compile(r"</(?:script|pre|style|textarea)>", re.IGNORECASE),
    ),
)


class Sort(StrEnum):
    """What a line is."""

    PROSE = "prose"
    HEADING = "heading"
    FENCE = "fence"
    STEP = "step"


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """The text between the fences of a step block, and the line on which it begins."""

    text: str
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """One section: its heading, its prose and its blocks. The first has no heading."""

    title: str
    anchor: str
    line: int
    prose: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cuts:
    """A text in pieces. ``open_at`` is the line of something that is never closed, else 0.

    ``hidden`` are lines that look like a step block and are none for a reader of Markdown.
    """

    preamble: Cut
    sections: tuple[Cut, ...]
    open_at: int
    hidden: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    number: int
    text: str
    sort: Sort


class _Scanning:
    """One pass over the lines; it remembers what is open."""

    def __init__(self) -> None:
        self.fence = ""
        self.is_step = False
        self.html: re.Pattern[str] | None = None
        self.opened_at = 0
        self.hidden: list[int] = []

    def sort(self, number: int, text: str) -> Sort:
        if self.fence:
            return self.in_fence(text)
        if self.html is not None:
            self.html = None if self.html.search(text) else self.html
            return self.prose(number, text)
        if self.opens(number, text):
            return Sort.FENCE if self.is_step else Sort.PROSE
        return Sort.HEADING if _HEADING.match(_outdented(text)) else self.prose(number, text)

    def in_fence(self, text: str) -> Sort:
        here = Sort.STEP if self.is_step else Sort.PROSE
        bare = _outdented(text).rstrip(" \t")
        if len(bare) < len(self.fence) or bare.strip(self.fence[0]):
            return here
        self.fence = ""
        return Sort.FENCE if self.is_step else here

    def opens(self, number: int, text: str) -> bool:
        fence, words = _fence(text)
        if fence:
            self.fence, self.opened_at = fence, number
            self.is_step = words[:1] in ([word] for word in WORDS)
            return True
        for start, end in _HTML:
            begins = start.match(text)
            if begins and not end.search(text, begins.end()):
                self.html, self.opened_at, self.is_step = end, number, False
                return True
        return False

    def prose(self, number: int, text: str) -> Sort:
        if _HIDDEN_STEP.match(text):
            self.hidden.append(number)
        return Sort.PROSE


def cut_markdown(text: str, *, first_line: int = 1) -> Cuts:
    """Cut a text into its sections."""
    scanning = _Scanning()
    lines = [
        _Line(number=number, text=line, sort=scanning.sort(number, line))
        for number, line in enumerate(text.split("\n"), start=first_line)
    ]
    starts = [index for index, line in enumerate(lines) if line.sort is Sort.HEADING]
    bounds = [*starts, len(lines)]
    sections = (lines[start:end] for start, end in zip(starts, bounds[1:], strict=True))
    return Cuts(
        preamble=_cut(lines[: bounds[0]], "", "", first_line),
        sections=tuple(_section(section) for section in sections),
        open_at=scanning.opened_at if scanning.fence or scanning.html else 0,
        hidden=tuple(scanning.hidden),
    )


def _outdented(text: str) -> str:
    """Take up to three spaces away; what is indented further is code, and nothing here."""
    found = _INDENT.match(text)
    return "" if found is None else text[found.end() :]


def _fence(text: str) -> tuple[str, list[str]]:
    """Give a fence and the words behind it; an empty one where the line is none."""
    bare = _outdented(text)
    found = _FENCE.match(bare)
    if found is None or (found[0][0] == "`" and "`" in bare[found.end() :]):
        return "", []
    return found[0], bare[found.end() :].split()


def _section(lines: Sequence[_Line]) -> Cut:
    text = _outdented(lines[0].text)[2:].strip(" \t")
    bare = text.rstrip("#")
    if bare != text and (not bare or bare[-1] in " \t"):
        text = bare.rstrip(" \t")
    title, opens, anchor = text.rpartition("{#")
    if not opens or not anchor.endswith("}"):
        title, anchor = text, "}"
    return _cut(lines[1:], title.rstrip(" \t"), anchor[:-1], lines[0].number)


def _cut(lines: Sequence[_Line], title: str, anchor: str, line: int) -> Cut:
    prose = "\n".join(one.text for one in lines if one.sort is Sort.PROSE)
    return Cut(
        title=title, anchor=anchor, line=line, prose=prose.strip("\n"), blocks=tuple(_blocks(lines))
    )


def _blocks(lines: Sequence[_Line]) -> Iterator[Block]:
    inside: list[_Line] | None = None
    for line in lines:
        if line.sort is Sort.STEP and inside is not None:
            inside.append(line)
        elif line.sort is Sort.FENCE and inside is None:
            inside, begins = [], line.number + 1
        elif line.sort is Sort.FENCE and inside is not None:
            yield Block(text="\n".join(one.text for one in inside), line=begins)
            inside = None
    if inside is not None:
        yield Block(text="\n".join(one.text for one in inside), line=begins)
