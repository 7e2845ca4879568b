"""Traces and metrics for a collector, by OpenTelemetry over HTTP. An extra: ``otlp``."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from threading import Thread
from typing import TYPE_CHECKING

from continuity import __version__
from continuity.domain.slot import Slot
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict
from continuity.service.journal import Journal, Level

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

_ADDRESS = "OTEL_EXPORTER_OTLP_ENDPOINT"
_NAME = "continuity"
_PATIENCE_SECONDS = 2.0
_ENDS = frozenset({"ended", "put back", "missed"})


class Telemetry:
    """What the service did, for a collector; names of jobs and verdicts, and nothing else of them.

    Everything is sent by threads of its own, from a queue that drops what it cannot hold: nothing
    here waits for a collector.
    """

    def __init__(self, traces: TracerProvider, metrics: MeterProvider) -> None:
        self._providers = traces, metrics
        self._tracer = traces.get_tracer(_NAME, __version__)
        meter = metrics.get_meter(_NAME, __version__)
        self._slots = meter.create_counter("continuity.slots", "1", "Slots by their end.")
        self._took = meter.create_histogram("continuity.run.duration", "s", "How long runs took.")
        self._round = meter.create_histogram("continuity.round.duration", "s", "And rounds.")

    def slot(self, event: str, slot: Slot, now: datetime) -> None:
        """Tell the end of a slot: from its planned time, with its run inside."""
        if event not in _ENDS:
            return
        verdict = "" if slot.verdict is None else slot.verdict.value
        told = {
            "continuity.job": slot.job,
            "continuity.kind": slot.kind.value,
            "continuity.end": event,
            "continuity.verdict": verdict,
        }
        ended = slot.ended or now
        root = self._begin("slot", slot.planned, told)
        if slot.started is not None and event != "missed":
            self._run(root, slot, {**told, "continuity.run_id": slot.run_id}, ended)
            self._took.record((ended - slot.started).total_seconds(), told)
        self._end(root, ended, wrong=verdict != Verdict.PASS)
        self._slots.add(1, told)

    def round(self, began: datetime, ended: datetime, troubles: int) -> None:
        """Tell a round, and how much of it could not be done."""
        told = {"continuity.troubles": troubles}
        self._end(self._begin("round", began, told), ended, wrong=troubles > 0)
        self._round.record((ended - began).total_seconds())

    def end(self, patience: float = _PATIENCE_SECONDS) -> None:
        """Send what waits, for as long as a stop may be delayed by it, and no longer."""
        closing = Thread(target=self._close, daemon=True)
        closing.start()
        closing.join(patience)

    def _close(self) -> None:
        for provider in self._providers:
            provider.shutdown()

    def _run(self, root: Span, slot: Slot, told: Mapping[str, str], ended: datetime) -> None:
        if slot.started is not None:
            run = self._begin("run", slot.started, told, root)
            self._end(run, ended, wrong=slot.verdict is not Verdict.PASS)

    def _begin(
        self, name: str, at: datetime, told: Mapping[str, str | int], above: Span | None = None
    ) -> Span:
        from opentelemetry import trace
        from opentelemetry.context import Context

        context = Context() if above is None else trace.set_span_in_context(above, Context())
        return self._tracer.start_span(name, context, attributes=told, start_time=_ns(at))

    def _end(self, span: Span, at: datetime, *, wrong: bool) -> None:
        from opentelemetry.trace import StatusCode

        span.set_status(StatusCode.ERROR if wrong else StatusCode.OK)
        span.end(_ns(at))


def begin_telemetry(environ: Mapping[str, str], journal: Journal) -> Telemetry | None:
    """Begin to send, when the standard variable names a collector; None when nobody wants it.

    What keeps it from sending is said once in the journal, and never by anything else.
    """
    if not environ.get(_ADDRESS) or environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    try:
        telemetry = _telemetry(environ)
    except ImportError:
        journal.say(
            "telemetry.absent",
            say(N_("Traces and metrics are not sent: pip install 'continuity[otlp]'")),
            Level.WARNING,
        )
        return None
    _listen(journal)
    return telemetry


def _telemetry(environ: Mapping[str, str]) -> Telemetry:
    # Nearly a second to load, which only a service that was told of a collector pays.
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = _resource(environ)
    traces = TracerProvider(resource=resource, shutdown_on_exit=False)
    traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(_address(environ, "traces"))))
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(_address(environ, "metrics")))
    metrics = MeterProvider((reader,), resource, shutdown_on_exit=False)
    return Telemetry(traces, metrics)


def _address(environ: Mapping[str, str], signal: str) -> str:
    own = environ.get(f"OTEL_EXPORTER_OTLP_{signal.upper()}_ENDPOINT")
    return own or f"{environ[_ADDRESS].rstrip('/')}/v1/{signal}"


def _resource(environ: Mapping[str, str]) -> Resource:
    from opentelemetry.sdk.resources import Resource

    named = {} if environ.get("OTEL_SERVICE_NAME") else {"service.name": _NAME}
    return Resource.create({**named, "service.version": __version__})


def _listen(journal: Journal) -> None:
    """Say once that something could not be sent; the library's own words may hold addresses."""
    told: list[str] = []

    def tell(record: logging.LogRecord) -> bool:
        if not told:
            told.append(record.name)
            journal.say(
                "telemetry.unsent",
                say(N_("Traces and metrics cannot be sent now; the service goes on without.")),
                Level.WARNING,
            )
        return False

    handler = logging.Handler(logging.WARNING)
    handler.addFilter(tell)
    logger = logging.getLogger("opentelemetry")
    logger.propagate = False
    logger.handlers[:] = [handler]


def _ns(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000) * 1_000
