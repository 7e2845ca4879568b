"""A booklet as one HTML file: no script, nothing fetched, whole on a stick without a network."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby

from continuity.domain.cleaned import clean
from continuity.reports.booklet import Blank, Booklet, Box, Chapter, Code, Leaf, Points, Prose
from continuity.reports.html import parts_of
from continuity.reports.page import harmless
from continuity.reports.prose import inline
from continuity.reports.style import STYLE

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

_MORE = """
body { font-size: 16px; } main, footer { max-width: 60rem; }
table { table-layout: auto; } th { overflow-wrap: normal; hyphens: manual; }
td.green, td.amber, td.red, td.unknown { overflow-wrap: normal; white-space: nowrap; }
caption { font-weight: bold; color: var(--ink); padding: .5rem 0 .1rem; } p { margin: .35rem 0; }
h1 { overflow-wrap: anywhere; } h3 { font-size: 1.02rem; margin: 1.1rem 0 .2rem; }
h2 { border-top: 3px solid var(--ink); padding-top: .6rem; font-size: 1.3rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid var(--line);
  border-left: .4rem solid var(--soft); padding: .5rem .7rem; margin: .4rem 0; font-size: .85rem; }
pre, code { font-family: "DejaVu Sans Mono", "Liberation Mono", Menlo, Consolas, monospace; }
nav ul { list-style: none; padding: 0; } nav li { padding: .25rem 0; } nav b { display: block;
  margin-top: .6rem; } a { color: inherit; } ol { margin: .3rem 0; padding-left: 1.5rem; }
.box { border: 2px solid var(--ink); border-radius: .3rem; padding: .4rem .7rem; margin: .6rem 0;
  break-inside: avoid; } .box > b { font-size: 1.05rem; }
.blank td { height: 1.9rem; } .blank .wide { width: 40%; }
@media screen and (max-width: 44rem) { .blank { display: none; } }
@media print { body { font-size: 10pt; line-height: 1.35; } table { font-size: 8.5pt; }
  h1 { font-size: 20pt; } h3 { font-size: 11pt; margin: 9pt 0 2pt; } p { margin: 3pt 0; }
  th, td { padding: 2.5pt 4pt; } pre { font-size: 8.5pt; } nav b { margin-top: 6pt; }
  nav a::after { content: leader('.') target-counter(attr(href url), page); }
  main > section { break-before: page; } h2 { border: 0; bookmark-level: 2; }
  h2.shelf { bookmark-level: 1; } h3 { bookmark-level: none; break-after: avoid; }
  h1 { bookmark-level: 1; } h2 { font-size: 16pt; margin: 0 0 6pt; }
  .card { font-size: 12pt; } .card h2 { font-size: 20pt; } pre { break-inside: avoid; }
  .blank { font-size: 9pt; } a { text-decoration: none; } }
""".strip()


def html_from_booklet(booklet: Booklet, more_style: str = "") -> str:
    """Write a booklet. Every text is escaped, whoever wrote it; a style is ours alone."""
    return "\n".join(_document(booklet, more_style)) + "\n"


def _document(booklet: Booklet, more_style: str) -> Iterator[str]:
    title = escape(harmless(booklet.title), quote=True)
    yield "<!DOCTYPE html>"
    yield f'<html lang="{escape(booklet.language, quote=True)}">'
    yield '<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="color-scheme" content="light dark">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">'
    yield f"<title>{title}</title>\n<style>{STYLE}\n{_MORE}{more_style}</style>\n</head>"
    yield f"<body>\n<main>\n<h1>{title}</h1>"
    yield from (f"<p>{inline(clean(text))}</p>" for text in booklet.lead)
    yield from _contents(booklet)
    for chapter in booklet.chapters:
        yield from _chapter(chapter, booklet.language)
    yield "</main>\n<footer>"
    yield from (f"<p>{inline(clean(text))}</p>" for text in booklet.footer)
    yield "</footer>\n</body>\n</html>"


def _contents(booklet: Booklet) -> Iterator[str]:
    yield f'<nav aria-label="{escape(booklet.contents, quote=True)}"><ul>'
    for shelf, chapters in groupby(booklet.chapters, key=lambda one: one.shelf):
        if shelf:
            yield f"<li><b>{escape(shelf)}</b></li>"
        for one in chapters:
            name = escape(one.anchor, quote=True)
            yield f'<li><a href="#{name}">{escape(harmless(one.title))}</a></li>'
    yield "</ul></nav>"


def _chapter(chapter: Chapter, language: str) -> Iterator[str]:
    kind = "card" if chapter.card else "chapter"
    name = escape(chapter.anchor, quote=True)
    yield f'<section class="{kind}" id="{name}">'
    if chapter.shelf:
        yield f'<p class="small">{escape(chapter.shelf)}</p>'
    yield f"<h2>{escape(harmless(chapter.title))}</h2>"
    for leaf in chapter.leaves:
        yield from _leaf(leaf, language)
    yield "</section>"


def _leaf(leaf: Leaf, language: str) -> Iterator[str]:
    match leaf:
        case Prose():
            yield f"<p>{inline(clean(leaf.text))}</p>"
        case Points():
            yield from _points(leaf)
        case Code():
            text = "\n".join(clean(line).replace("\n", " ") for line in leaf.lines)
            yield f"<pre>{escape(text, quote=False)}</pre>"
        case Blank():
            yield from _blank(leaf)
        case Box():
            lines = "".join(f"<p>{inline(clean(line))}</p>" for line in leaf.lines)
            yield f'<div class="box"><b>&#9744; {escape(harmless(leaf.name))}</b>{lines}</div>'
        case _:
            yield from parts_of(leaf, language)


def _points(leaf: Points) -> Iterator[str]:
    items = "".join(f"<li>{inline(clean(item))}</li>" for item in leaf.items)
    if leaf.first is None:
        yield f"<ul>{items}</ul>"
    else:
        yield f'<ol start="{leaf.first}">{items}</ol>'


def _blank(leaf: Blank) -> Iterator[str]:
    titles = "".join(
        f"<th{' class=wide' if at == leaf.wide else ''}>{escape(title)}</th>"
        for at, title in enumerate(leaf.heading)
    )
    row = f"<tr>{'<td></td>' * len(leaf.heading)}</tr>"
    yield f'<table class="blank"><thead><tr>{titles}</tr></thead>'
    yield f"<tbody>{row * leaf.rows}</tbody></table>"
