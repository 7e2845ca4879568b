"""Copies at another machine and in a bucket give data back when the repository is gone."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest

from tests.support.cheap_keys import cheapen
from tests.support.copying import (
    LUIS,
    PASS,
    book,
    came_back,
    evidence,
    gone,
    restic,
    start,
    state,
    told,
    words,
)
from tests.support.nas import accepted, written
from tests.support.sshd import Sshd, running_sshd
from tests.support.storages import S3_CREDENTIALS, Served, s3_server
from tests.support.worlds import PASSWORD, World, furnished

_FAR = """
cloud:
  engine: restic
  location: s3:{url}/bucket/erp
  password: {{env: VAULT_PASSWORD}}
  credentials:
    AWS_ACCESS_KEY_ID: {{file: {root}/AWS_ACCESS_KEY_ID}}
    AWS_SECRET_ACCESS_KEY: {{file: {root}/AWS_SECRET_ACCESS_KEY}}
  options: {{patience: 4s}}
  copy_of: vault
  site: far
nas:
  engine: restic
  host: nas
  location: sftp:nas:{root}/nas
  password: {{env: VAULT_PASSWORD}}
  options: {{patience: 20s}}
  copy_of: vault
  site: cellar
"""


@dataclass(frozen=True, kw_only=True)
class Far:
    """A world whose vault is copied to a machine and into a bucket, and both servers."""

    world: World
    server: Sshd
    bucket: Served


@pytest.fixture(scope="module", name="kept")
def _kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Far]:
    root = tmp_path_factory.mktemp("far")
    world = furnished(root / "world")
    with ExitStack() as running:
        server = running.enter_context(running_sshd(root / "sshd"))
        (root / "s3/bucket").mkdir(parents=True)
        bucket = running.enter_context(s3_server(root / "s3"))
        _write(world, server, bucket)
        restic("init", "--repo", world.vault)
        cheapen(world.vault, PASSWORD)
        assert world.run("backup", "--json", "erp").code == PASS
        shutil.copytree(world.vault, world.root / "nas")
        cloud = f"s3:{bucket.url}/bucket/erp"
        restic("init", "--repo", cloud, env=S3_CREDENTIALS)
        restic("copy", "--repo", cloud, "--from-repo", world.vault, env=S3_CREDENTIALS)
        for name in ("vault", "cloud", "nas"):
            assert world.run("drill", "--json", "erp", "--copy", name).code == PASS
        yield Far(world=world, server=server, bucket=bucket)


def _write(world: World, server: Sshd, bucket: Served) -> None:
    world.write({"config/hosts.yaml": written(server)})
    with (world.workspace / "config/repositories.yaml").open("a") as file:
        file.write(_FAR.format(root=world.root, url=bucket.url))
    for name, word in S3_CREDENTIALS.items():
        (world.root / name).write_text(word)
        (world.root / name).chmod(0o600)
    accepted(server, world)


@pytest.fixture
def far(kept: Far) -> Iterator[Far]:
    book(kept.world, "erp")
    yield kept
    shutil.rmtree(kept.world.root / "beside", ignore_errors=True)


@contextmanager
def stopped(bucket: Served) -> Iterator[None]:
    bucket.stop()
    try:
        yield
    finally:
        bucket.start()


@contextmanager
def frozen(bucket: Served) -> Iterator[None]:
    """Let the server take connections, and answer nothing."""
    os.kill(bucket.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(bucket.pid, signal.SIGCONT)


@contextmanager
def another_key(server: Sshd) -> Iterator[None]:
    """Let another machine stand at the address of the server."""
    kept = {path: path.read_bytes() for path in server.home.iterdir() if "host" in path.name}
    server.change_host_key()
    try:
        yield
    finally:
        server.stop()
        for path, content in kept.items():
            path.write_bytes(content)
        server.start()


def test_a_copy_in_a_bucket_gives_the_data_back(far: Far) -> None:
    with gone(far.world.vault):
        standing = start(far.world)

    assert (state(standing), evidence(far.world, standing)["repository"]) == ("done", "cloud")
    assert came_back(far.world)


@pytest.mark.parametrize(
    ("harm", "said"),
    [(stopped, "Its storage does not answer."), (frozen, "cloud does not give it: ")],
)
def test_without_the_bucket_the_copy_of_another_machine_does(
    far: Far, harm: object, said: str
) -> None:
    harmed = stopped if harm is stopped else frozen
    with gone(far.world.vault), harmed(far.bucket):
        standing = start(far.world)
    found = evidence(far.world, standing)

    assert (state(standing), found["repository"]) == ("done", "nas")
    assert set(found["not_from"]) == {"vault", "cloud"}
    assert said in words(standing)
    assert came_back(far.world)


def test_a_machine_that_shows_another_key_gives_nothing(far: Far) -> None:
    with gone(far.world.vault), stopped(far.bucket), another_key(far.server):
        failed = start(far.world)
    with gone(far.world.vault):
        retried = far.world.run("runbook", "retry", failed["run"], "out", *LUIS)

    assert state(failed) == "failed"
    assert "nas: " in words(failed)
    assert evidence(far.world, told(retried))["repository"] == "cloud"
