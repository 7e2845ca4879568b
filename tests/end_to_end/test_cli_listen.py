"""Jobs that run elsewhere report to a real listener, and their silence and failures are told."""

from __future__ import annotations

import http.client
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.firm import Firm, a_firm
from tests.support.terminal import argv, environ_of, filled, run

ID = "5f2b1c0e-6d0b-4a3e-9a51-0d6a3c1f7b10"
_HEARTBEATS = """\
bank:
  title: The bank's own backup
  id: {env: BANK}
  every: 1d
"""


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    found = filled(a_firm(tmp_path))
    (found.workspace / "config/heartbeats.yaml").write_text(_HEARTBEATS)
    return found


@contextmanager
def listening(firm: Firm) -> Iterator[str]:
    with subprocess.Popen(
        argv(firm, "listen", "--port", "0"),
        env=environ_of(firm, BANK=ID),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+/", process.stdout.readline())
        assert found is not None
        try:
            yield found[0]
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0


def ping(address: str, path: str, data: bytes | None = None) -> int:
    place = urlsplit(address)
    way = http.client.HTTPConnection(str(place.hostname), place.port, timeout=20)
    try:
        way.request("GET" if data is None else "POST", f"/{path}", body=data)
        return way.getresponse().status
    finally:
        way.close()


def test_a_failure_that_is_reported_is_an_incident_until_a_success_is(firm: Firm) -> None:
    with listening(firm) as address:
        codes = [ping(address, f"{ID}/start"), ping(address, f"{ID}/7", b"disk full\n")]
        run(firm, "incidents", "update", BANK=ID)
        run(firm, "incidents", "update", BANK=ID)
        broken = run(firm, "incidents", "--json").objects()[0]
        codes.append(ping(address, ID))
        run(firm, "incidents", "update", BANK=ID)
    mended = run(firm, "incidents", "--json").objects()[0]

    assert codes == [200, 200, 200]
    kinds = [one["kind"] for one in broken["incidents"]]
    assert kinds == ["heartbeat-silent"]
    assert mended["open"] == 0


def test_what_nobody_expects_is_refused_and_recorded_nowhere(firm: Firm) -> None:
    with listening(firm) as address:
        stranger = ID.replace("5", "6")
        codes = [ping(address, path) for path in (stranger, "", "../x", f"{ID}/999", f"{ID}/nap")]
    log = run(firm, "audit", "verify")

    assert codes == [404] * 5
    assert log.code == 0


def test_the_id_is_shown_nowhere(firm: Firm) -> None:
    with listening(firm) as address:
        ping(address, f"{ID}/fail")
    run(firm, "incidents", "update", BANK=ID)

    told = run(firm, "incidents", "--json").out
    database = (firm.state / "record.db").read_bytes()
    assert ID not in told
    assert ID.encode() not in database
