"""A page as HTML for a mail or a browser: no script, nothing fetched, read without colours too."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from continuity.domain.light import Light
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
from continuity.reports.style import BROAD, STYLE, WIDE
from continuity.reports.words import SIGNS
from continuity.speech.speaker import speaker_of

_LOOKED_AT, _LONG_TEXT, _LONG_WORD = 200, 120, 16
_BESIDE = 2.5
_NARROW, _WIDE = 76, 150
"""Half a screen or an upright sheet has room for so many letters; what stands behind has more."""

_ROOM = {"": 75, BROAD: 104, WIDE: _WIDE}
"""So many letters each kind of table has room for on the smallest screen that shows it as one."""

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
    front, behind = page.sides
    parts += ['<div class="front">', *_sections(front, page.language), "</div>"]
    if behind:
        # It has wide tables, and paper of its own.
        parts.append('<div class="behind">')
        parts += [part for block in behind for part in parts_of(block, page.language, _WIDE)]
        parts.append("</div>")
    parts.append("</main>")
    parts += ["<footer>", *(f"<p>{_shown(line)}</p>" for line in page.footer), "</footer>"]
    parts += ["</body>", "</html>"]
    return "\n".join(parts) + "\n"


def _sections(blocks: Iterable[Block], language: str) -> Iterator[str]:
    """Keep what stands under a heading together: on wide screens there are two columns."""
    yield '<div class="together">'
    for block in blocks:
        if isinstance(block, Heading):
            yield '</div><div class="together">'
        yield from parts_of(block, language)
    yield "</div>"


def parts_of(block: Block, language: str, room: int = _NARROW) -> Iterator[str]:
    """Write one block of a page; a table has room for so many letters."""
    match block:
        case Heading():
            # The title of the page is the only first one.
            level = block.level if block.level > 1 else 2
            name = _shown(block.anchor)
            strong = ' class="part"' if block.level == 1 else ""
            yield f'<h{level} id="{name}"{strong}>{_shown(block.text)}</h{level}>'
        case Paragraph():
            strong = ' class="strong"' if block.strong else ""
            yield f"<p{strong}>{_shown(block.text)}</p>"
        case Bullets():
            items = "".join(f"<li>{_shown(item)}</li>" for item in block.items)
            yield f"<ul>{items}</ul>"
        case Lamp():
            yield from _lamp(block)
        case Table():
            yield from _table(block, language, room)
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
    yield f'<p class="small">{_shown(block.alternative)}</p></figure>'


def _lamp(block: Lamp) -> Iterator[str]:
    yield f'<div class="lamp {block.light.value}">'
    head = f"{_shown(block.word)} &#183; <bdi>{_shown(block.title)}</bdi>"
    yield f"<p>{_sign(block.light)} <b>{head}.</b></p>"
    yield f"<p>{_shown(block.text)}</p>"
    for remark in block.remarks:
        yield f'<p class="small">{_shown(remark)}</p>'
    yield "</div>"


def _table(block: Table, language: str, room: int) -> Iterator[str]:
    caption = f"<caption>{_shown(block.caption)} ({len(block.rows)})</caption>"
    if not block.rows:
        nothing = speaker_of(language).text(N_("None."))
        yield f"<p>{_shown(block.caption)}: {_shown(nothing)}</p>"
        return
    kind = _kind(block) if room == _WIDE else ""
    caption += _columns(block, min(room, _ROOM[kind]))
    yield f'<table class="{kind}">{caption}' if kind else f"<table>{caption}"
    titles = "".join(f'<th scope="col">{_shown(title)}</th>' for title in block.heading)
    yield f"<thead><tr>{titles}</tr></thead><tbody>"
    for row in block.rows:
        cells = zip(block.heading, row, strict=True)
        yield f"<tr>{''.join(_cell(title, cell) for title, cell in cells)}</tr>"
    yield "</tbody></table>"


def _kind(block: Table) -> str:
    """Tell what screen the longest words of all columns need beside each other."""
    letters = sum(word + _BESIDE for word, _ in _needs(block))
    return next((kind for kind, room in _ROOM.items() if letters <= room), WIDE)


def _needs(block: Table) -> list[tuple[int, float]]:
    return [
        # A title is bold, and so a letter longer.
        _need((f"{title}-", *(_measured(row[place]) for row in block.rows[:_LOOKED_AT])))
        for place, title in enumerate(block.heading)
    ]


def _columns(block: Table, room: int) -> str:
    """Give each column the room of its longest word, and who says more some of what is left.

    So nothing has to be tried out, which is most of the work of printing a table.
    """
    needs = _needs(block)
    least = [(word + _BESIDE) / room for word, _ in needs]
    left, wanted = max(1 - sum(least), 0), sum(more for _, more in needs) or 1
    shares = [one + left * more / wanted for one, (_, more) in zip(least, needs, strict=True)]
    columns = (f'<col style="width:{100 * share / sum(shares):.1f}%">' for share in shares)
    return f"<colgroup>{''.join(columns)}</colgroup>"


def _measured(cell: Cell) -> str:
    # A sign stands before the first word of a light, and takes the room of four letters.
    return cell.text if cell.light is None else f"----{cell.text}"


def _need(texts: Sequence[str]) -> tuple[int, float]:
    """Tell how long the longest word of a column is, and how much more it has to say."""
    lengths = [min(len(text), _LONG_TEXT) for text in texts]
    longest = max(len(word) for text in texts for word in (*text.split(), ""))
    word = min(longest, _LONG_WORD)
    return word, max((max(lengths) + sum(lengths) / len(lengths)) / 2 - word, 0.1)


def _cell(title: str, cell: Cell) -> str:
    # On a phone each row is a list, and the title stands before its field.
    name = f' data-title="{_shown(title)}"' if title else ""
    if cell.light is None:
        return f"<td{name}>{_shown(cell.text)}</td>"
    return f'<td{name} class="{cell.light.value}">{_sign(cell.light)} {_shown(cell.text)}</td>'


def _sign(light: Light) -> str:
    return f'<span class="sign {light.value}" aria-hidden="true">{escape(SIGNS[light])}</span>'


def _shown(text: str) -> str:
    return escape(harmless(text), quote=True)
