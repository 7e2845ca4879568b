"""Can every machine that people wrote be reached the way they wrote it?"""

from __future__ import annotations

from collections.abc import Iterator

from continuity.config.draft import Draft, Part
from continuity.config.problem import NOTHING, Problem, nearest, value_shown
from continuity.domain.system import Host
from continuity.domain.text import N_, say

LOCAL = "local"
_OF_EVERY_KIND = frozenset({"kind", "site"})


def host_problems(draft: Draft) -> Iterator[Problem]:
    """Check every host by itself, and the ways that lead through others."""
    for name, part in draft.hosts.parts.items():
        yield from _by_itself(name, part)
        yield from _way(draft, name, part)


def _by_itself(name: str, part: Part[Host]) -> Iterator[Problem]:
    host = part.model
    if host.kind == "local":
        for key in sorted(host.model_fields_set - _OF_EVERY_KIND):
            expected = say(N_("nothing here: no connection is made to this machine"))
            yield part.problem((key,), expected, value_shown((key,), getattr(host, key)))
        return
    if name == LOCAL:
        expected = say(N_("local: the host of this name is always this machine"))
        yield part.problem(("kind",), expected, value_shown(("kind",), host.kind))
    if host.address is None:
        expected = say(N_("its name or address in the network"))
        yield part.problem(("address",), expected, NOTHING)


def _way(draft: Draft, name: str, part: Part[Host]) -> Iterator[Problem]:
    place, through = ("jump",), part.model.jump
    if through is None or part.model.kind != "ssh" or not draft.hosts.known:
        return
    found = value_shown(place, through)
    if through not in draft.hosts.written:
        meant, where = nearest(through, draft.hosts.written), draft.hosts.where
        expected = say(N_("a name from {where}"), where=where)
        if meant is not None:
            expected = say(N_("a name from {where}, perhaps {meant}"), where=where, meant=meant)
        yield part.problem(place, expected, found)
        return
    jump = draft.hosts.parts.get(through)
    if jump is not None and jump.model.kind != "ssh":
        yield part.problem(place, say(N_("a host that is reached over SSH")), found)
    circle = _circle(draft, name)
    # Said once, of the first of those that lead to each other.
    if circle and name == min(circle):
        expected = say(N_("a way that does not lead through the host itself"))
        shown = say("{circle}", circle=" → ".join((*circle, name)))
        yield part.problem(place, expected, shown)


def _circle(draft: Draft, name: str) -> tuple[str, ...]:
    """Follow the jumps of a host; gives the hosts on the way when it ends where it began."""
    way = [name]
    while True:
        part = draft.hosts.parts.get(way[-1])
        through = None if part is None else part.model.jump
        if through == name:
            return tuple(way)
        if through is None or through in way:
            return ()
        way.append(through)
