"""A real HTTP server around a vendor made up from that vendor's own documentation."""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

WRITES = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(kw_only=True)
class Nasty:
    """What goes wrong, each for that many requests to come; all zero is a good day.

    ``drops``: a write is done, and the connection closed without an answer. ``mute``: a write is
    done, and the answer is 200 and empty. ``cuts``: closed before anything is done. ``storm``:
    every request gets ``storm_status``. ``throttled``: 429 with ``throttle_headers``.
    ``locked_out``: 401 that repeats the credentials, as careless servers do. ``blind``: that many
    searches do not see what is new. ``drip``: the answer comes byte by byte and never ends;
    ``huge``: it is endless fast. ``slow_seconds`` before every answer. ``web_page``: a proxy's page
    instead of JSON.
    ``refused_fields``: those the vendor does not take, if it knows such a thing.
    """

    drops: int = 0
    mute: int = 0
    cuts: int = 0
    storm: int = 0
    storm_status: int = 500
    throttled: int = 0
    throttle_headers: Mapping[str, str] = field(default_factory=dict)
    locked_out: int = 0
    blind: int = 0
    drip: int = 0
    huge: int = 0
    slow_seconds: float = 0.0
    web_page: int = 0
    refused_fields: tuple[str, ...] = ()

    def take(self, name: str) -> bool:
        """Use up one of these."""
        left: int = getattr(self, name)
        if left <= 0:
            return False
        setattr(self, name, left - 1)
        return True


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a client asked."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    content: bytes

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(unquote(part) for part in self.path.strip("/").split("/"))

    def json(self) -> dict[str, object]:
        value = json.loads(self.content)
        assert isinstance(value, dict)
        return value

    def login(self) -> tuple[str, str]:
        """The user and password of HTTP Basic."""
        told = self.headers.get("authorization", "").removeprefix("Basic ")
        user, _, password = base64.b64decode(told + "==").decode().partition(":")
        return user, password

    def form_file(self) -> tuple[str, str, bytes]:
        """The field, file name and content of a multipart form with one file."""
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        parts = message_from_bytes(head + self.content).get_payload()
        assert isinstance(parts, list)
        part = parts[-1]
        assert not isinstance(part, str)
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        field_name = part.get_param("name", header="content-disposition")
        return str(field_name), str(part.get_filename()), content


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the vendor answers."""

    status: int = 200
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def told(value: object, status: int = 200, **headers: str) -> Reply:
    """Answer in JSON."""
    names = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(
        status=status,
        content=json.dumps(value).encode(),
        headers={"Content-Type": "application/json", **names},
    )


class Vendor(Protocol):
    """The vendor's side of a simulator."""

    def answer(self, request: Request) -> Reply:
        """Do what is asked; called by one thread at a time."""


@dataclass(kw_only=True)
class Simulator:
    """A running server: its address, what goes wrong, and what it was asked."""

    address: str
    nasty: Nasty
    requests: list[Request] = field(default_factory=list)

    def writes(self) -> list[Request]:
        return [one for one in self.requests if one.method in WRITES]


@contextmanager
def simulator(vendor: Vendor, nasty: Nasty | None = None) -> Iterator[Simulator]:
    """Let a vendor answer on a free port of this machine."""
    lock = threading.Lock()
    running = Simulator(address="", nasty=nasty or Nasty())

    class Handler(_Handler):
        def handle_request(self) -> None:
            request = self.request_read()
            with lock:
                running.requests.append(request)
                early = _early(running.nasty, request)
                reply = early or vendor.answer(request)
            self.play(request, reply, running.nasty)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    running.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


_CUT = Reply(status=0)


def _early(nasty: Nasty, request: Request) -> Reply | None:
    """What comes instead of the vendor's answer, before anything is done."""
    if nasty.take("cuts"):
        return _CUT
    if nasty.take("locked_out"):
        everything = ", ".join(f"{name}={text}" for name, text in request.headers.items())
        decoded = ":".join(request.login()) if "basic" in everything.lower() else ""
        return told({"message": f"{decoded} {everything}"}, status=401)
    if nasty.take("throttled"):
        return Reply(status=429, headers=nasty.throttle_headers)
    if nasty.take("storm"):
        return Reply(status=nasty.storm_status, content=b"<html>Internal Server Error</html>")
    return None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is theirs
        """Say nothing."""

    def handle_request(self) -> None:
        raise NotImplementedError

    def request_read(self) -> Request:
        length = int(self.headers.get("Content-Length", "0"))
        parts = urlsplit(self.path)
        return Request(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): text for name, text in self.headers.items()},
            content=self.rfile.read(length),
        )

    def play(self, request: Request, reply: Reply, nasty: Nasty) -> None:
        time.sleep(nasty.slow_seconds)
        wrote = request.method in WRITES and reply.status < 400
        if reply is _CUT or (wrote and nasty.take("drops")):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if wrote and nasty.take("mute"):
            reply = Reply()
        if nasty.take("web_page"):
            reply = Reply(content=b"<html>Please log in to the hotel</html>")
        try:
            self.put(reply, nasty)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def put(self, reply: Reply, nasty: Nasty) -> None:
        endless = nasty.take("drip"), nasty.take("huge")
        self.send_response(reply.status)
        for name, text in reply.headers.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(1 << 40 if any(endless) else len(reply.content)))
        self.end_headers()
        self.wfile.write(reply.content if self.command != "HEAD" else b"")
        while endless[0]:
            self.wfile.write(b" ")
            time.sleep(0.02)
        while endless[1]:
            self.wfile.write(b" " * 65_536)


for _verb in ("GET", "HEAD", *WRITES):
    setattr(_Handler, f"do_{_verb}", lambda self: self.handle_request())
