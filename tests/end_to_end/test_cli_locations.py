"""`continuity locations` as an operator meets it: what is seen, since when, and what is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any  # JSON, or keys of any dataclass

import pytest

from tests.support.sshd import Sshd, running_sshd
from tests.support.worlds import World, furnished, proven

pytestmark = [pytest.mark.tool("restic"), pytest.mark.tool("rsync")]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two jobs that were backed up and drilled; nobody has looked at their storage."""
    return proven(tmp_path_factory.mktemp("firm") / "world")


def parts(world: World, system: str) -> dict[str, dict[str, Any]]:
    """Give the parts of a system's 3-2-1-1-0, as it is known."""
    cards = world.run("locations", "--cached", "--json").result["scorecards"]
    (card,) = [card for card in cards if card["system"] == system]
    return {part["part"]: part for part in card["parts"]}


def test_what_nobody_looked_at_is_unknown_and_then_known_with_its_age(tmp_path: Path) -> None:
    world = proven(tmp_path / "world")
    before = world.run("locations", "--cached", "--json")
    assert (before.code, before.result["verdict"]) == (3, "INCONCLUSIVE")
    assert {one["observed_at"] for one in before.result["repositories"]} == {None}
    assert parts(world, "billing")["immutable"]["answer"] == "unknown"
    asked = world.run("doctor", "--json").result["examined"]
    assert {"storage of vault", "storage of disk"} <= {
        one["subject"] for one in asked if one["verdict"] == "INCONCLUSIVE"
    }

    looked = world.run("locations")

    assert looked.code == 0, looked
    assert "free space" in looked.stdout
    assert "statfs" in looked.stdout
    assert [line for line in looked.stdout.splitlines() if len(line) > 80] == []
    after = world.run("locations", "--cached", "--json")
    assert after.code == 0
    for repository in after.result["repositories"]:
        assert repository["age_seconds"] >= 0
        assert all(fact["source"] and "age_seconds" in fact for fact in repository["facts"])
    assert parts(world, "billing")["immutable"]["answer"] == "no"
    assert world.run("status").code == 0
    asked = world.run("doctor", "--json").result["examined"]
    assert {one["verdict"] for one in asked if one["subject"].startswith("storage")} == {"PASS"}


def test_to_show_what_is_known_records_nothing(world: World) -> None:
    before = world.run("status", "--json").result["record"]["records"]

    world.run("locations", "--cached")

    assert world.run("status", "--json").result["record"]["records"] == before


def test_a_repository_that_nobody_knows_is_a_mistake_and_nothing_is_looked_at(
    world: World,
) -> None:
    said = world.run("locations", "valt")

    assert said.code == 2
    assert "vault" in said.stderr


def test_a_password_that_cannot_be_fetched_hides_no_storage(world: World) -> None:
    said = world.run("locations", "--json", env={"VAULT_PASSWORD": ""})

    assert [one["name"] for one in said.result["repositories"]] == ["disk", "vault"]


def test_forecast_names_what_an_intruder_could_delete(world: World) -> None:
    told = world.run("forecast", "--json").result

    assert told["at_risk"] == ["disk", "vault"]
    assert "disk, vault" in " ".join(told["notes"])


def test_storage_of_another_machine_is_looked_at_over_ssh(tmp_path: Path) -> None:
    world = furnished(tmp_path / "world")
    kept = tmp_path / "kept on the nas"
    (kept / "snapshots").mkdir(parents=True)
    with running_sshd(tmp_path / "sshd") as server:
        world.write({"config/hosts.yaml": _host(server)})
        place = f"'sftp:nas:{kept}'\n  host: nas"
        world.edit("config/repositories.yaml", f"{world.root}/vault", place)

        said = world.run("locations", "--json", "vault")

    (found,) = said.result["repositories"]
    facts = {fact["name"]: fact["value"] for fact in found["facts"]}
    assert (said.code, found["kind"], facts["reachable"]) == (0, "sftp", True), said
    assert facts["free-bytes"] > 0


def test_a_machine_that_is_off_leaves_its_storage_unknown(tmp_path: Path) -> None:
    world = furnished(tmp_path / "world")
    with running_sshd(tmp_path / "sshd") as server:
        world.write({"config/hosts.yaml": _host(server)})
    place = f"sftp:nas:{tmp_path}/kept\n  host: nas"
    world.edit("config/repositories.yaml", f"{world.root}/vault", place)

    said = world.run("locations", "--json", "vault")

    assert (said.code, said.result["failure"]) == (3, "unreachable"), said


def _host(server: Sshd) -> str:
    return (
        f"nas:\n  kind: ssh\n  address: {server.address}\n  port: {server.port}\n"
        f"  user: {server.user}\n  key: {server.key}\n  known_hosts: {server.known_hosts}\n"
    )
