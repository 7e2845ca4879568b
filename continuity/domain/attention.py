"""Whether anything looks at what is planned, and whether anybody would notice if not. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from continuity.domain.examined import Examined, doubtful, sound
from continuity.domain.text import N_, say

_SHORTEST = timedelta(minutes=15)
_SERVICE = say(N_("service"))
_OUTSIDE = say(N_("sign of life"))
_REPORTS = say(N_("reports"))
_START = say(
    N_(
        "Let it run: continuity service install. It runs already? See why it does not look: "
        "systemctl status continuity"
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Attention:
    """What is known of who looks at the timetables.

    ``looked`` is when ``by`` last looked. ``gap`` is the shortest time within which some job has to
    be looked at, None where none has a timetable. ``heartbeat`` names the channel that hears the
    service live, and ``digest`` says that somebody gets one. ``unusable`` are jobs that are written
    but cannot be used, so what they plan is not known.
    """

    looked: datetime | None
    by: str
    gap: timedelta | None
    heartbeat: str
    digest: bool
    zone: str = "UTC"
    unusable: tuple[str, ...] = ()


def examine_attention(seen: Attention, now: datetime) -> Iterator[Examined]:
    """Say who looks, when last, who would notice from outside, and who is told each day."""
    yield _looking(seen, now)
    if seen.heartbeat:
        what = N_("{channel} hears that the service lives, and raises the alarm when it does not.")
        yield sound(_OUTSIDE, say(what, channel=seen.heartbeat))
    elif seen.gap is not None:
        yield doubtful(
            _OUTSIDE,
            say(N_("Nobody outside would notice its silence: service.heartbeat names no channel.")),
            say(N_("Write a channel of kind heartbeat, and name it there.")),
        )
    if seen.gap is not None and not seen.digest:
        yield doubtful(
            _REPORTS,
            say(N_("Nobody gets a digest, so nobody would miss one.")),
            say(
                N_(
                    "Let somebody get one each day, in config/reports.yaml: cadence: daily, "
                    "detail: digest."
                )
            ),
        )


def _looking(seen: Attention, now: datetime) -> Examined:
    if seen.gap is None and seen.unusable:
        what = N_("No job that can be used has a timetable; what these plan is not known: {names}.")
        names = ", ".join(seen.unusable)
        return doubtful(_SERVICE, say(what, names=names), say(N_("Run: continuity check")))
    if seen.looked is None and seen.gap is None:
        return sound(_SERVICE, say(N_("No job has a timetable.")))
    if seen.looked is None:
        return doubtful(
            _SERVICE, say(N_("Jobs have timetables, and nothing ever looked at them.")), _START
        )
    at = f"{seen.looked.astimezone(ZoneInfo(seen.zone)):%Y-%m-%d %H:%M}"
    if seen.gap is not None and now - seen.looked > max(seen.gap, _SHORTEST):
        what = N_(
            "Nothing has looked at the timetables since {at}; then it was {by}. Something was due."
        )
        return doubtful(_SERVICE, say(what, at=at, by=seen.by or "-"), _START)
    what = N_("It looked at the timetables last at {at}, by {by}.")
    return sound(_SERVICE, say(what, at=at, by=seen.by or "-"))
