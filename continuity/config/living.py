"""What a source that gives a stream of itself needs of what people wrote."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from continuity.config.opening import Means
from continuity.config.premises import premises_of
from continuity.config.secrets import read_secret
from continuity.domain.job import Job, ReplaceableSource, ServedSource
from continuity.domain.secret import Secret
from continuity.hosts.local import LocalHost
from continuity.sandbox.checks.registry import check_kinds
from continuity.sources.registry import source_kinds
from continuity.sources.replacement import Door
from continuity.sources.source import Living


def living_source(means: Means, job: Job) -> Living | None:
    """Give all that a job's source needs to be captured and revived; None for one of files."""
    kind = source_kinds()[job.source.kind]
    if kind.capture is None or kind.revive is None:
        return None
    return Living(
        capture=kind.capture,
        revive=kind.revive,
        open_host=lambda: means.hosts.host(job.source.host),
        read_password=lambda: source_password(job, means.environ),
        questions=source_questions(job),
        plant=kind.plant,
        inquire=kind.inquire,
        replace=kind.replace,
        open_door=lambda: _door(means, job),
        premises=partial(premises_of, means, job) if kind.of_itself else None,
    )


def _door(means: Means, job: Job) -> Door:
    """Give the way by which a database is replaced. Raises what ``read_secret`` raises."""
    source, host = job.source, means.hosts.host(job.source.host)
    login = source.restore if isinstance(source, ReplaceableSource) else None
    if login is None:
        return Door(source=source, host=host, password=source_password(job, means.environ))
    kept = login.password
    password = None if kept is None else read_secret(kept, environ=means.environ, host=LocalHost())
    return Door(source=source, host=host, password=password, user=login.user)


def source_password(job: Job, environ: Mapping[str, str]) -> Secret | None:
    """Fetch what the source asks for, None when it asks for nothing.

    A command that prints it runs on this machine. Raises what ``read_secret`` raises.
    """
    source = job.source
    if not isinstance(source, ServedSource) or source.password is None:
        return None
    return read_secret(source.password, environ=environ, host=LocalHost())


def source_questions(job: Job) -> tuple[str, ...]:
    """Give the queries that the source itself is asked when it is captured, each once."""
    kinds = check_kinds()
    asked = (query for check in job.checks for query in kinds[check.kind].questions(check))
    return tuple(dict.fromkeys(asked))
