"""Ports for servers of the tests: below those of outgoing connections, and for one process each.

A port that the system picks may be taken by somebody else before the server listens, or after it
was stopped: then a test talks to the server of another one.
"""

from __future__ import annotations

import itertools
import os
import socket

ADDRESS = "127.0.0.1"
_FIRST = 10_000
_EACH = 700
_SHARES = 31


def _share() -> int:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    return int(worker[2:]) if worker else 8 + os.getpid() % (_SHARES - 8)


def _ports() -> itertools.cycle[int]:
    first = _FIRST + _share() * _EACH
    # A run after another begins elsewhere: what that one used may still be on its way out.
    turn = os.getpid() % _EACH
    return itertools.cycle(first + (turn + one) % _EACH for one in range(_EACH))


_PORTS = _ports()


def free_port() -> int:
    """Give a port that nobody listens at, and that no other test of this run is given."""
    for port in itertools.islice(_PORTS, _EACH):
        with socket.socket() as probe:
            try:
                probe.bind((ADDRESS, port))
            except OSError:
                continue
        return port
    raise AssertionError("no port is free")
