"""Calendars and instants for tests of time that is worked."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from continuity.domain.calendar import Calendar, Season, Shift

MADRID, MEXICO = "Europe/Madrid", "America/Mexico_City"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEK = (0, 1, 2, 3, 4)

OFFICE = Calendar(
    name="office",
    zone=MADRID,
    shifts=(
        Shift(weekdays=WEEK, start=time(9), end=time(14)),
        Shift(weekdays=WEEK, start=time(16), end=time(19)),
    ),
    closed=frozenset({date(2026, 12, 8), date(2026, 12, 25)}),
    seasons=(
        Season(
            first=date(2026, 6, 15),
            last=date(2026, 9, 15),
            shifts=(Shift(weekdays=WEEK, start=time(8), end=time(15)),),
        ),
    ),
)
NIGHT = Calendar(name="night", zone=MADRID, shifts=(Shift(start=time(22), end=time(6)),))

# Mexico had clock changes until 2022: 3 April and 30 October were the last two.
_FIRST = datetime(2022, 1, 1, tzinfo=UTC)
moments = st.integers(0, 5 * 366 * 24 * 60).map(lambda minutes: _FIRST + minutes * HOUR / 60)
spans = st.integers(0, 40 * 24 * 60).map(lambda minutes: minutes * HOUR / 60)

_times = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
_shifts = st.builds(
    Shift,
    weekdays=st.lists(st.integers(0, 6), min_size=1, unique=True).map(tuple),
    start=_times,
    end=_times,
)
_days = st.integers(0, 5 * 366).map(lambda day: date(2022, 1, 1) + day * DAY)
_seasons = st.builds(
    lambda first, length, shifts: Season(first=first, last=first + length * DAY, shifts=shifts),
    _days,
    st.integers(0, 90),
    st.lists(_shifts, max_size=2).map(tuple),
)
calendars = st.builds(
    Calendar,
    name=st.just("any"),
    zone=st.sampled_from([MADRID, MEXICO, "America/Havana", "Pacific/Apia", "UTC"]),
    shifts=st.lists(_shifts, min_size=1, max_size=3).map(tuple),
    closed=st.frozensets(_days, max_size=5),
    seasons=st.lists(_seasons, max_size=2).map(tuple),
)


def utc(text: str) -> datetime:
    """An instant as people write it, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
