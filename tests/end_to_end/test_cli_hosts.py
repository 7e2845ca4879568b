"""`continuity hosts` and `hosts accept`, against servers that are really there."""

from __future__ import annotations

import os
import pty
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.nas import accepted, kept_on, seen, written
from tests.support.ran import ended
from tests.support.sshd import Sshd, running_sshd
from tests.support.worlds import World, furnished

pytestmark = [pytest.mark.tool("ssh"), pytest.mark.tool("restic")]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Sshd]:
    """A server that a test may change, in a folder with a blank in its name."""
    with running_sshd(tmp_path / "the server") as server:
        yield server


@pytest.fixture
def world(tmp_path: Path, server: Sshd) -> World:
    """A firm that keeps the repository of its job `erp` on that server."""
    world = furnished(tmp_path / "world")
    kept_on(server, world)
    return world


def known(world: World) -> str:
    path = world.workspace / "config/known_hosts"
    return path.read_text() if path.exists() else ""


def decisions(world: World) -> list[str]:
    query = "SELECT body FROM evidence WHERE kind = 'host.accepted' ORDER BY sequence"
    with closing(sqlite3.connect(world.state / "record.db")) as database:
        return [body for (body,) in database.execute(query)]


def test_an_unknown_machine_is_refused_until_its_key_is_accepted(
    world: World, server: Sshd
) -> None:
    command = f"continuity hosts accept nas --fingerprint {server.fingerprint}"
    refused = world.run("hosts")
    unseen = seen(world)
    kept_out = world.backup("erp")

    assert refused.code == 3
    assert server.fingerprint in refused.stdout
    assert command in " ".join(refused.stdout.split())
    assert unseen["key"]["state"] == "unknown"
    assert unseen["key"]["fingerprint"] == server.fingerprint
    assert unseen["failure"] == "host-key"
    assert (kept_out.code, kept_out.result["failure"]) == (3, "host-key")
    assert "continuity hosts accept nas" in kept_out.told

    said = world.run(*command.split()[1:])

    assert (said.code, known(world)) == (0, f"{server.name} {server.host_key}\n")
    assert server.fingerprint in said.stdout
    assert seen(world)["verdict"] == "PASS"
    assert [world.backup("erp").code, world.drill("erp").code] == [0, 0]


def test_a_changed_key_is_refused_until_it_is_accepted_as_a_replacement(
    world: World, server: Sshd
) -> None:
    accepted(server, world)
    assert world.backup("erp").code == 0
    before, old = known(world), server.fingerprint
    server.change_host_key()

    changed = seen(world)
    kept_out = world.backup("erp")
    refused = world.run("hosts", "accept", "nas", "--fingerprint", server.fingerprint)

    assert changed["key"]["state"] == "changed"
    assert old in changed["reason"]
    assert "--replace" in changed["remedy"]
    assert (kept_out.code, kept_out.result["failure"]) == (3, "host-key")
    assert (refused.code, known(world)) == (3, before)
    assert "--replace" in refused.stderr

    accepted(server, world, "--replace")

    assert known(world) == f"{server.name} {server.host_key}\n"
    assert world.drill("erp").code == 0
    assert ['"replaced":true' in body for body in decisions(world)] == [False, True]


def test_another_fingerprint_than_the_one_read_elsewhere_is_refused(
    world: World, server: Sshd
) -> None:
    ran = world.run("hosts", "accept", "nas", "--fingerprint", "SHA256:" + "A" * 43)

    assert ran.code == 3
    assert "Do not accept it" in ran.stderr
    assert known(world) == ""
    assert decisions(world) == []


def test_a_key_is_accepted_by_whoever_is_there_to_compare_it(world: World, server: Sshd) -> None:
    answers = []
    for typed in (b"n\n", b"y\n"):
        near, far = pty.openpty()
        process = subprocess.Popen(
            world.command("hosts", "accept", "nas"),
            stdin=far,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=world.environment(),
        )
        os.write(near, typed)
        answers.append((ended(process).code, server.host_key in known(world)))
        os.close(near)
        os.close(far)

    assert answers == [(130, False), (0, True)]


def test_nobody_is_asked_where_nobody_is(world: World, server: Sshd) -> None:
    ran = world.run("hosts", "accept", "nas")

    assert ran.code == 2
    assert "--fingerprint" in ran.stderr
    assert known(world) == ""


def test_accepting_twice_changes_nothing(world: World, server: Sshd) -> None:
    accepted(server, world)
    before = known(world)
    again = world.run("hosts", "accept", "nas")

    assert (again.code, known(world)) == (0, before)
    assert len(decisions(world)) == 1


def test_a_machine_that_is_down_is_unreachable_and_the_others_are_looked_at(
    world: World, server: Sshd, tmp_path: Path
) -> None:
    accepted(server, world)
    server.stop()
    here, there = world.run("hosts", "--json").result["hosts"]

    assert (here["name"], here["verdict"]) == ("local", "PASS")
    assert (there["verdict"], there["failure"], there["reachable"]) == (
        "INCONCLUSIVE",
        "unreachable",
        False,
    )


def test_what_a_machine_is_like_is_told(world: World, server: Sshd) -> None:
    accepted(server, world)
    nas = seen(world)

    assert nas["key"]["state"] == "known"
    assert 0 < nas["latency_milliseconds"] < 5_000
    assert abs(nas["clock"]["ahead_seconds"]) < 5
    assert nas["programs"]["restic"].startswith("0.")
    assert {"find", "sha256sum"} <= set(nas["programs"])


def test_a_machine_behind_another_is_accepted_after_the_one_before_it(
    world: World, server: Sshd, tmp_path: Path
) -> None:
    with running_sshd(tmp_path / "behind") as behind:
        world.write({"config/hosts.yaml": written(server) + written(behind, "erp", jump="nas")})
        early = world.run("hosts", "accept", "erp", "--fingerprint", behind.fingerprint)
        accepted(server, world)
        later = world.run("hosts", "accept", "erp", "--fingerprint", behind.fingerprint)

        assert early.code == 3
        assert "continuity hosts accept nas" in " ".join(early.stderr.split())
        assert later.code == 0
        assert seen(world, "erp")["verdict"] == "PASS"
        assert seen(world, "erp")["jump"] == "nas"


def test_this_machine_has_no_key_to_accept(world: World) -> None:
    ran = world.run("hosts", "accept", "local")

    assert ran.code == 2
    assert "this machine" in ran.stderr
