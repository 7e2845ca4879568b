"""Plain text as HTML that shows exactly that text, and the text of other people's HTML."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

_ADDRESS = re.compile(r"https?://[A-Za-z0-9./?=&%:@+#~-]+")
_FOLLOWING_BLANK = re.compile(r"^ |(?<= ) ", re.MULTILINE)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_TAG = re.compile(r"<[^>]*>")
_BLOCKS = frozenset({"p", "div", "li", "tr", "ul", "ol", "table", "blockquote", "pre", "h1", "h2"})
_HIDDEN = frozenset({"script", "style", "head", "title", "template"})
_SHOWN_AS_BLANK = "\u00a0"


def html_from_text(text: str) -> str:
    """Escape text; only addresses become links, because people follow them."""
    lines = text.expandtabs(4).split("\n")
    return "<div>" + "<br>\n".join(_line(line) for line in lines) + "</div>"


def _line(line: str) -> str:
    kept = _FOLLOWING_BLANK.sub(_SHOWN_AS_BLANK, line)
    return " ".join(map(_word, kept.split(" "))).replace(_SHOWN_AS_BLANK, "&nbsp;")


def _word(word: str) -> str:
    escaped = html.escape(word)
    return f'<a href="{escaped}">{escaped}</a>' if _ADDRESS.fullmatch(word) else escaped


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.read: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in _HIDDEN
        if tag == "br":
            self.read.append("\n")
        if tag in _BLOCKS:
            self._end_line()

    def handle_endtag(self, tag: str) -> None:
        self.hidden = max(0, self.hidden - (tag in _HIDDEN))
        if tag in _BLOCKS:
            self._end_line()

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        begins = not self.read or self.read[-1].endswith("\n")
        flat = _BLANKS.sub(" ", data)
        self.read.append(flat.removeprefix(" ") if begins else flat)

    def _end_line(self) -> None:
        self.read = [one for one in self.read if one]
        if self.read and not self.read[-1].endswith("\n"):
            self.read.append("\n")


def text_from_html(content: str) -> str:
    """Read the text; what is no HTML at all is read as far as it goes."""
    reading = _Reading()
    try:
        reading.feed(content)
        reading.close()
    except AssertionError:
        # The standard parser stumbles over some declarations that nobody means.
        return html.unescape(_TAG.sub("", content)).strip("\n")
    return "".join(reading.read).replace(_SHOWN_AS_BLANK, " ").strip("\n")
