"""What a job says in vain of a source that is copied as one stream and always restored whole."""

from __future__ import annotations

from collections.abc import Iterator

from continuity.config.draft import Draft, Part
from continuity.config.host_problems import LOCAL
from continuity.config.problem import Problem, value_shown
from continuity.domain.job import Job
from continuity.domain.text import N_, say
from continuity.engines.registry import engine_kinds
from continuity.sources.registry import source_kinds


def living_problems(draft: Draft) -> Iterator[Problem]:
    """Look at every job whose source gives a stream of itself."""
    for job in draft.jobs.parts.values():
        if source_kinds()[job.model.source.kind].capture is not None:
            yield from _in_vain(job)
        if source_kinds()[job.model.source.kind].of_itself:
            yield from _of_itself(draft, job)


def _of_itself(draft: Draft, job: Part[Job]) -> Iterator[Problem]:
    """A copy of Continuity holds keys, and what it copies is on this machine."""
    repository = draft.repositories.parts.get(job.model.repository)
    if repository is not None and not engine_kinds()[repository.model.engine].needs_password:
        expected = say(N_("a repository that encrypts: this copy holds keys and passwords"))
        yield job.problem(("repository",), expected, value_shown((), job.model.repository))
    if job.model.source.host != LOCAL:
        expected = say(N_("local: only the installation that runs can copy itself"))
        place = ("source", "host")
        yield job.problem(place, expected, value_shown(place, job.model.source.host))


def _in_vain(job: Part[Job]) -> Iterator[Problem]:
    sample = job.model.sample
    for key in sorted(sample.model_fields_set):
        place = ("sample", key)
        expected = say(
            N_("nothing here: what such a source gives is restored whole in every drill")
        )
        yield job.problem(place, expected, value_shown(place, getattr(sample, key)))
    plausibility = job.model.plausibility
    if plausibility.min_files > 1:
        place = ("plausibility", "min_files")
        expected = say(N_("nothing here: what such a source gives is one file"))
        yield job.problem(place, expected, value_shown(place, plausibility.min_files))
