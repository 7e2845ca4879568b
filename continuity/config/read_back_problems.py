"""Whether a timetable can keep the deadline by which stored bytes are read back."""

from __future__ import annotations

from collections.abc import Iterator

from continuity.config.draft import Part
from continuity.config.problem import Problem, value_shown
from continuity.domain.job import Job
from continuity.domain.schedule import timetable_from_text
from continuity.domain.text import N_, say
from continuity.domain.written import text_from_duration


def read_back_problems(job: Part[Job]) -> Iterator[Problem]:
    """Ask for two rounds within the deadline: one of them may fail."""
    within, text = job.model.read_back.within, job.model.schedule.read_back
    if within is None or text is None:
        return
    try:
        gap = timetable_from_text(text, "UTC").widest_gap()
    except ValueError:
        return
    if within < 2 * gap:
        place = ("read_back", "within")
        expected = say(
            N_("at least {least}, twice the time between two read-backs by schedule.read_back"),
            least=text_from_duration(2 * gap),
        )
        yield job.problem(place, expected, value_shown(place, text_from_duration(within)))
