"""A booklet before it has a form: chapters that are read on a phone, at a desk and on paper."""

from __future__ import annotations

from dataclasses import dataclass

from continuity.reports.page import Bullets, Heading, Paragraph, Table


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph that somebody wrote in Markdown."""

    text: str


@dataclass(frozen=True, slots=True)
class Points:
    """A list that somebody wrote in Markdown; ``first`` is its first number, None for bullets."""

    items: tuple[str, ...]
    first: int | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """Lines to be typed exactly as they stand."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Blank:
    """A table to be filled in by hand; ``wide`` is the column that gets the room."""

    heading: tuple[str, ...]
    rows: int
    wide: int = 0


@dataclass(frozen=True, slots=True)
class Box:
    """A choice to be ticked: its name and what is said about it."""

    name: str
    lines: tuple[str, ...]


Leaf = Heading | Paragraph | Bullets | Table | Prose | Points | Code | Blank | Box


@dataclass(frozen=True, kw_only=True, slots=True)
class Chapter:
    """What begins on a page of its own; ``card`` when it has to fit on that one page.

    ``shelf`` is the part of the booklet it stands in, empty for one that stands alone.
    """

    anchor: str
    title: str
    leaves: tuple[Leaf, ...]
    shelf: str = ""
    card: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Booklet:
    """All chapters; ``lead`` stands below the title, ``footer`` at the end."""

    language: str
    title: str
    lead: tuple[str, ...]
    contents: str
    chapters: tuple[Chapter, ...]
    footer: tuple[str, ...]
