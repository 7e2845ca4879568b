"""Whether storage can be reached is asked of all at once, and never for long."""

from __future__ import annotations

import socket
from pathlib import Path
from time import monotonic

import pytest

from continuity.config.doors import doors_of
from continuity.config.loading import load_tolerant
from continuity.config.reaching import Hosts
from continuity.hosts.doors import Door, open_doors
from tests.support.firm import a_firm
from tests.support.workspaces import write_files


def test_what_is_there_what_is_not_and_what_nobody_can_tell(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        found = open_doors(
            {
                "here": Door(path=str(tmp_path)),
                "gone": Door(path=str(tmp_path / "gone")),
                "served": Door(address="127.0.0.1", port=port),
                "unknown": Door(),
            }
        )
    refused = open_doors({"shut": Door(address="127.0.0.1", port=port)})

    assert found == {"here": True, "gone": False, "served": True, "unknown": None}
    assert refused == {"shut": False}


def test_storage_that_does_not_answer_is_not_known_and_holds_up_nobody(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        held = [socket.socket() for _ in range(4)]
        for one in held:
            one.setblocking(False)
            one.connect_ex(address)
        begun = monotonic()
        silent = {f"d{number}": Door(address=address[0], port=address[1]) for number in range(20)}
        found = open_doors({**silent, "here": Door(path=str(tmp_path))}, patience=1.0)
        took = monotonic() - begun
        for one in held:
            one.close()

    assert None in found.values()
    assert found["here"]
    assert took < 15


@pytest.mark.parametrize(
    ("location", "door"),
    [
        ("sftp:backup@nas.example:/vault", Door(address="nas.example", port=22)),
        ("sftp://backup@nas.example:2222//vault", Door(address="nas.example", port=2222)),
        ("s3:s3.example.com/bucket", Door(address="s3.example.com", port=443)),
        ("s3:http://127.0.0.1:9000/bucket", Door(address="127.0.0.1", port=9000)),
        ("rest:https://user@rest.example:8000/", Door(address="rest.example", port=8000)),
        ("b2:bucket:path", Door()),
        ("s3:http://nas.example:port/bucket", Door()),
    ],
)
def test_the_address_of_a_repository_tells_where_it_is_entered(
    tmp_path: Path, location: str, door: Door
) -> None:
    firm = a_firm(tmp_path)
    (tmp_path / "password").write_text("x")
    repository = {
        "engine": "restic",
        "location": location,
        "password": {"file": str(tmp_path / "password")},
    }
    write_files(firm.workspace, {"config/repositories.yaml": _yaml({"erp": repository})})
    workspace = load_tolerant(firm.workspace).workspace
    with Hosts(firm.workspace, workspace.hosts) as hosts:
        assert doors_of(workspace, hosts, ("erp", "ghost")) == {"erp": door}


def _yaml(value: object) -> str:
    import json

    return json.dumps(value)
