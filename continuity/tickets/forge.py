"""Requests to one repository of a forge: what GitHub and GitLab do alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from continuity.domain.examined import Examined, sound
from continuity.domain.text import N_, say
from continuity.hosts.web import Ask, Body, Web
from continuity.hosts.web_answer import Answer
from continuity.hosts.web_words import json_bytes, path_from_parts
from continuity.tickets.examining import examine_label
from continuity.tickets.reading import Plain, listed

_PAGE, _MOST_PAGES = 100, 20
_NOT_FOUND = 404


@dataclass(frozen=True, kw_only=True, slots=True)
class Forge:
    """One repository or project, and the way to it; ``root`` is its path."""

    name: str
    root: tuple[str, ...]
    web: Web

    def path(self, *parts: str) -> str:
        """Give the path of something in the repository."""
        return path_from_parts(*self.root, *parts)

    def read(self, *parts: str, accept: tuple[int, ...] = (200,)) -> Answer:
        """Read something of the repository."""
        return self.web.read(Ask(method="GET", path=self.path(*parts)), accept)

    def pages(self, *parts: str, query: tuple[tuple[str, str], ...] = ()) -> Iterator[Plain]:
        """Read a list to its end, or to the two thousandth."""
        for page in range(1, _MOST_PAGES + 1):
            numbered = (*query, ("per_page", str(_PAGE)), ("page", str(page)))
            answer = self.web.read(Ask(method="GET", path=self.path(*parts), query=numbered))
            found = listed(self.name, answer.value())
            yield from found
            if len(found) < _PAGE:
                return

    def change(self, method: str, value: object, *parts: str, repeatable: bool = False) -> Ask:
        """Prepare a write."""
        body = Body(content=json_bytes(value), media_type="application/json")
        return Ask(method=method, path=self.path(*parts), body=body, repeatable=repeatable)

    def examine_label(self, name: str) -> Examined:
        """Look whether a label exists."""
        return examine_label(name, lambda: self._has_label(name))

    def examine_account(self, me: Callable[[], str]) -> Examined:
        """Say who asks; raises what asking raises."""
        return sound(say(N_("account")), say(N_("It is {name}."), name=self.web.shown(me())))

    def _has_label(self, name: str) -> bool:
        return self.read("labels", name, accept=(200, _NOT_FOUND)).status != _NOT_FOUND
