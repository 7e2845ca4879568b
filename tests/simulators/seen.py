"""What people see of a message at the other end, and what they could be led to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One message: the words, where its links lead, and who is called by it.

    ``raw`` is what came, ``thread`` and ``name`` by what the other side tells messages apart.
    """

    text: str
    links: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    raw: bytes = b""
    thread: str = ""
    name: str = ""


class Wall(Protocol):
    """Where messages can be seen."""

    seen: list[Seen]
    gone: bool


@dataclass
class Page(HTMLParser):
    """A page as a mail reader takes it."""

    words: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "href":
                self.links.append(value or "")
            if name in {"src", "background", "srcset", "action"} or "url(" in (value or ""):
                self.fetched.append(value or "")

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] and self.tags[-1] not in {"style", "title"}:
            self.words.append(data)


def page_from_text(text: str) -> Page:
    """Read a page."""
    page = Page()
    page.feed(text)
    page.close()
    return page


def markdown_links(text: str) -> list[str]:
    """Find where Markdown would lead to."""
    return re.findall(r"\]\(([^)]*)\)", text) + re.findall(r"(?<![\w/])https?://\S+", text)
