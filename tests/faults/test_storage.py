"""Storage that is gone, refuses, or no longer protects what is kept in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any  # JSON, or keys of any dataclass

import boto3
import httpx2
import pytest

from tests.support.disks import fill, small_disk
from tests.support.faults import Row
from tests.support.ran import Ran
from tests.support.storages import PASSWORD, USER, Served, locking_server, rest_server, s3_server
from tests.support.worlds import World

pytestmark = [pytest.mark.tool("restic"), pytest.mark.tool("rsync")]

S3 = {"S3_ID": USER, "S3_KEY": PASSWORD}
_CREDENTIALS = {
    "s3": "{AWS_ACCESS_KEY_ID: {env: S3_ID}, AWS_SECRET_ACCESS_KEY: {env: S3_KEY}}",
    "rest": "{RESTIC_REST_USERNAME: {env: S3_ID}, RESTIC_REST_PASSWORD: {env: S3_KEY}}",
}


def move(world: World, address: str) -> None:
    """Let the repository of job `erp` be kept at another address."""
    credentials = _CREDENTIALS[address.partition(":")[0]]
    moved = f"{address}\n  credentials: {credentials}"
    world.edit("config/repositories.yaml", f"{world.root}/vault", moved)


def look(world: World, env: Mapping[str, str] = S3) -> Ran:
    """Look at the storage of job `erp`."""
    return world.run("locations", "--json", "vault", env=env)


def told(row: Row, world: World, ran: Ran, job: str = "erp") -> None:
    """Demand the row, and that nothing is green before somebody looks again."""
    row.red_in(world, job, ran)
    again = world.run("locations", "--json", "--cached", env=S3)
    assert again.code != 0


@pytest.mark.fault("storage-directory-gone")
def test_a_directory_that_is_gone_was_not_reached(world: World, row: Row) -> None:
    shutil.rmtree(world.vault)

    told(row, world, look(world))


@pytest.mark.fault("storage-bucket-gone")
def test_a_bucket_that_is_gone_was_not_reached(world: World, row: Row, tmp_path: Path) -> None:
    (tmp_path / "s3/held").mkdir(parents=True)
    with s3_server(tmp_path / "s3") as server:
        move(world, f"s3:{server.url}/held/erp")
        assert reached(look(world))
        server.stop()
        (tmp_path / "s3/held").rmdir()
        server.start()

        told(row, world, look(world))


@pytest.mark.fault("storage-credentials-refused")
def test_withdrawn_credentials_say_so(world: World, row: Row, tmp_path: Path) -> None:
    (tmp_path / "s3/held").mkdir(parents=True)
    with s3_server(tmp_path / "s3") as server:
        move(world, f"s3:{server.url}/held/erp")
        assert reached(look(world))
        server.stop()
        server.words = ("--auth-key", "another,key", *server.words[2:])
        server.start()

        told(row, world, look(world))


@pytest.mark.fault("storage-credentials-absent")
def test_credentials_that_cannot_be_fetched_leave_it_unknown(
    world: World, row: Row, tmp_path: Path
) -> None:
    (tmp_path / "s3/held").mkdir(parents=True)
    with s3_server(tmp_path / "s3") as server:
        move(world, f"s3:{server.url}/held/erp")

        row.told_by(look(world, env={}))


@pytest.mark.fault("storage-unreachable")
def test_a_server_that_does_not_answer_was_not_reached(
    world: World, row: Row, tmp_path: Path
) -> None:
    with rest_server(tmp_path / "rest") as server:
        move(world, f"rest:{server.url}/erp")
        server.stop()

        told(row, world, look(world))


@pytest.mark.fault("storage-append-only-off")
def test_a_server_that_deletes_again_has_lost_its_protection(
    world: World, row: Row, tmp_path: Path
) -> None:
    with rest_server(tmp_path / "rest", append_only=True) as server:
        move(world, f"rest:{server.url}/erp")
        _some_repository(server)
        assert look(world).code == 0
        server.stop()
        server.words = tuple(word for word in server.words if word != "--append-only")
        server.start()

        told(row, world, look(world))


@pytest.mark.fault("storage-object-lock-off")
def test_a_bucket_that_locks_no_more_has_lost_its_protection(world: World, row: Row) -> None:
    with locking_server() as url:
        move(world, f"s3:{url}/held/erp")
        _bucket(url, locked=True)
        assert immutable(look(world)) is True
        # Nobody can take the lock off what is locked, but a bucket can be made anew.
        assert httpx2.post(f"{url}/moto-api/reset").status_code == 200
        _bucket(url, locked=False)

        told(row, world, look(world))


@pytest.mark.fault("storage-deletes-early")
def test_a_rule_that_deletes_by_age_breaks_restore_points(world: World, row: Row) -> None:
    with locking_server() as url:
        move(world, f"s3:{url}/held/erp")
        rule = {"ID": "tidy", "Status": "Enabled", "Filter": {"Prefix": ""}}
        _bucket(url, locked=False).put_bucket_lifecycle_configuration(
            Bucket="held",
            LifecycleConfiguration={"Rules": [{**rule, "Expiration": {"Days": 30}}]},
        )

        told(row, world, look(world))


@pytest.mark.fault("storage-open-to-anybody")
def test_a_bucket_that_strangers_can_list_is_open(world: World, row: Row) -> None:
    with locking_server() as url:
        move(world, f"s3:{url}/held/erp")
        _bucket(url, locked=False)

        told(row, world, look(world))


@pytest.mark.fault("storage-nearly-full")
def test_less_room_than_backups_need_is_said_before_the_next_one_fails(
    world: World, row: Row
) -> None:
    with small_disk(world.vault, 3_000):
        (world.source / "accounts/new.db").write_bytes(os.urandom(600_000))
        assert world.backup("erp").code == 0
        fill(world.vault)

        told(row, world, look(world))


def test_a_lost_protection_that_is_meant_is_accepted_on_the_record(
    world: World, tmp_path: Path
) -> None:
    with rest_server(tmp_path / "rest", append_only=True) as server:
        move(world, f"rest:{server.url}/erp")
        _some_repository(server)
        assert world.run("locations", "--accept", "vault").code == 2
        assert look(world).code == 0
        assert world.run("locations", "--accept", "vault").code == 2
        server.stop()
        server.words = tuple(word for word in server.words if word != "--append-only")
        server.start()
        assert look(world).code == 1

    assert world.run("locations", "--accept", "vault").code == 0
    assert world.standing("erp") == "PASS"
    assert world.run("locations", "--json", "--cached", "vault").code == 0


def test_a_bucket_in_the_same_state_as_before_raises_no_alarm(world: World, tmp_path: Path) -> None:
    with rest_server(tmp_path / "rest", append_only=True) as server:
        move(world, f"rest:{server.url}/erp")
        _some_repository(server)

        codes = [look(world).code for _ in range(3)]

    assert codes == [0, 0, 0]
    assert world.standing("erp") == "PASS"
    assert world.run("audit", "verify").code == 0


def reached(ran: Ran) -> object:
    return _value(ran, "reachable")


def immutable(ran: Ran) -> object:
    return _value(ran, "immutable")


def _value(ran: Ran, name: str) -> object:
    (repository,) = ran.result["repositories"]
    return {fact["name"]: fact["value"] for fact in repository["facts"]}.get(name)


def _some_repository(server: Served) -> None:
    (server.root / "erp/data").mkdir(parents=True)
    (server.root / "erp/config").write_bytes(b"encrypted")


def _bucket(url: str, *, locked: bool) -> Any:
    session = boto3.session.Session(USER, PASSWORD, region_name="us-east-1")
    client = session.client("s3", endpoint_url=url)
    client.create_bucket(Bucket="held", ObjectLockEnabledForBucket=locked)
    if locked:
        rule = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 3}}
        client.put_object_lock_configuration(
            Bucket="held",
            ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule},
        )
    return client
