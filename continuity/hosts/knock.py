"""Whether a port takes a connection."""

from __future__ import annotations

import socket


def knock(host: str, port: int, seconds: float) -> bool:
    """Tell whether somebody answers there in time."""
    try:
        with socket.create_connection((host, port), timeout=seconds):
            return True
    except OSError:
        return False
