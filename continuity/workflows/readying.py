"""Make sure that the repository is there, and that it is the one the record knows."""

from __future__ import annotations

from continuity.domain.facts import JobFacts
from continuity.domain.failure import UnreachableError
from continuity.domain.text import N_, say
from continuity.engines.engine import Engine
from continuity.workflows.world import Protected


def ready_repository(engine: Engine, protected: Protected, facts: JobFacts) -> str:
    """Give the repository's id; a repository never used before is made first.

    One that was used before is never made again: where it should be there may be an unmounted disk,
    and an empty repository would hide that. Raises UnreachableError when it is gone or another.
    """
    if known_id(protected, facts) is None and not engine.exists():
        engine.initialise()
    return require_repository(engine, protected, facts)


def require_repository(engine: Engine, protected: Protected, facts: JobFacts) -> str:
    """Give the repository's id. Raises UnreachableError when it is gone or another."""
    known = known_id(protected, facts)
    if known is not None and engine.recognises(known):
        return known
    found = engine.identity()
    if known is not None and found != known:
        raise UnreachableError(
            say(
                N_("The repository {name} is not the recorded one: it is {found}, not {known}."),
                name=protected.job.repository,
                found=found[:12],
                known=known[:12],
            ),
            remedy=say(
                N_(
                    "Look whether the right disk is mounted. If it was replaced on purpose, give"
                    " the new one a new name in config/repositories.yaml."
                )
            ),
        )
    return found


def require_same(engine: Engine, identity: str, repository: str, host: str) -> None:
    """Refuse to copy into what another machine takes for the repository and is another one.

    Raises UnreachableError, also when nothing is there.
    """
    if engine.identity() == identity:
        return
    raise UnreachableError(
        say(
            N_("What {host} sees as the repository {name} is another repository."),
            host=host,
            name=repository,
        ),
        remedy=say(
            N_("Correct its address under seen_from: {host} in config/repositories.yaml."),
            host=host,
        ),
    )


def known_id(protected: Protected, facts: JobFacts) -> str | None:
    """Give the id of the repository into which a job was copied last; None before the first."""
    for run in reversed(facts.backups):
        if run.identity.repository == protected.job.repository and run.identity.repository_id:
            return run.identity.repository_id
    return None
