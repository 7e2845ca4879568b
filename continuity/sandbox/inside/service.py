"""Start a service, ask it, stop it: ``service REQUEST COMMAND…``.

REQUEST is JSON: ``port``, ``seconds``, and ``path`` and ``most`` where an answer over HTTP is
wanted. Both share the loopback of the cell, on which nobody else can listen.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import time
from contextlib import closing

_HERE = "127.0.0.1"
_PAUSE = 0.05
_NOT_YET = 503


def tell(words: list[str]) -> dict[str, object]:
    """Start the service and wait until it answers; the end of this program ends it as well."""
    request, argv = json.loads(words[0]), words[1:]
    try:
        service = _start(argv)
    except OSError as error:
        return {"state": "not-started", "said": f"{argv[0]}: {error.strerror}"}
    until = time.monotonic() + float(str(request["seconds"]))
    last: dict[str, object] = {"state": "silent"}
    while (left := until - time.monotonic()) > 0:
        found = _put(request, left)
        if found is not None and found.get("status") != _NOT_YET:
            return found
        last = found or last
        code = _code(service)
        if code:
            return {"state": "ended", "code": code}
        time.sleep(_PAUSE)
    return last


def _start(argv: list[str]) -> int:
    """Start it with everything it prints going to standard error: standard output is ours."""
    return os.posix_spawnp(argv[0], argv, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)])


def _code(service: int) -> int:
    """Tell how it ended; 0 while it runs, and after it left a server behind, as some do."""
    try:
        ended, status = os.waitpid(service, os.WNOHANG)
    except ChildProcessError:
        return 0
    return os.waitstatus_to_exitcode(status) if ended else 0


def _put(request: dict[str, object], seconds: float) -> dict[str, object] | None:
    """Ask once; None when nobody listens, or what answers does not speak HTTP yet."""
    port = int(str(request["port"]))
    try:
        if "path" in request:
            return _get(port, str(request["path"]), int(str(request["most"])), seconds)
        socket.create_connection((_HERE, port), timeout=seconds).close()
    except (OSError, http.client.HTTPException):
        return None
    return {"state": "answered"}


def _get(port: int, path: str, most: int, seconds: float) -> dict[str, object]:
    with closing(http.client.HTTPConnection(_HERE, port, timeout=seconds)) as connection:
        connection.request("GET", path, headers={"Host": "localhost"})
        answer = connection.getresponse()
        body = answer.read(most)
        return {
            "state": "answered",
            "status": answer.status,
            "body": body.decode("utf-8", "replace"),
        }
