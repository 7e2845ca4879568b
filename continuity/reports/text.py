"""A page as plain text: read in any mail program, on any terminal, by any screen reader."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from continuity.reports.page import (
    Block,
    Bullets,
    Cell,
    Chart,
    Heading,
    Lamp,
    Page,
    Paragraph,
    Signature,
    Table,
    harmless,
)
from continuity.reports.words import SIGNS

WIDTH = 78
_GAP = "  "
_UNDERLINES = {1: "=", 2: "-"}


def text_from_page(page: Page) -> str:
    """Write a page; tables become one block of lines for each row, so nothing is cut."""
    lines = [*_title(page.title, 1)]
    for block in page.blocks:
        lines += ["", *_lines(block)]
    lines += ["", "-" * WIDTH, *(line for text in page.footer for line in _wrapped(text))]
    return "\n".join(lines) + "\n"


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield from _title(block.text, block.level)
        case Paragraph():
            yield from _wrapped(block.text)
        case Chart():
            yield from _wrapped(f"{block.caption}: {block.alternative}")
        case Bullets():
            yield from (line for item in block.items for line in _wrapped(item, "- ", "  "))
        case Lamp():
            yield from _lamp(block)
        case Table():
            yield from _table(block)
        case Signature():
            yield from (f"{harmless(line)}: {'_' * 40}" for line in block.lines)


def _title(text: str, level: int) -> Iterator[str]:
    lines = _wrapped(text)
    yield from lines
    if level in _UNDERLINES:
        yield _UNDERLINES[level] * max(map(len, lines))


def _lamp(block: Lamp) -> Iterator[str]:
    sign = SIGNS[block.light]
    yield from _wrapped(f"{block.word.upper()}: {block.title}", f"[{sign}] ", "    ")
    yield from _wrapped(block.text, "    ", "    ")
    for remark in block.remarks:
        yield from _wrapped(remark, "    ", "    ")


def _table(block: Table) -> Iterator[str]:
    yield from _wrapped(f"{block.caption} ({len(block.rows)})")
    cells = [list(map(harmless, block.heading)), *(list(map(_field, row)) for row in block.rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    if block.rows and sum(widths) + len(_GAP) * len(widths) <= WIDTH:
        yield ""
        for row in cells:
            padded = (text.ljust(width) for text, width in zip(row, widths, strict=True))
            yield (_GAP + _GAP.join(padded)).rstrip()
        return
    for row in cells[1:]:
        yield ""
        for title, text in zip(cells[0], row, strict=True):
            if text:
                yield from _wrapped(f"{title}: {text}" if title else text, _GAP, _GAP * 2)


def _field(cell: Cell) -> str:
    sign = "" if cell.light is None else f"[{SIGNS[cell.light]}] "
    return sign + harmless(cell.text)


def _wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    line = harmless(text)
    if line and len(first) + len(line) <= WIDTH:
        return [first + line]
    return textwrap.wrap(
        line,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
    ) or [first.rstrip()]
