"""The objects of a repository on every sort of storage that can be read without its program."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from continuity.domain.failure import AuthenticationError, ContinuityError, UnreachableError
from continuity.domain.secret import Secret
from continuity.hosts.reach import Reach
from continuity.hosts.ssh_host import SshHost
from continuity.locations.objects import Access, NotThereError, Objects
from continuity.locations.registry import location_kinds, open_objects
from tests.support.sshd import running_sshd
from tests.support.storages import S3_CREDENTIALS, s3_server

READABLE = ("local", "s3", "sftp")
CONTENT = bytes(range(256)) * 1024


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Storage with a few objects; ``place`` is where they really are."""

    objects: Objects
    place: Path
    access: Access


@contextmanager
def storage(sort: str, place: Path) -> Iterator[tuple[Path, Access]]:
    if sort == "local":
        yield place / "kept", Access(location=str(place / "kept"))
    elif sort == "s3":
        (place / "buckets/vault").mkdir(parents=True)
        with s3_server(place / "buckets") as server:
            credentials = {name: Secret(text) for name, text in S3_CREDENTIALS.items()}
            location = f"s3:{server.url}/vault/erp"
            yield place / "buckets/vault/erp", Access(location=location, credentials=credentials)
    else:
        with running_sshd(place / "sshd") as sshd:
            reach = Reach(
                name="nas",
                address=sshd.address,
                port=sshd.port,
                user=sshd.user,
                key=sshd.key,
                known_hosts=sshd.known_hosts,
            )
            host = SshHost(reach)
            yield place / "kept", Access(location=f"sftp:nas:{place / 'kept'}", host=host)
            host.close()


@pytest.fixture(params=READABLE, scope="module")
def kept(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kept]:
    with storage(request.param, tmp_path_factory.mktemp(request.param)) as (place, access):
        (place / "data/ab").mkdir(parents=True)
        (place / "index").mkdir()
        (place / "data/ab/abcd").write_bytes(CONTENT)
        (place / "data/ab/abce").write_bytes(b"")
        (place / "config").write_bytes(b"sealed")
        objects = open_objects(access)
        assert objects is not None
        yield Kept(objects=objects, place=place, access=access)
        objects.close()


def test_every_storage_that_can_be_read_is_tried_here() -> None:
    readable = [kind.name for kind in location_kinds().values() if kind.objects is not None]

    assert sorted(readable) == sorted(READABLE)


def test_a_whole_object_is_read(kept: Kept) -> None:
    assert kept.objects.read("config", 0, 100) == b"sealed"


def test_a_part_is_read_from_where_it_begins(kept: Kept) -> None:
    assert kept.objects.read("data/ab/abcd", 70_001, 130_000) == CONTENT[70_001:200_001]


@pytest.mark.parametrize("offset", [len(CONTENT) - 5, len(CONTENT), len(CONTENT) + 5])
def test_what_ends_before_gives_fewer_bytes_and_never_others(kept: Kept, offset: int) -> None:
    assert kept.objects.read("data/ab/abcd", offset, 1_000) == CONTENT[offset:]


def test_an_empty_object_is_empty(kept: Kept) -> None:
    assert kept.objects.read("data/ab/abce", 0, 10) == b""


def test_sizes_are_those_stored(kept: Kept) -> None:
    assert kept.objects.size("data/ab/abcd") == len(CONTENT)


def test_a_folder_is_listed_with_what_lies_below_it(kept: Kept) -> None:
    listed = sorted(kept.objects.list("data"))

    assert listed == [("data/ab/abcd", len(CONTENT)), ("data/ab/abce", 0)]


def test_what_is_not_there_is_told_from_what_cannot_be_read(kept: Kept) -> None:
    with pytest.raises(NotThereError):
        kept.objects.read("data/ab/other", 0, 10)
    with pytest.raises(NotThereError):
        kept.objects.size("data/ab/other")


def test_no_link_is_followed_and_no_pipe_is_waited_for(kept: Kept) -> None:
    if kept.access.location.startswith("s3"):
        return
    os.symlink("/etc/passwd", kept.place / "index/link")
    os.mkfifo(kept.place / "index/pipe")

    for name in ("index/link", "index/pipe"):
        with pytest.raises(UnreachableError):
            kept.objects.read(name, 0, 10)


def test_credentials_that_are_refused_are_no_missing_objects(tmp_path: Path) -> None:
    with storage("s3", tmp_path) as (place, access):
        place.mkdir()
        (place / "config").write_bytes(b"sealed")
        wrong = {**access.credentials, "AWS_SECRET_ACCESS_KEY": Secret("other")}
        objects = open_objects(Access(location=access.location, credentials=wrong))
        assert objects is not None

        with pytest.raises(AuthenticationError):
            objects.read("config", 0, 10)


def test_a_lost_connection_is_no_missing_object(tmp_path: Path) -> None:
    with running_sshd(tmp_path / "sshd") as sshd:
        reach = Reach(
            name="nas",
            address=sshd.address,
            port=sshd.port,
            user=sshd.user,
            key=sshd.key,
            known_hosts=sshd.known_hosts,
        )
        host = SshHost(reach)
        (tmp_path / "config").write_bytes(b"sealed")
        objects = open_objects(Access(location=f"sftp:nas:{tmp_path}", host=host))
        assert objects is not None
        objects.read("config", 0, 10)
        sshd.cut()

        with pytest.raises(ContinuityError) as caught:
            objects.read("config", 0, 10)

        assert not isinstance(caught.value, NotThereError)
        host.close()
