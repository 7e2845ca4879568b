"""The words of runbooks, in the language in use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from continuity.cli.language import speaker
from continuity.domain.step_kinds import Step
from continuity.speech import runbook_words


def word(name: str) -> str:
    """Give the word people use for a value of the format."""
    return runbook_words.word(speaker(), name)


def span(time: timedelta) -> str:
    """Write a duration as it is written in files."""
    return runbook_words.span(time)


def what_it_does(step: Step) -> Iterator[str]:
    """Say what a step does beyond what all steps have."""
    return runbook_words.what_it_does(speaker(), step)
