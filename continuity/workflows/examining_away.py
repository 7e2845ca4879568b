"""Look whether the files of other machines can be seen, and copied by who is to copy them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from continuity.domain.examined import Examined, examined_from_error, sound
from continuity.domain.facts import Facts, JobFacts
from continuity.domain.failure import ContinuityError
from continuity.domain.text import N_, Message, say
from continuity.hosts.presence import Needed
from continuity.workflows.readying import known_id, require_same
from continuity.workflows.world import Away, Protected


def examine_away(all_protected: Iterable[Protected], facts: Facts) -> Iterator[Examined]:
    """Look at the source of each job on another machine, and at its repository as seen there."""
    for protected in all_protected:
        away = protected.away
        if away is not None:
            known = facts.jobs.get(protected.job.name, JobFacts(job=protected.job.name))
            yield from _job(protected, away, known)


def _job(protected: Protected, away: Away, facts: JobFacts) -> Iterator[Examined]:
    subject = say(N_("{job} on {host}"), job=protected.job.name, host=away.host)
    try:
        extent = protected.extent
        protected.files.require(
            Needed(roots=extent.roots, mounts=extent.mounts, sentinels=extent.sentinels)
        )
        yield sound(subject, say(N_("The source is there.")))
        yield sound(subject, _copier(protected, away, facts))
    except ContinuityError as error:
        yield examined_from_error(subject, error)


def _copier(protected: Protected, away: Away, facts: JobFacts) -> Message:
    if away.open_engine is None:
        return say(N_("{engine} fetches it from here."), engine=protected.repository.engine)
    engine = away.open_engine()
    tool = engine.probe()
    identity = known_id(protected, facts)
    if identity is None:
        return say(
            N_("{name} {version} copies it from there; nothing was copied yet."),
            name=tool.name,
            version=tool.version,
        )
    require_same(engine, identity, protected.job.repository, away.host)
    return say(
        N_("{name} {version} copies it from there, and reaches the repository."),
        name=tool.name,
        version=tool.version,
    )
