"""Take signs of life over HTTP, in the protocol of Healthchecks, and show a few pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import MappingProxyType
from urllib.parse import parse_qsl, urlsplit

from continuity.domain.failure import ContinuityError
from continuity.domain.ping import LONGEST_BODY, Ping, PingError, ping_from_request

Hear = Callable[[Ping], None]
"""Records a ping. Raises PingError for a heartbeat that nobody expects."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """What is answered to who asks for a page."""

    content: bytes
    media_type: str = "text/plain; charset=utf-8"
    status: int = 200


Pages = Mapping[str, Callable[[], Page]]
"""The pages by their paths."""

_SECONDS = 15


class _Listener(BaseHTTPRequestHandler):
    """Answers one connection; a slow one is closed, and no body is read beyond its bound."""

    timeout = _SECONDS
    server_version = "Continuity"
    sys_version = ""
    hear: Hear
    pages: Pages

    def do_GET(self) -> None:
        """Show a page, or take a ping."""
        self._show()

    def do_HEAD(self) -> None:
        """Show that there is a page, or take a ping."""
        self._show()

    def do_POST(self) -> None:
        """Take a ping, and read what comes with it without keeping it."""
        length = self.headers.get("Content-Length", "0")
        self.rfile.read(min(int(length), LONGEST_BODY) if length.isdigit() else 0)
        self._answer()

    def _show(self) -> None:
        make = self.pages.get(urlsplit(self.path).path)
        if make is None:
            self._answer()
            return
        try:
            page = make()
        except ContinuityError as error:
            page = Page(content=f"{error.what}\n".encode(), status=503)
        self._write(page)

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        try:
            query = parse_qsl(parts.query, max_num_fields=10)
            self.hear(ping_from_request(self.command, parts.path, query))
        except (PingError, ValueError):
            # Nobody learns whether the address or only its end was wrong.
            self._say(404, "not found")
        except ContinuityError:
            # Not recorded is not heard: whoever asked is to try again.
            self._say(503, "try again")
        else:
            self._say(200, "OK")

    def _say(self, status: int, text: str) -> None:
        self._write(Page(content=f"{text}\n".encode(), status=status))

    def _write(self, page: Page) -> None:
        self.close_connection = True
        self.send_response(page.status)
        self.send_header("Content-Type", page.media_type)
        self.send_header("Content-Length", str(len(page.content)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(page.content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing: an address with its secret belongs into no log."""


@contextmanager
def listening(
    hear: Hear, address: str, port: int, pages: Pages = MappingProxyType({})
) -> Iterator[int]:
    """Take signs of life and show pages until the end of the block; gives the port.

    Raises OSError. Without TLS: beyond this machine a web server that has it stands in front.
    """

    class Listener(_Listener):
        """Bound to whoever hears."""

    Listener.hear = staticmethod(hear)
    Listener.pages = pages
    server = ThreadingHTTPServer((address, port), Listener)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, name="listener", daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
