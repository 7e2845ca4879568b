"""A collector of traces and metrics: it speaks OTLP over HTTP, as far as it is sent to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass
class Collector:
    """What came; ``url`` is for OTEL_EXPORTER_OTLP_ENDPOINT."""

    url: str
    came: list[tuple[str, bytes]] = field(default_factory=list)

    def traces(self) -> list[ExportTraceServiceRequest]:
        """Decode what came as traces."""
        found = [body for path, body in self.came if path == "/v1/traces"]
        return [ExportTraceServiceRequest.FromString(body) for body in found]

    def spans(self) -> list[Span]:
        """Give every span, in the order of their starts."""
        every = (
            span
            for request in self.traces()
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        )
        return sorted(every, key=lambda span: span.start_time_unix_nano)

    def metrics(self) -> set[str]:
        """Name every metric that came."""
        found = [body for path, body in self.came if path == "/v1/metrics"]
        return {
            metric.name
            for request in map(ExportMetricsServiceRequest.FromString, found)
            for resource in request.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }


def plain(attributes: list[KeyValue]) -> dict[str, str | int]:
    """Write attributes as Python does."""
    return {one.key: one.value.string_value or one.value.int_value for one in attributes}


@contextmanager
def collecting() -> Iterator[Collector]:
    """Collect until the end of the block."""
    collector = Collector("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            collector.came.append((self.path, self.rfile.read(length)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
