"""Can what is declared a copy of another repository be one?"""

from __future__ import annotations

from collections.abc import Iterator

from continuity.config.draft import Draft
from continuity.config.problem import Problem, nearest, value_shown
from continuity.domain.text import N_, Message, say


def copy_problems(draft: Draft) -> Iterator[Problem]:
    """Check that copies lead to what can be copied, and that nobody else writes to them."""
    repositories = draft.repositories.parts
    for name, part in repositories.items():
        original = part.model.copy_of
        if original is None:
            continue
        if original not in draft.repositories.written:
            yield part.problem(
                ("copy_of",), _a_name(draft, original), value_shown(("copy_of",), original)
            )
        elif original in repositories:
            yield from _unlike(draft, name, original)
    for job in draft.jobs.parts.values():
        kept = repositories.get(job.model.repository)
        if kept is not None and kept.model.copy_of is not None:
            expected = say(N_("a repository that is no copy of another"))
            found = say(N_("a copy of {repository}"), repository=kept.model.copy_of)
            yield job.problem(("repository",), expected, found)


def _a_name(draft: Draft, name: str) -> Message:
    where = draft.repositories.where
    meant = nearest(name, draft.repositories.written)
    if meant is None:
        return say(N_("a name from {where}"), where=where)
    return say(N_("a name from {where}, perhaps {meant}"), where=where, meant=meant)


def _unlike(draft: Draft, name: str, original: str) -> Iterator[Problem]:
    part, other = draft.repositories.parts[name], draft.repositories.parts[original].model
    place = ("copy_of",)
    if other.copy_of is not None:
        # One step at most, so that there is neither a chain nor a circle.
        expected = say(N_("a repository that is no copy of another"))
        yield part.problem(place, expected, value_shown(place, original))
    if other.engine != part.model.engine:
        expected = say(N_("a repository of the same engine, {engine}"), engine=part.model.engine)
        found = say(N_("{repository}, kept by {engine}"), repository=original, engine=other.engine)
        yield part.problem(place, expected, found)
