"""A bucket's promise is believed only where something was refused: moto locks, rclone cannot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any  # JSON, or keys of any dataclass

import boto3
import pytest

from continuity.domain.failure import FailureClass
from continuity.domain.location import FactName
from continuity.locations.bucket import bucket_from_location
from continuity.locations.bucket_lock import THROWAWAY
from tests.support.storages import PASSWORD, S3_CREDENTIALS, USER, locking_server, s3_server
from tests.support.visits import looked, values, visit


class Owner:
    """The owner of buckets on a server that knows versions and locks."""

    def __init__(self, url: str) -> None:
        self.url = url
        session = boto3.session.Session(USER, PASSWORD, region_name="us-east-1")
        self.client: Any = session.client("s3", endpoint_url=url)

    def make(self, bucket: str, mode: str | None = None) -> str:
        """Make a bucket that locks everything for three days; gives a repository's address."""
        self.client.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=mode is not None)
        if mode:
            rule = {"DefaultRetention": {"Mode": mode, "Days": 3}}
            self.client.put_object_lock_configuration(
                Bucket=bucket,
                ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule},
            )
        return f"s3:{self.url}/{bucket}/erp"

    def expire(self, bucket: str, **rule: object) -> None:
        """Let the bucket delete by itself."""
        rules = [{"ID": "tidy", "Status": "Enabled", **rule}]
        self.client.put_bucket_lifecycle_configuration(
            Bucket=bucket, LifecycleConfiguration={"Rules": rules}
        )

    def versions(self, bucket: str) -> list[str]:
        """Name every version of every object."""
        listed = self.client.list_object_versions(Bucket=bucket)
        return [version["Key"] for version in listed.get("Versions", [])]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with locking_server() as url:
        yield url


@pytest.fixture
def owner(server: str) -> Owner:
    return Owner(server)


def test_a_lock_is_believed_because_a_deletion_was_refused(owner: Owner) -> None:
    facts = looked(visit(owner.make("held", "COMPLIANCE"), S3_CREDENTIALS))

    assert facts[FactName.IMMUTABLE].value is True
    assert "compliance" in str(facts[FactName.IMMUTABLE].note)
    assert facts[FactName.VERSIONING].value == "enabled"
    assert facts[FactName.OBJECT_LOCK].value == "compliance"
    assert facts[FactName.RETENTION_DAYS].value == 3


def test_looking_every_day_leaves_one_object_behind_and_not_many(owner: Owner) -> None:
    place = owner.make("tidy", "COMPLIANCE")

    found = [values(visit(place, S3_CREDENTIALS))[FactName.IMMUTABLE] for _ in range(3)]

    assert found == [True, True, True]
    assert owner.versions("tidy") == [f"erp/{THROWAWAY}"]


def test_a_lock_that_the_backup_itself_may_lift_protects_nothing(owner: Owner) -> None:
    fact = looked(visit(owner.make("lifted", "GOVERNANCE"), S3_CREDENTIALS))[FactName.IMMUTABLE]

    assert fact.value is False
    assert "lift the lock" in str(fact.note)
    assert owner.versions("lifted") == []


def test_a_bucket_that_could_lock_and_locks_nothing_is_not_immutable(owner: Owner) -> None:
    found = values(visit(owner.make("idle", ""), S3_CREDENTIALS))

    assert found[FactName.OBJECT_LOCK] == "no-default"
    assert found[FactName.IMMUTABLE] is False
    assert owner.versions("idle") == []


def test_a_bucket_without_a_lock_is_not_immutable(owner: Owner) -> None:
    found = values(visit(owner.make("open"), S3_CREDENTIALS))

    assert found[FactName.OBJECT_LOCK] == "off"
    assert found[FactName.VERSIONING] == "off"
    assert found[FactName.IMMUTABLE] is False


def test_a_lock_that_has_run_out_is_tried_anew(owner: Owner) -> None:
    place = owner.make("later", "COMPLIANCE")
    asked = visit(place, S3_CREDENTIALS)
    looked(asked)

    later = looked(replace(asked, at=asked.at + timedelta(days=4)))[FactName.IMMUTABLE]

    assert later.value is not True
    assert len(owner.versions("later")) == 2


def test_an_old_lock_does_not_speak_for_what_is_written_now(owner: Owner) -> None:
    place = owner.make("retired", "")
    owner.client.put_object(
        Bucket="retired",
        Key=f"erp/{THROWAWAY}",
        Body=b"of an earlier look",
        ContentMD5="BkJVwXq4jAdVfQDh+CqLJw==",
        ObjectLockMode="COMPLIANCE",
        ObjectLockRetainUntilDate=datetime.now(UTC) + timedelta(days=9),
    )

    assert values(visit(place, S3_CREDENTIALS))[FactName.IMMUTABLE] is False


def test_an_empty_answer_is_not_taken_for_a_lock(tmp_path: Path) -> None:
    (tmp_path / "s3/vault").mkdir(parents=True)
    with s3_server(tmp_path / "s3") as served:
        found = values(visit(f"s3:{served.url}/vault/erp", S3_CREDENTIALS))

    assert found[FactName.OBJECT_LOCK] == "off"
    assert found[FactName.VERSIONING] == "off"
    assert found[FactName.IMMUTABLE] is False
    assert found[FactName.EXPIRES_AFTER] is None
    assert found[FactName.PUBLIC] is False
    assert not (tmp_path / "s3/vault/erp" / THROWAWAY).exists()


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ({"Filter": {"Prefix": ""}, "Expiration": {"Days": 7}}, 7),
        ({"Filter": {"Prefix": "erp/"}, "Expiration": {"Days": 30}}, 30),
        ({"Filter": {"Prefix": "erp/data/"}, "Expiration": {"Days": 90}}, 90),
        ({"Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 7}}, False),
        ({"Filter": {"Prefix": ""}, "NoncurrentVersionExpiration": {"NoncurrentDays": 7}}, False),
        ({"Filter": {"Tag": {"Key": "a", "Value": "b"}}, "Expiration": {"Days": 7}}, False),
    ],
)
def test_a_rule_that_deletes_what_a_repository_needs_is_seen(
    owner: Owner, rule: dict[str, object], days: int | bool
) -> None:
    bucket = f"rule-{abs(hash(str(rule))) % 10**9}"
    place = owner.make(bucket)
    owner.expire(bucket, **rule)

    assert values(visit(place, S3_CREDENTIALS))[FactName.EXPIRES_AFTER] == days


def test_a_bucket_without_rules_deletes_nothing_by_itself(owner: Owner) -> None:
    assert values(visit(owner.make("ruleless"), S3_CREDENTIALS))[FactName.EXPIRES_AFTER] is False


def test_a_bucket_that_anybody_can_list_is_public(owner: Owner) -> None:
    # moto asks nobody for credentials.
    assert values(visit(owner.make("window"), S3_CREDENTIALS))[FactName.PUBLIC] is True


def test_the_newest_point_and_the_size_are_of_this_repository_alone(owner: Owner) -> None:
    place = owner.make("shared")
    for key, body in (("erp/data/00", b"12345"), ("erp/snapshots/a", b"1"), ("other/x", b"1234")):
        owner.client.put_object(Bucket="shared", Key=key, Body=body)

    facts = looked(visit(place, S3_CREDENTIALS))

    assert facts[FactName.OBJECTS].value == 2
    assert facts[FactName.SIZE_BYTES].value == 6
    assert facts[FactName.NEWEST].value is not None


def test_a_bucket_that_is_not_there_is_not_reached(server: str) -> None:
    fact = looked(visit(f"s3:{server}/nowhere/erp", S3_CREDENTIALS))[FactName.REACHABLE]

    assert (fact.value, fact.failure) == (False, FailureClass.UNREACHABLE)


@pytest.mark.parametrize(
    ("location", "endpoint", "name", "prefix"),
    [
        ("s3:https://s3.example:9000/vault/erp/", "https://s3.example:9000", "vault", "erp"),
        ("s3:http://127.0.0.1:9000/vault", "http://127.0.0.1:9000", "vault", ""),
        ("s3:s3.amazonaws.com/vault/a/b", "https://s3.amazonaws.com", "vault", "a/b"),
        ("s3://s3.example/vault", "https://s3.example", "vault", ""),
    ],
)
def test_addresses_mean_what_they_mean_to_restic(
    location: str, endpoint: str, name: str, prefix: str
) -> None:
    bucket = bucket_from_location(location)

    assert (bucket.endpoint, bucket.name, bucket.prefix) == (endpoint, name, prefix)


def test_an_address_without_a_bucket_is_a_fact_and_no_crash() -> None:
    fact = looked(visit("s3:https://", S3_CREDENTIALS))[FactName.REACHABLE]

    assert (fact.value, fact.failure) == (False, FailureClass.CONFIGURATION)
