"""The words of reports for what the domain counts in closed lists."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from continuity.domain.advice import Outcome, Size
from continuity.domain.incident import State
from continuity.domain.light import Light
from continuity.domain.report import Trend
from continuity.domain.run import RunKind
from continuity.domain.scorecard import Answer, Part
from continuity.domain.segment import Clock
from continuity.domain.text import N_

LIGHTS: Mapping[Enum, str] = {
    Light.GREEN: N_("Proven"),
    Light.AMBER: N_("Overdue or set aside"),
    Light.RED: N_("Not as agreed"),
    Light.UNKNOWN: N_("Not known"),
}
SIGNS: Mapping[Light, str] = {
    Light.GREEN: "+",
    Light.AMBER: "!",
    Light.RED: "X",
    Light.UNKNOWN: "?",
}
"""Beside the colour and the word, for whoever sees neither."""

TRENDS: Mapping[Enum, str] = {
    Trend.BETTER: N_("better than before"),
    Trend.SAME: N_("as before"),
    Trend.WORSE: N_("worse than before"),
    Trend.UNKNOWN: N_("nothing to compare with"),
}
RUNS: Mapping[Enum, str] = {
    RunKind.BACKUP: N_("Backups"),
    RunKind.DRILL: N_("Restore tests"),
    RunKind.CHECK: N_("Checks of repositories"),
    RunKind.RETENTION: N_("Removals of old copies"),
}
SIZES: Mapping[Enum, str] = {
    Size.SMALL: N_("small"),
    Size.MEDIUM: N_("medium"),
    Size.LARGE: N_("large"),
}
OUTCOMES: Mapping[Enum, str] = {
    Outcome.GONE: N_("It helped: what asked for it is gone."),
    Outcome.REMAINS: N_("It is still so."),
    Outcome.UNKNOWN: N_("Whether it is still so is not known."),
}
PARTS: Mapping[Enum, str] = {
    Part.COPIES: N_("3 copies, with the source"),
    Part.MEDIA: N_("2 kinds of storage"),
    Part.OFFSITE: N_("1 off-site"),
    Part.IMMUTABLE: N_("1 that refuses deletion"),
    Part.VERIFIED: N_("0 errors when restored"),
}
ANSWERS: Mapping[Enum, str] = {
    Answer.YES: N_("yes"),
    Answer.UNKNOWN: N_("unknown"),
    Answer.NO: N_("no"),
}
ANSWER_LIGHTS: Mapping[Answer, Light] = {
    Answer.YES: Light.GREEN,
    Answer.UNKNOWN: Light.UNKNOWN,
    Answer.NO: Light.RED,
}
STATES: Mapping[Enum, str] = {
    State.PENDING: N_("not announced yet"),
    State.OPEN: N_("open"),
    State.ACKNOWLEDGED: N_("acknowledged"),
    State.IN_PROGRESS: N_("in progress"),
    State.ON_HOLD: N_("on hold"),
    State.MITIGATED: N_("mitigated"),
    State.RESOLVED: N_("resolved"),
    State.CLOSED: N_("closed"),
    State.CANCELLED: N_("cancelled"),
}
CLOCKS: Mapping[Enum, str] = {
    Clock.DETECTION: N_("until it was noticed"),
    Clock.RESPONSE: N_("until somebody had it"),
    Clock.RESOLUTION: N_("until it was over"),
    Clock.UPDATE: N_("since people were told"),
    Clock.ATTENTION: N_("while nobody had it"),
    Clock.RTO: N_("until the service worked"),
    Clock.REGULATORY: N_("until the authority was told"),
}
CRITICALITIES: Mapping[str, str] = {
    "vital": N_("vital"),
    "high": N_("high"),
    "normal": N_("normal"),
    "low": N_("low"),
}
TERMS = (
    (N_("Restore point"), N_("A copy of everything as it was at one moment.")),
    (N_("Restore test"), N_("Copies are really restored, apart, and compared byte by byte.")),
    (N_("Proven"), N_("A restore test passed, and not so long ago that it no longer counts.")),
    (N_("Work lost"), N_("Everything done since the restore point that one comes back to.")),
    (N_("Back after"), N_("The time from the decision to recover until people work again.")),
    (N_("Not known"), N_("Nobody looked, or looking failed. It is never taken for good.")),
)
"""The six terms a reader needs."""
