"""Signs of life in the protocol of Healthchecks are read as it says, and nothing else is one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.ping import (
    LONGEST_RUN,
    Heard,
    Ping,
    PingError,
    Signal,
    ending_of,
    ping_from_request,
    started_at,
)

CHECK = UUID("f0a9b6c1-52d3-4a7e-9d1b-0c3e5f7a9b2d")
KEY = "Jq7Rt5-zz91_XhLrTn2XhA"
RUN, OTHER = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

runs = st.none() | st.uuids()
signals = st.one_of(
    st.sampled_from(Signal).map(lambda signal: (signal, None)),
    st.integers(0, 255).map(lambda code: (Signal.FAIL if code else Signal.SUCCESS, code)),
)
by_check = st.builds(
    lambda check, said, run: Ping(check=check, signal=said[0], status=said[1], run=run),
    st.uuids(),
    signals,
    runs,
)
by_slug = st.builds(
    lambda key, slug, said, run, create: Ping(
        key=key, slug=slug, signal=said[0], status=said[1], run=run, create=create
    ),
    st.from_regex(r"[A-Za-z0-9_-]{22}", fullmatch=True),
    st.from_regex(r"[a-z0-9_-]{1,40}", fullmatch=True),
    signals,
    runs,
    st.booleans(),
)


def path_from_ping(ping: Ping) -> str:
    """Write the path by which ``ping_from_request`` reads the same ping."""
    name = f"/{ping.key}/{ping.slug}" if ping.check is None else f"/{ping.check}"
    return f"{name}{ending_of(ping.signal, ping.status)}"


def query_from_ping(ping: Ping) -> tuple[tuple[str, str], ...]:
    """Write the query by which ``ping_from_request`` reads the same ping."""
    run = (("rid", str(ping.run)),) if ping.run is not None else ()
    return (*run, ("create", "1")) if ping.create else run


@given(by_check | by_slug)
def test_what_is_said_is_heard(ping: Ping) -> None:
    heard = ping_from_request("POST", path_from_ping(ping), query_from_ping(ping))

    assert heard == ping


@given(st.text(), st.text(), st.lists(st.tuples(st.text(), st.text())))
def test_whatever_comes_is_a_ping_or_refused(
    method: str, path: str, query: list[tuple[str, str]]
) -> None:
    try:
        ping = ping_from_request(method, path, query)
    except PingError:
        return

    assert ping_from_request("GET", path_from_ping(ping), query_from_ping(ping)) == ping


@pytest.mark.parametrize(
    ("path", "signal", "status"),
    [
        (f"/{CHECK}", Signal.SUCCESS, None),
        (f"/{CHECK}/", Signal.SUCCESS, None),
        (f"/{str(CHECK).upper()}/start", Signal.START, None),
        (f"/{CHECK}/fail", Signal.FAIL, None),
        (f"/{CHECK}/log", Signal.LOG, None),
        (f"/{CHECK}/0", Signal.SUCCESS, 0),
        (f"/{CHECK}/1", Signal.FAIL, 1),
        (f"/{CHECK}/255", Signal.FAIL, 255),
        (f"/{KEY}/nightly-dump/start", Signal.START, None),
    ],
)
def test_a_path_says_what_happened(path: str, signal: Signal, status: int | None) -> None:
    ping = ping_from_request("GET", path)

    assert (ping.signal, ping.status) == (signal, status)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        f"/{CHECK}/256",
        f"/{CHECK}/-1",
        f"/{CHECK}/007",
        f"/{CHECK}/stop",
        f"/{CHECK}/start/1",
        f"/{CHECK}/٣",
        f"/{KEY}",
        f"/{KEY}/Nightly",
        f"/{KEY}/../admin",
        f"/{quote(KEY + '/a', safe='')}",
        f"/{str(CHECK)[:-1]}/start",
    ],
)
def test_a_path_that_says_nothing_known_is_no_sign_of_life(path: str) -> None:
    with pytest.raises(PingError, match="not found"):
        ping_from_request("GET", path)


def test_neither_a_wrong_run_nor_a_wrong_method_is_a_sign_of_life() -> None:
    with pytest.raises(PingError, match="invalid rid"):
        ping_from_request("GET", f"/{CHECK}", [("rid", "1")])
    with pytest.raises(PingError, match="method"):
        ping_from_request("DELETE", f"/{CHECK}")


def heard(signal: Signal, minute: float, run: UUID | None = None) -> Heard:
    return Heard(ping=Ping(check=CHECK, signal=signal, run=run), at=NOW + minute * MINUTE)


def test_runs_at_the_same_time_are_told_apart_by_their_ids() -> None:
    before = [heard(Signal.START, 0, RUN), heard(Signal.START, 5, OTHER), heard(Signal.START, 6)]

    assert started_at(heard(Signal.SUCCESS, 9, RUN), before) == NOW
    assert started_at(heard(Signal.FAIL, 9, OTHER), before) == NOW + 5 * MINUTE
    assert started_at(heard(Signal.SUCCESS, 9), before) == NOW + 6 * MINUTE


def test_an_end_belongs_to_no_start_that_was_ended_or_is_too_old() -> None:
    ended = [heard(Signal.START, 0), heard(Signal.SUCCESS, 1)]
    old = LONGEST_RUN / MINUTE

    assert started_at(heard(Signal.SUCCESS, 2), ended) is None
    assert started_at(heard(Signal.SUCCESS, old), ended[:1]) == NOW
    assert started_at(heard(Signal.SUCCESS, old + 0.01), ended[:1]) is None


def test_notes_end_nothing_and_nothing_ends_them() -> None:
    before = [heard(Signal.START, 0), heard(Signal.LOG, 1)]

    assert started_at(heard(Signal.SUCCESS, 2), before) == NOW
    assert started_at(heard(Signal.LOG, 2), before) is None
    assert started_at(heard(Signal.START, 2), before) is None


@given(st.lists(st.tuples(st.sampled_from(Signal), st.integers(0, 9_000), runs), max_size=12))
def test_a_run_never_begins_after_its_end_nor_lasts_too_long(
    told: list[tuple[Signal, int, UUID | None]],
) -> None:
    pings = sorted((heard(*one) for one in told), key=lambda one: one.at)
    for index, end in enumerate(pings):
        start = started_at(end, pings[:index])

        assert start is None or timedelta() <= end.at - start <= LONGEST_RUN
