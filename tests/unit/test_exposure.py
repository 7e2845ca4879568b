"""Exposure agrees with the plain definition, instant by instant."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.objectives import Span, measure_exposure

ZERO = datetime(2026, 1, 1, tzinfo=UTC)
NOW = ZERO + timedelta(minutes=60)
WINDOW = timedelta(minutes=30)


def at(minute: int) -> datetime:
    return ZERO + timedelta(minutes=minute)


spans = st.lists(
    st.builds(
        lambda start, age, life: Span(
            at(start - age), at(start), None if life is None else at(start + life)
        ),
        st.integers(0, 70),
        st.integers(0, 20),
        st.one_of(st.none(), st.integers(0, 80)),
    ),
    max_size=12,
).map(lambda drawn: sorted(drawn, key=lambda span: span.start))


def exposure_at(drawn: list[Span], moment: datetime, *, before: bool) -> timedelta | None:
    """Take the definition literally, at a moment or just before it."""
    usable = [
        span.data
        for span in drawn
        if (span.start < moment if before else span.start <= moment)
        and (span.end is None or (span.end >= moment if before else span.end > moment))
    ]
    return moment - max(usable) if usable else None


@given(spans)
def test_exposure_now_is_the_age_of_the_newest_usable_data(drawn: list[Span]) -> None:
    assert exposure_at(drawn, NOW, before=False) == measure_exposure(drawn, NOW, WINDOW).now


@given(spans)
def test_worst_exposure_is_the_longest_of_every_instant_in_the_window(drawn: list[Span]) -> None:
    measured = measure_exposure(drawn, NOW, WINDOW)
    begun = [span for span in drawn if span.start <= NOW]
    first = min((span.start for span in begun), default=NOW)
    moments = [at(minute) for minute in range(30, 61) if at(minute) > first]
    literal = [exposure_at(begun, moment, before=True) for moment in moments]
    literal.append(exposure_at(begun, NOW, before=False))

    if None in literal:
        assert measured.worst is None
    else:
        assert max(one for one in literal if one is not None) == measured.worst


@given(spans)
def test_the_worst_is_never_better_than_now(drawn: list[Span]) -> None:
    measured = measure_exposure(drawn, NOW, WINDOW)

    assert measured.worst is None or (measured.now is not None and measured.now <= measured.worst)


def test_no_point_is_unbounded_and_not_zero() -> None:
    assert measure_exposure([], NOW, WINDOW) == (None, None, None)
