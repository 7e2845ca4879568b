"""Traces and metrics reach a collector that is named, and nobody waits for one that is away."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from continuity.domain.slot import Slot, SlotKind, SlotState
from continuity.domain.text import say
from continuity.domain.verdict import Verdict
from continuity.service.journal import Journal
from continuity.service.telemetry import Telemetry, begin_telemetry
from tests.support.collector import Collector, collecting, plain
from tests.support.programs import ROOT

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
ADDRESS = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.fixture(autouse=True)
def nothing_runs_on() -> Iterator[None]:
    """Wait for the library's threads: they draw random numbers, which other tests must not see."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(60)


@pytest.fixture
def lines() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def journal(lines: io.StringIO) -> Journal:
    return Journal(stream=lines, sentence=str, now=lambda: NOW)


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


def begun(url: str, journal: Journal, **more: str) -> Telemetry:
    telemetry = begin_telemetry({ADDRESS: url, **more}, journal)
    assert telemetry is not None
    return telemetry


def a_slot(**changed: object) -> Slot:
    known: Mapping[str, object] = {
        "job": "erp",
        "kind": SlotKind.DRILL,
        "planned": NOW,
        "started": NOW + timedelta(seconds=20),
        "ended": NOW + timedelta(seconds=50),
        "state": SlotState.RAN,
        "run_id": "run-1",
        "verdict": Verdict.PASS,
        "reason": say("a path that /is/nobody's business"),
    }
    return Slot(**{**known, **changed})  # type: ignore[arg-type]  # the test says them by name


def test_a_slot_is_a_trace_with_its_run_inside(collector: Collector, journal: Journal) -> None:
    telemetry = begun(collector.url, journal)
    telemetry.slot("began", a_slot(), NOW)
    telemetry.slot("ended", a_slot(), NOW + timedelta(minutes=1))
    telemetry.end(60)

    root, run = collector.spans()
    assert (root.name, run.name) == ("slot", "run")
    assert (root.trace_id, root.span_id, b"") == (
        run.trace_id,
        run.parent_span_id,
        root.parent_span_id,
    )
    assert run.end_time_unix_nano - run.start_time_unix_nano == 30 * 10**9
    assert root.start_time_unix_nano == int(NOW.timestamp()) * 10**9
    assert plain(list(run.attributes)) == {
        "continuity.job": "erp",
        "continuity.kind": "drill",
        "continuity.end": "ended",
        "continuity.verdict": "PASS",
        "continuity.run_id": "run-1",
    }
    assert run.status.code == Status.STATUS_CODE_OK


@pytest.mark.parametrize(
    ("event", "changed", "names"),
    [
        ("ended", {"verdict": Verdict.FAIL}, ["slot", "run"]),
        ("ended", {"verdict": Verdict.INCONCLUSIVE}, ["slot", "run"]),
        ("put back", {"verdict": None, "ended": None}, ["slot", "run"]),
        ("missed", {"verdict": None, "started": None, "ended": None}, ["slot"]),
    ],
    ids=str,
)
def test_what_is_not_proven_is_never_told_as_ok(
    collector: Collector, journal: Journal, event: str, changed: dict[str, object], names: list[str]
) -> None:
    telemetry = begun(collector.url, journal)
    telemetry.slot(event, a_slot(**changed), NOW + timedelta(minutes=1))
    telemetry.end(60)

    spans = collector.spans()
    assert [span.name for span in spans] == names
    assert {span.status.code for span in spans} == {Status.STATUS_CODE_ERROR}


def test_rounds_and_numbers_are_told_too_and_who_tells_them(
    collector: Collector, journal: Journal
) -> None:
    telemetry = begun(collector.url, journal)
    telemetry.round(NOW, NOW + timedelta(seconds=2), troubles=0)
    telemetry.slot("ended", a_slot(), NOW)
    telemetry.end(60)

    (resource,) = {
        str(plain(list(spans.resource.attributes)).get("service.name"))
        for request in collector.traces()
        for spans in request.resource_spans
    }
    assert resource == "continuity"
    assert "round" in {span.name for span in collector.spans()}
    assert collector.metrics() == {
        "continuity.slots",
        "continuity.run.duration",
        "continuity.round.duration",
    }


def test_no_reason_and_no_path_is_sent(collector: Collector, journal: Journal) -> None:
    telemetry = begun(collector.url, journal)
    telemetry.slot("ended", a_slot(), NOW)
    telemetry.end(60)

    sent = b"".join(body for _, body in collector.came)
    assert b"erp" in sent
    assert b"nobody" not in sent


def test_nothing_waits_for_a_collector_that_is_away_and_it_is_said_once() -> None:
    with collecting() as collector:
        url = collector.url
    # The library tries on for half a minute, in a process that nobody waits for.
    asked = [sys.executable, "-c", f"import {__name__} as t; t.go_without({url!r})"]
    said = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True, timeout=100)
    events, told, ended = json.loads(said.stdout)

    assert events == ["telemetry.unsent"]
    assert told < 30
    assert ended < 30


def go_without(url: str) -> NoReturn:
    """Tell many slots to nobody; prints what the journal says, and how long it took to tell."""
    lines = io.StringIO()
    telemetry = begun(url, Journal(stream=lines, sentence=str, now=lambda: NOW))
    began = time.monotonic()
    for _ in range(3_000):
        telemetry.slot("ended", a_slot(), NOW)
    told = time.monotonic() - began
    telemetry.end()
    ended = time.monotonic() - began - told
    events = [json.loads(line)["event"] for line in lines.getvalue().splitlines()]
    sys.stdout.write(json.dumps([events, told, ended]))
    sys.stdout.flush()
    os._exit(0)


@pytest.mark.parametrize(
    "environ", [{}, {ADDRESS: ""}, {ADDRESS: "x", "OTEL_SDK_DISABLED": "true"}]
)
def test_nothing_is_sent_unless_somebody_wants_it(
    journal: Journal, lines: io.StringIO, environ: dict[str, str]
) -> None:
    assert begin_telemetry(environ, journal) is None
    assert lines.getvalue() == ""


WITHOUT = """
import io, sys
from datetime import UTC, datetime
sys.modules["opentelemetry"] = None
from continuity.service.journal import Journal
from continuity.service.telemetry import begin_telemetry
journal = Journal(stream=sys.stdout, sentence=str, now=lambda: datetime.now(UTC))
assert begin_telemetry({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, journal) is None
"""


def test_without_the_extra_it_is_said_once_how_to_have_it() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True, timeout=60
    )

    (line,) = ran.stdout.splitlines()
    assert json.loads(line)["event"] == "telemetry.absent"
    assert "continuity[otlp]" in line
