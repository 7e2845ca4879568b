"""A page as HTML for a mail or a browser: no script, nothing fetched, read without colours too."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from html import escape

from continuity.domain.report import Light
from continuity.domain.text import N_
from continuity.reports.drawing import svg_from_chart
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
from continuity.reports.style import STYLE
from continuity.reports.words import SIGNS
from continuity.speech.speaker import speaker_of

_MANY = 8
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data: cid:"


def html_from_page(page: Page, more_style: str = "") -> str:
    """Write a page. Every text is escaped, whoever wrote it; a style is ours alone."""
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="{_shown(page.language)}">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">',
        f"<title>{_shown(page.title)}</title>",
        f"<style>{STYLE}{more_style}</style>",
        "</head>",
        "<body>",
        "<main>",
        f"<h1>{_shown(page.title)}</h1>",
    ]
    begun = False
    for block in page.blocks:
        if isinstance(block, Heading) and block.level == 1 and not begun:
            # What stands behind the first page has wide tables, and paper of its own.
            parts.append('<div class="behind">')
            begun = True
        parts += parts_of(block, page.language)
    parts += ["</div>"] if begun else []
    parts.append("</main>")
    parts += ["<footer>", *(f"<p>{_shown(line)}</p>" for line in page.footer), "</footer>"]
    parts += ["</body>", "</html>"]
    return "\n".join(parts) + "\n"


def parts_of(block: Block, language: str) -> Iterator[str]:
    """Write one block of a page."""
    match block:
        case Heading():
            # The title of the page is the only first one.
            level = block.level if block.level > 1 else 2
            name = _shown(block.anchor)
            strong = ' class="part"' if block.level == 1 else ""
            yield f'<h{level} id="{name}"{strong}>{_shown(block.text)}</h{level}>'
        case Paragraph():
            yield f"<p{' class=strong' if block.strong else ''}>{_shown(block.text)}</p>"
        case Bullets():
            items = "".join(f"<li>{_shown(item)}</li>" for item in block.items)
            yield f"<ul>{items}</ul>"
        case Lamp():
            yield from _lamp(block)
        case Table():
            yield from _table(block, language)
        case Chart():
            yield from _chart(block)
        case Signature():
            rows = "".join(f"<p>{_shown(line)}</p>" for line in block.lines)
            yield f'<div class="signature">{rows}</div>'


def _chart(block: Chart) -> Iterator[str]:
    """Show a picture inside the page: what is in it can neither be clicked nor run."""
    yield f"<figure><figcaption>{_shown(block.caption)}</figcaption>"
    svg = svg_from_chart(block)
    if svg is not None:
        source = b64encode(svg).decode("ascii")
        picture = f"data:image/svg+xml;base64,{source}"
        yield f'<img src="{picture}" alt="{_shown(block.alternative)}">'
    yield f"<p class=small>{_shown(block.alternative)}</p></figure>"


def _lamp(block: Lamp) -> Iterator[str]:
    yield f'<section class="lamp {block.light.value}">'
    yield (
        f'<p class="head">{_sign(block.light)} <b>{_shown(block.word)}</b>'
        f" &#183; <bdi>{_shown(block.title)}</bdi></p>"
    )
    yield f"<p><bdi>{_shown(block.text)}</bdi></p>"
    for remark in block.remarks:
        yield f"<p class=small>{_shown(remark)}</p>"
    yield "</section>"


def _table(block: Table, language: str) -> Iterator[str]:
    caption = f"<caption>{_shown(block.caption)} ({len(block.rows)})</caption>"
    if not block.rows:
        nothing = speaker_of(language).text(N_("None."))
        yield f"<p>{_shown(block.caption)}: {_shown(nothing)}</p>"
        return
    wide = " class=wide" if len(block.heading) > _MANY else ""
    yield f"<table{wide}>{caption}"
    titles = "".join(f'<th scope="col">{_shown(title)}</th>' for title in block.heading)
    yield f"<thead><tr>{titles}</tr></thead><tbody>"
    for row in block.rows:
        cells = zip(block.heading, row, strict=True)
        yield f"<tr>{''.join(_cell(title, cell) for title, cell in cells)}</tr>"
    yield "</tbody></table>"


def _cell(title: str, cell: Cell) -> str:
    # On a phone each row is a list, and the title stands before its field.
    name = f' data-title="{_shown(title)}"' if title else ""
    if cell.light is None:
        return f"<td{name}><bdi>{_shown(cell.text)}</bdi></td>"
    return f"<td{name} class={cell.light.value}>{_sign(cell.light)} {_shown(cell.text)}</td>"


def _sign(light: Light) -> str:
    return f'<span class="sign {light.value}" aria-hidden="true">{escape(SIGNS[light])}</span>'


def _shown(text: str) -> str:
    return escape(harmless(text), quote=True)
