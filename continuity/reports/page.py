"""A page before it has a form: headings, paragraphs, lists and tables of plain text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from continuity.domain.light import Light

LONGEST = 2_000
"""What is longer is no sentence of ours, and would push everything else off the page."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A title of the first, second or third level; ``anchor`` is a key that no language changes."""

    text: str
    level: int
    anchor: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A few sentences; ``strong`` when nobody may miss them."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """Sentences, one under the other."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lamp:
    """A light with its word, what it is about, and smaller print below."""

    light: Light
    word: str
    title: str
    text: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A field of a table; a light gives it a colour beside its words."""

    text: str
    light: Light | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table; ``name`` is that of its CSV file, the same in every language."""

    name: str
    caption: str
    heading: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """A box that somebody fills in by hand; each line is for one thing."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a chart: times, and a number for each."""

    name: str
    times: tuple[datetime, ...]
    numbers: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of named parts, with its target, None where there is none."""

    name: str
    parts: tuple[tuple[str, float], ...]
    target: float | None


@dataclass(frozen=True, slots=True)
class Days:
    """One row of a calendar: a light for each day on which something ran."""

    name: str
    lights: tuple[tuple[date, Light], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture, and its ``alternative``: what it shows, in a sentence.

    ``unit`` is that of its numbers, ``target`` a line that none should cross, ``bound`` its name,
    ``legend`` the words for lights; ``peak`` when the highest number is to be marked. ``language``
    is that of numbers and days at its edges.
    """

    name: str
    caption: str
    alternative: str
    unit: str
    shapes: tuple[Line, ...] | tuple[Bar, ...] | tuple[Days, ...]
    target: float | None = None
    bound: str = ""
    legend: tuple[tuple[Light, str], ...] = ()
    peak: bool = False
    language: str = "en"


Block = Heading | Paragraph | Bullets | Lamp | Table | Signature | Chart


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A whole page; ``footer`` tells what it rests on. ``subject`` is its one line in a mailbox."""

    language: str
    title: str
    subject: str
    blocks: tuple[Block, ...]
    footer: tuple[str, ...]

    @property
    def sides(self) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
        """Part what stands on the first page from what stands behind it."""
        parts = (
            place
            for place, block in enumerate(self.blocks)
            if isinstance(block, Heading) and block.level == 1
        )
        first = next(parts, len(self.blocks))
        return self.blocks[:first], self.blocks[first:]


def table(
    name: str, caption: str, heading: Iterable[str], rows: Iterable[Iterable[str | Cell]]
) -> Table:
    """Make a table of texts and cells."""
    cells = (tuple(one if isinstance(one, Cell) else Cell(one) for one in row) for row in rows)
    return Table(name, caption, tuple(heading), tuple(cells))


def shortened(page: Page, most: int, more: Callable[[int], str]) -> Page:
    """Leave out the end of long tables, and say of each how many rows that was."""
    blocks: list[Block] = []
    for block in page.blocks:
        if isinstance(block, Table) and len(block.rows) > most:
            blocks.append(replace(block, rows=block.rows[:most]))
            blocks.append(Paragraph(more(len(block.rows) - most)))
        else:
            blocks.append(block)
    return replace(page, blocks=tuple(blocks))


def texts_of(page: Page) -> Iterator[str]:
    """Give every text of a page, in its order."""
    yield page.title
    for block in page.blocks:
        yield from _texts_in(block)
    yield from page.footer


def _texts_in(block: Block) -> Iterator[str]:
    match block:
        case Heading() | Paragraph():
            yield block.text
        case Bullets():
            yield from block.items
        case Lamp():
            yield from (block.word, block.title, block.text, *block.remarks)
        case Table():
            yield block.caption
            yield from block.heading if block.rows else ()
            yield from (cell.text for row in block.rows for cell in row)
        case Signature():
            yield from block.lines
        case Chart():
            yield from (block.caption, block.alternative)


def harmless(text: str, longest: int = LONGEST) -> str:
    """Make one line of a text that cannot steer a terminal, reorder a line or fill a page."""
    line = text[: longest + 1]
    if not line.isprintable():
        line = "".join(map(_harmless, line))
    line = " ".join(line.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _harmless(character: str) -> str:
    if character.isprintable():
        return character
    # Marks of direction and what joins letters are not printable, and neither is wanted in a name.
    return " " if character.isspace() else "\ufffd"
