"""The little of Markdown that runbooks use, as leaves of a booklet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from continuity.domain.cleaned import clean
from continuity.reports.booklet import Code, Leaf, Points, Prose
from continuity.reports.page import Heading

_FENCE = re.compile(r"[ ]{0,3}(~{3,}|`{3,})")
_BULLET = re.compile(r"[ ]{0,3}[-*+][ ]+(.*)")
_NUMBER = re.compile(r"[ ]{0,3}(\d{1,9})[.)][ ]+(.*)")
_TITLE = re.compile(r"(#{1,6})[ ]+(.*)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_INLINE = (
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*([^*]+)\*\*"), r"<b>\1</b>"),
    (re.compile(r"(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])"), r"<i>\1</i>"),
    # Paper and phones without a network follow no link, so its address is read.
    (re.compile(r"\[([^\]]{1,300})\]\(([^)\s]{1,300})\)"), r"\1 (\2)"),
)


def leaves_from_markdown(text: str) -> Iterator[Leaf]:
    """Read paragraphs, lists, titles and code; anything else stays the text it is."""
    lines = _COMMENT.sub("", clean(text)).split("\n")
    block: list[str] = []
    fence = ""
    for line in (*lines, ""):
        mark = _FENCE.match(line)
        if fence:
            if mark is not None and mark[1].startswith(fence):
                yield Code(tuple(block))
                block, fence = [], ""
            else:
                block.append(line)
        elif mark is not None or not line.strip():
            yield from _blocks(block)
            block, fence = [], mark[1] if mark else ""
        else:
            block.append(line)
    # Without its end a fence still holds code, up to the line that was added here.
    yield from [Code(tuple(block[:-1]))] if fence else _blocks(block)


def inline(text: str) -> str:
    """Write a line as HTML: everything is escaped before anything gets a meaning."""
    written = escape(" ".join(text.split()), quote=True)
    for pattern, form in _INLINE:
        written = pattern.sub(form, written)
    return written


def _blocks(lines: list[str]) -> Iterator[Leaf]:
    """Cut lines without a blank one between them at their lists and titles."""
    gathered = _Gathered()
    for line in lines:
        title = _TITLE.match(line)
        marked = _BULLET.match(line) or _NUMBER.match(line)
        if title is not None:
            yield from gathered.taken()
            yield Heading(title[2], 3, "")
        elif marked is not None:
            if not gathered.is_list:
                yield from gathered.taken()
            gathered.add_item(marked)
        else:
            gathered.go_on(line.strip())
    yield from gathered.taken()


class _Gathered:
    """Lines on their way to a paragraph or a list."""

    def __init__(self) -> None:
        self._items: list[str] = []
        self._first: int | None = None
        self.is_list = False

    def add_item(self, marked: re.Match[str]) -> None:
        if not self._items:
            self._first = int(marked[1]) if marked.re is _NUMBER else None
        self.is_list = True
        self._items.append(marked[marked.re.groups])

    def go_on(self, text: str) -> None:
        if self._items:
            self._items[-1] += " " + text
        else:
            self._items.append(text)

    def taken(self) -> Iterator[Leaf]:
        items, self._items = tuple(self._items), []
        was_list, self.is_list = self.is_list, False
        if items:
            yield Points(items, self._first) if was_list else Prose(" ".join(items))
