"""Two services watch each other in both ways; when one is killed the other tells of it."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support.firm import Firm
from tests.support.ports import free_port
from tests.support.serving import serving
from tests.support.slots import a_planned_firm, until
from tests.support.terminal import run

pytestmark = pytest.mark.timeout(900)


def two_that_watch(root: Path) -> tuple[Firm, Firm, dict[Path, int]]:
    """Write two firms, each the neighbour and a heartbeat of the other."""
    firms = []
    for name in ("one", "other"):
        (root / name).mkdir()
        firms.append(a_planned_firm(root / name))
    one, other = firms
    ports = {firm.workspace: free_port() for firm in firms}
    ids = {firm.workspace: str(uuid4()) for firm in firms}
    for firm, watched in ((one, other), (other, one)):
        write(firm, ports[watched.workspace], ids[watched.workspace], ids[firm.workspace])
    return one, other, ports


def write(firm: Firm, port: int, theirs: str, ours: str) -> None:
    """Watch whoever listens there, and give signs of life to it."""
    config = firm.workspace / "config"
    for name, secret in (("theirs", theirs), ("outside", f"http://127.0.0.1:{port}/{ours}")):
        (firm.root / name).write_text(secret)
        (firm.root / name).chmod(0o600)
    settings = json.loads((config / "continuity.yaml").read_text())
    service = {"heartbeat": "outside", "silence": "1s"}
    (config / "continuity.yaml").write_text(json.dumps({**settings, "service": service}))
    outside = {"kind": "heartbeat", "secrets": {"address": {"file": str(firm.root / "outside")}}}
    (config / "channels.yaml").write_text(json.dumps({"outside": outside}))
    known = {"title": "The other one", "id": {"file": str(firm.root / "theirs")}, "every": "65s"}
    (config / "heartbeats.yaml").write_text(json.dumps({"other": {**known, "grace": "1s"}}))
    address = f"http://127.0.0.1:{port}/healthz"
    neighbour = {"title": "The other one", "address": address, "silence": "1s"}
    (config / "neighbours.yaml").write_text(json.dumps({"other": neighbour}))


def verdict(firm: Firm) -> str:
    return str(run(firm, "neighbours", "--json").objects()[0]["verdict"])


def faults(firm: Firm) -> set[str]:
    """What is open, after another round."""
    run(firm, "tick")
    told = run(firm, "incidents", "--json").objects()[0]["incidents"]
    return {one["kind"] for one in told if one["state"] == "open"}


def test_a_killed_service_is_told_by_the_one_that_watches_it_until_it_is_back(
    tmp_path: Path,
) -> None:
    one, other, ports = two_that_watch(tmp_path)
    watching = {"neighbour-silent", "heartbeat-silent", "watcher-deaf"}
    with serving(one, port=ports[one.workspace]):
        with serving(other, port=ports[other.workspace]) as killed:
            until(lambda: {verdict(one), verdict(other)} == {"PASS"})
            before = faults(one) & watching
            killed.process.kill()
            killed.process.communicate(timeout=20)
            until(lambda: faults(one) >= watching, 240)
        with serving(other, port=ports[other.workspace]):
            until(lambda: not faults(one) & watching, 240)

    assert before == set()
