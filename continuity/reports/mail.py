"""A page as the body of a mail: tables and colours that stand by themselves, in light and dark.

Mail readers drop styles, vector pictures and everything that has to be fetched, and cut what is
long: each element carries its own colours, pictures come with the mail, and long lists end early.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from html import escape

from continuity.domain.light import Light
from continuity.reports.drawing import COLOURS
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
    shortened,
)
from continuity.reports.words import SIGNS

LARGEST = 95_000
"""Readers begin to cut at 100 kB."""

_ROWS = (40, 20, 10, 5, 2)
_MOST_COLUMNS = 3
_SHORT = 12
_FONT = "font-family:Arial,Helvetica,sans-serif"
_BREAK = "word-break:break-word;overflow-wrap:anywhere"
_GRID = 'role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"'
_DARK = """\
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){
.page{background:#14161a!important}
.card{background:#1f2329!important;border-color:#3a414b!important}
.text{color:#e9ebee!important}
.quiet{color:#b3bac4!important}
.line{border-color:#3a414b!important}
.green{color:#7fd494!important;border-color:#7fd494!important}
.amber{color:#f0b95a!important;border-color:#f0b95a!important}
.red{color:#ff8f8f!important;border-color:#ff8f8f!important}
.unknown{color:#bdbdf0!important;border-color:#bdbdf0!important}
}"""


def mail_from_page(page: Page, shown: Mapping[str, str], more: Callable[[int], str]) -> str:
    """Write a page; ``shown`` names the pictures of charts, ``more`` says how much was left out.

    What is too long loses the ends of its lists, and then its last parts.
    """
    text = _written(page, shown)
    for most in _ROWS:
        if len(text.encode()) <= LARGEST:
            return text
        text = _written(_shortened(page, most, more), shown)
    blocks = _shortened(page, _ROWS[-1], more).blocks
    while len(text.encode()) > LARGEST and len(blocks) > 1:
        blocks = blocks[: max(1, len(blocks) * 3 // 4)]
        text = _written(replace(page, blocks=(*blocks, Paragraph("…"))), shown)
    return text


def _shortened(page: Page, most: int, more: Callable[[int], str]) -> Page:
    """Leave out the ends of long tables, and of long rows of lights."""
    blocks: list[Block] = []
    left = 0
    for block in shortened(page, most, more).blocks:
        run = [one for one in blocks[-most:] if isinstance(one, Lamp)]
        if isinstance(block, Lamp) and len(run) == most:
            left += 1
            continue
        if left:
            blocks.append(Paragraph(more(left)))
            left = 0
        blocks.append(block)
    return replace(page, blocks=(*blocks, *((Paragraph(more(left)),) if left else ())))


def _written(page: Page, shown: Mapping[str, str]) -> str:
    language, title = _shown(page.language), _shown(page.title)
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{language}" dir="ltr">',
            '<head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="supported-color-schemes" content="light dark">',
            f"<title>{title}</title>",
            f"<style>{_DARK}</style></head>",
            '<body class="page" style="margin:0;padding:0;background:#f1f3f6">',
            f'<table {_GRID} class="page" style="background:#f1f3f6"><tr>',
            '<td align="center" style="padding:16px 8px">',
            f'<table {_GRID} class="card" lang="{language}" style="max-width:680px;'
            'background:#ffffff;border:1px solid #d3d8df;border-radius:8px">',
            _row(
                f'<h1 class="text" style="margin:0;{_FONT};font-size:20px;line-height:28px;'
                f'color:#17191c;{_BREAK}">{title}</h1>'
            ),
            *(_row(part) for block in _unsigned(page) for part in _parts(block, shown)),
            *_footer(page),
            "</table></td></tr></table></body></html>",
        ]
    )


def _unsigned(page: Page) -> Iterator[Block]:
    """Leave out the box for a signature and its title: signed is what is printed."""
    following = (*page.blocks[1:], None)
    for block, after in zip(page.blocks, following, strict=True):
        if not (isinstance(block, Heading) and isinstance(after, Signature)):
            yield block


def _footer(page: Page) -> Iterator[str]:
    lines = "<br>\n".join(_shown(line) for line in page.footer)
    yield (
        '<tr><td class="line" style="padding:12px 20px 16px;border-top:1px solid #d3d8df">'
        f'<p class="quiet" style="margin:0;{_FONT};font-size:12px;line-height:18px;'
        f'color:#545b66;{_BREAK}">{lines}</p></td></tr>'
    )


def _row(content: str) -> str:
    return f'<tr><td style="padding:6px 20px">{content}</td></tr>'


def _parts(block: Block, shown: Mapping[str, str]) -> Iterator[str]:
    match block:
        case Heading():
            yield (
                f'<h2 class="text" style="margin:12px 0 0;{_FONT};font-size:17px;'
                f'line-height:24px;color:#17191c;{_BREAK}">{_shown(block.text)}</h2>'
            )
        case Paragraph():
            yield _strong(block.text) if block.strong else _plain(block.text)
        case Bullets():
            items = "".join(f'<li style="margin:0 0 4px">{_shown(one)}</li>' for one in block.items)
            yield f'<ul class="text" style="{_text_style()};padding-left:20px">{items}</ul>'
        case Lamp():
            yield _lamp(block)
        case Table():
            yield from _table(block)
        case Chart():
            yield _chart(block, shown.get(block.name, ""))
        case Signature():
            return


def _text_style(size: int = 15) -> str:
    return f"margin:0;{_FONT};font-size:{size}px;line-height:{size + 7}px;color:#17191c;{_BREAK}"


def _plain(text: str) -> str:
    return f'<p class="text" style="{_text_style()}">{_shown(text)}</p>'


def _strong(text: str) -> str:
    red = COLOURS[Light.RED]
    style = _text_style().replace("color:#17191c", f"color:{red}")
    return f'<p class="red" style="{style};font-weight:bold">{_shown(text)}</p>'


def _quiet(text: str) -> str:
    return (
        f'<p class="quiet" style="margin:2px 0 0;{_FONT};font-size:13px;line-height:19px;'
        f'color:#545b66;{_BREAK}">{_shown(text)}</p>'
    )


def _lamp(block: Lamp) -> str:
    light, colour = block.light.value, COLOURS[block.light]
    return (
        f'<table {_GRID}><tr><td class="{light}" style="border-left:6px solid {colour};'
        f'padding:2px 0 2px 12px">'
        f'<p class="{light}" style="margin:0;{_FONT};font-size:15px;line-height:22px;'
        f'color:{colour};{_BREAK}">{_sign(block.light)} <b>{_shown(block.word)}</b>'
        f' &#183; <b class="text" style="color:#17191c"><bdi>{_shown(block.title)}</bdi></b></p>'
        f"{_plain(block.text)}{''.join(map(_quiet, block.remarks))}</td></tr></table>"
    )


def _table(block: Table) -> Iterator[str]:
    head = (
        f'<p class="text" style="{_text_style(14)};font-weight:bold">{_shown(block.caption)}'
        f" ({len(block.rows)})</p>"
    )
    if not block.rows:
        yield head
        return
    if len(block.heading) > _MOST_COLUMNS:
        # On a telephone nobody reads seven columns: each row is a list.
        yield head
        yield from (_listed(block.heading, row) for row in block.rows)
        return
    titles = "".join(
        f'<th scope="col" align="left" class="quiet line" style="{_cell_style()};color:#545b66">'
        f"{_shown(title)}</th>"
        for title in block.heading
    )
    rows = "\n".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in block.rows)
    yield (
        f'{head}<table width="100%" cellpadding="0" cellspacing="0" border="0">'
        f"<thead><tr>{titles}</tr></thead>\n<tbody>{rows}</tbody></table>"
    )


def _cell_style() -> str:
    return (
        f"padding:4px 8px 4px 0;{_FONT};font-size:14px;line-height:20px;vertical-align:top;"
        "border-bottom:1px solid #d3d8df"
    )


def _cell(cell: Cell) -> str:
    if cell.light is None:
        style = f"{_cell_style()};color:#17191c;{_BREAK}"
        return f'<td class="text line" style="{style}"><bdi>{_shown(cell.text)}</bdi></td>'
    colour, light = COLOURS[cell.light], cell.light.value
    text = f'<span class="{light}" style="color:{colour}">{_said(cell)}</span>'
    return f'<td class="line" style="{_cell_style()}">{text}</td>'


def _listed(heading: tuple[str, ...], row: tuple[Cell, ...]) -> str:
    lines = [
        f'<span class="quiet" style="color:#545b66">{_shown(title)}{":" if title else ""}</span>'
        f" <bdi>{_said(cell)}</bdi>"
        for title, cell in zip(heading, row, strict=True)
        if cell.text
    ]
    # Numbers stand side by side, sentences one below the other.
    short = all(len(cell.text) <= _SHORT for cell in row[1:])
    if short:
        whole = [f'<span style="white-space:nowrap">{line}</span>' for line in lines[1:]]
        lines = [*lines[:1], " &#183; ".join(whole)]
    text = "<br>".join(lines)
    return (
        f'<div class="text line" style="{_text_style(14)};border-bottom:1px solid #d3d8df;'
        f'padding:4px 0">{text}</div>'
    )


def _said(cell: Cell) -> str:
    sign = "" if cell.light is None else f"{_sign(cell.light)} "
    return f"{sign}{_shown(cell.text)}"


def _chart(block: Chart, name: str) -> str:
    caption = f'<p class="text" style="{_text_style(14)};font-weight:bold">'
    parts = [f"{caption}{_shown(block.caption)}</p>"]
    if name:
        parts.append(
            f'<img src="cid:{_shown(name)}" alt="{_shown(block.alternative)}" width="520"'
            ' style="display:block;width:100%;max-width:520px;height:auto;border:0;'
            'background:#ffffff">'
        )
    return "".join([*parts, _quiet(block.alternative)])


def _sign(light: Light) -> str:
    return f'<span aria-hidden="true">{escape(SIGNS[light])}</span>'


def _shown(text: str) -> str:
    return escape(harmless(text), quote=True)
