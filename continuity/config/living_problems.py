"""What a job says in vain of a source that is copied as one stream and always restored whole."""

from __future__ import annotations

from collections.abc import Iterator

from continuity.config.draft import Draft, Part
from continuity.config.problem import Problem, value_shown
from continuity.domain.job import Job
from continuity.domain.text import N_, say
from continuity.sources.registry import source_kinds


def living_problems(draft: Draft) -> Iterator[Problem]:
    """Look at every job whose source gives a stream of itself."""
    for job in draft.jobs.parts.values():
        if source_kinds()[job.model.source.kind].capture is not None:
            yield from _in_vain(job)


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
