"""What `continuity doctor` says of machines over SSH before a backup meets it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any  # JSON, or keys of any dataclass

import pytest

from tests.support.nas import accepted, written
from tests.support.sshd import Sshd, running_sshd
from tests.support.worlds import World, furnished

pytestmark = [pytest.mark.tool("ssh"), pytest.mark.tool("restic")]

_DATABASE = """\
name: ledger
title: The ledger
system: billing
repository: vault
source: {kind: postgresql, host: nas, database: ledger, user: reader, programs: /opt/no/such}
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Sshd]:
    with running_sshd(tmp_path / "nas") as server:
        yield server


@pytest.fixture
def world(tmp_path: Path, server: Sshd) -> World:
    """A firm that knows of a machine; nobody has accepted its key."""
    world = furnished(tmp_path / "world")
    world.write({"config/hosts.yaml": written(server)})
    return world


def rows(world: World) -> list[dict[str, Any]]:
    examined = world.run("doctor", "--json").result["examined"]
    return [row for row in examined if row["subject"] == "host nas"]


def test_a_sound_machine_has_a_row_for_key_clock_and_programs(world: World, server: Sshd) -> None:
    accepted(server, world)
    found = rows(world)

    assert [row["verdict"] for row in found] == ["PASS"] * 3
    for words, row in zip((server.fingerprint, "clock agrees", "find "), found, strict=True):
        assert words in row["what"]


def test_a_stranger_is_a_finding_with_the_way_to_accept_it(world: World, server: Sshd) -> None:
    (row,) = rows(world)

    assert row["verdict"] == "INCONCLUSIVE"
    assert server.fingerprint in row["what"]
    assert "continuity hosts accept nas" in row["remedy"]


def test_a_machine_that_is_down_is_a_finding(world: World, server: Sshd) -> None:
    accepted(server, world)
    server.stop()
    (row,) = rows(world)

    assert row["verdict"] == "INCONCLUSIVE"
    assert "cannot be reached" in row["what"]


def test_programs_that_a_job_misses_there_are_findings(world: World, server: Sshd) -> None:
    world.write({"jobs/ledger.yaml": _DATABASE})
    accepted(server, world)
    missing = [row for row in rows(world) if row["verdict"] != "PASS"]

    assert ["ledger" in row["what"] for row in missing] == [True, True]
    for name, row in zip(("psql", "pg_dump"), missing, strict=True):
        assert f"/opt/no/such/{name}" in row["what"]
        assert row["remedy"]


def test_a_clock_that_is_off_is_a_finding(world: World, server: Sshd) -> None:
    accepted(server, world)
    (server.home / "date").write_text('#!/bin/sh\necho "$(($(/bin/date +%s) - 100)).000000000"\n')
    (server.home / "date").chmod(0o755)
    key = server.key.with_suffix(".pub").read_text()
    path = f"{server.home}:/usr/bin:/bin"
    (server.home / "authorized_keys").write_text(f'environment="PATH={path}" {key}')
    server.stop()
    server.extra = "PermitUserEnvironment yes"
    server.start()
    (row,) = (one for one in rows(world) if one["verdict"] != "PASS")

    assert "100 s behind" in row["what"] or "101 s behind" in row["what"]
    assert "time server" in row["remedy"]
