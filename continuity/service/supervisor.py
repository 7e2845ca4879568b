"""Words to the supervisor of services, in the protocol of sd_notify: datagrams to its socket."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Mapping

READY = "READY=1"
STOPPING = "STOPPING=1"
ALIVE = "WATCHDOG=1"


def tell_supervisor(environ: Mapping[str, str], *words: str) -> bool:
    """Tell it something; False when there is none, or it does not listen, which stops nothing."""
    place = environ.get("NOTIFY_SOCKET", "")
    if not place.startswith(("/", "@")):
        return False
    address = f"\0{place[1:]}" if place.startswith("@") else place
    with (
        contextlib.suppress(OSError),  # nobody listens: told by False
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as way,
    ):
        way.sendto("\n".join(words).encode(), address)
        return True
    return False
