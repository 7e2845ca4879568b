"""Writes a letter as a page for mail readers: tables, colours that stand in light and dark, no
images, nothing fetched from anywhere, and everything that comes from elsewhere escaped."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from continuity.domain.cleaned import one_line
from continuity.domain.letter import Letter
from continuity.domain.text import N_
from continuity.domain.ticket import Severity
from continuity.notify.paragraphs import (
    Part,
    banner_of,
    facts_of,
    link_of,
    link_text,
    parts_of,
    subject_of,
)
from continuity.speech.speaker import speaker_of

# White on each of them has a contrast of 4.5 to 1 or more.
_COLOURS = {
    Severity.S1: "#a31515",
    Severity.S2: "#b03a00",
    Severity.S3: "#8a5a00",
    Severity.S4: "#1f5aa6",
    Severity.S5: "#4b5563",
}
_OVER = "#1b6e3c"
_DETAILS = N_("Details")
_LONGEST_PART, _LONGEST_FOOTER = 4_000, 300
_FONT = "font-family:Arial,Helvetica,sans-serif"
_BREAK = "word-break:break-word;overflow-wrap:anywhere"
_TABLE = 'role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"'

# Readers that know nothing of it lose nothing: the colours beside each element are complete.
_DARK = """\
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){
.page{background:#14161a!important}
.card{background:#1f2329!important;border-color:#3a414b!important}
.text{color:#e9ebee!important}
.quiet{color:#b3bac4!important}
.line{border-color:#3a414b!important}
.link{background:#9cc4ff!important;color:#10243f!important}
}"""


def page_from_letter(letter: Letter) -> str:
    """Write the page; below 100 kB, where mail readers begin to cut."""
    language = escape(letter.language, quote=True)
    subject = escape(subject_of(letter))
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{language}" dir="ltr">',
            '<head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="supported-color-schemes" content="light dark">',
            f"<title>{subject}</title>",
            f"<style>{_DARK}</style></head>",
            '<body class="page" style="margin:0;padding:0;background:#f1f3f6">',
            f'<table {_TABLE} class="page" style="background:#f1f3f6"><tr>',
            '<td align="center" style="padding:16px 8px">',
            f'<table {_TABLE} class="card" lang="{language}" style="max-width:600px;'
            'background:#ffffff;border:1px solid #d3d8df;border-radius:8px">',
            *_rows(letter, subject),
            "</table></td></tr></table></body></html>",
        ]
    )


def _rows(letter: Letter, subject: str) -> Iterator[str]:
    colour = _OVER if letter.recovered else _COLOURS[letter.severity]
    yield (
        f'<tr><td bgcolor="{colour}" style="background:{colour};color:#ffffff;padding:12px 20px;'
        f'border-radius:7px 7px 0 0;{_FONT};font-size:16px;font-weight:bold;line-height:24px">'
        f"{escape(banner_of(letter))}</td></tr>"
    )
    yield _row(
        f'<h1 class="text" style="margin:0;{_FONT};font-size:20px;line-height:28px;'
        f'color:#17191c;{_BREAK}">{subject}</h1>'
    )
    for part in parts_of(letter, _LONGEST_PART):
        yield _row(_part(part))
    if link_of(letter):
        yield _row(_link(letter))
    facts = facts_of(letter)
    if facts:
        yield _row(_facts(letter, facts))
    footer = escape(one_line(letter.footer, _LONGEST_FOOTER))
    yield (
        '<tr><td class="line" style="padding:12px 20px 16px;border-top:1px solid #d3d8df">'
        f'<p class="quiet" style="margin:0;{_FONT};font-size:12px;line-height:18px;'
        f'color:#545b66;{_BREAK}">{footer}</p></td></tr>'
    )


def _row(content: str) -> str:
    return f'<tr><td style="padding:10px 20px">{content}</td></tr>'


def _part(part: Part) -> str:
    text = escape(part.text).replace("\n", "<br>\n")
    return (
        f'<h2 class="quiet" style="margin:0 0 4px;{_FONT};font-size:14px;line-height:20px;'
        f'color:#545b66">{escape(part.head)}</h2>'
        f'<p class="text" style="margin:0;{_FONT};font-size:16px;line-height:24px;'
        f'color:#17191c;{_BREAK}">{text}</p>'
    )


def _link(letter: Letter) -> str:
    address = escape(link_of(letter), quote=True)
    return (
        f'<a class="link" href="{address}" style="display:inline-block;background:#1f5aa6;'
        f"color:#ffffff;padding:12px 20px;border-radius:6px;{_FONT};font-size:16px;"
        f'line-height:20px;font-weight:bold;text-decoration:none">{escape(link_text(letter))}</a>'
    )


def _facts(letter: Letter, facts: tuple[tuple[str, str], ...]) -> str:
    head = escape(speaker_of(letter.language).text(_DETAILS))
    cell = f"padding:4px 8px 4px 0;{_FONT};font-size:14px;line-height:20px;vertical-align:top"
    rows = "\n".join(
        f'<tr><th scope="row" align="left" class="quiet" style="{cell};color:#545b66;'
        f'font-weight:normal;width:40%">{escape(label)}</th>'
        f'<td class="text" style="{cell};color:#17191c;{_BREAK}">{escape(value)}</td></tr>'
        for label, value in facts
    )
    return (
        '<table width="100%" cellpadding="0" cellspacing="0" border="0">'
        f'<caption class="quiet" style="text-align:left;padding:0 0 4px;{_FONT};font-size:14px;'
        f'font-weight:bold;color:#545b66">{head}</caption>\n{rows}</table>'
    )
