"""What was written on paper while the program was not there, and is entered later. Pure."""

from __future__ import annotations

from datetime import datetime

from continuity.domain.clock import text_from_time
from continuity.domain.conduct import Conduct
from continuity.domain.conduct_refusals import Command, marked
from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, say

PAPER = "paper"


def paper_moment(conduct: Conduct, at: datetime, now: datetime) -> datetime:
    """Give the time by which an entry of paper counts: its own, unless the run was further then.

    Raises ConfigurationError for one of the future, or of before the run.
    """
    if at > now:
        raise ConfigurationError(
            say(N_("What is on paper cannot have happened later than now.")),
            remedy=say(N_("Write the time that is on the paper: --at 2026-11-20T09:40.")),
        )
    began = conduct.started_at
    if began is not None and at < began:
        raise ConfigurationError(
            say(
                N_("The run {run} began at {began}, after what is on paper."),
                run=conduct.run,
                began=text_from_time(began),
            ),
            remedy=say(N_("Look which run it belongs to: continuity runbook status")),
        )
    return max(at, conduct.latest or at)


def from_paper(command: Command, at: datetime, now: datetime) -> Command:
    """Mark what a command writes as entered from paper, with both times."""
    said = {"source": PAPER, "paper_at": text_from_time(at), "entered_at": text_from_time(now)}
    return marked(command, said)
