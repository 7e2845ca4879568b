"""A repository in object storage that goes away or closes while it is used."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.test_storage import S3, move
from tests.support.expiring import expired_at
from tests.support.faults import Row
from tests.support.ran import Ran
from tests.support.storages import Served, s3_server
from tests.support.worlds import World

pytestmark = [pytest.mark.tool("restic"), pytest.mark.tool("rsync")]

BOTH = pytest.mark.parametrize("work", ["backup", "drill"])
# What restic is asked, and in which phase of which work.
PHASES = [
    pytest.param("backup", "cat", marks=pytest.mark.fault("bucket-cut-open"), id="open"),
    pytest.param("backup", "backup", marks=pytest.mark.fault("bucket-cut-copy"), id="copy"),
    pytest.param("backup", "ls", marks=pytest.mark.fault("bucket-cut-seal"), id="seal"),
    pytest.param("drill", "restore", marks=pytest.mark.fault("bucket-cut-restore"), id="restore"),
]


@pytest.fixture
def server(world: World, tmp_path: Path) -> Iterator[Served]:
    """Serve what the world's repository holds, and let the job use it from there."""
    (tmp_path / "s3/held").mkdir(parents=True)
    shutil.copytree(world.vault, tmp_path / "s3/held/erp")
    with s3_server(tmp_path / "s3") as server:
        move(world, f"s3:{server.url}/held/erp")
        patient = "  options: {patience: 30s}\n  credentials:"
        world.edit("config/repositories.yaml", "  credentials:", patient)
        drilled = world.drill("erp", env=S3)
        assert drilled.result["verdict"] == "PASS", drilled
        yield server


def tried(world: World, work: str) -> Ran:
    return world.run(work, "--json", "erp", env=S3, timeout=120)


@pytest.mark.fault("bucket-gone")
@BOTH
def test_a_bucket_that_is_gone_is_never_taken_for_an_empty_one(
    world: World, server: Served, row: Row, work: str
) -> None:
    server.stop()
    shutil.rmtree(server.root / "held")
    server.start()

    row.red_in(world, "erp", tried(world, work))

    assert not (server.root / "held").exists()


@pytest.mark.fault("bucket-credentials-refused")
@BOTH
def test_withdrawn_keys_say_so(world: World, server: Served, row: Row, work: str) -> None:
    server.stop()
    server.words = ("--auth-key", "another,key", *server.words[2:])
    server.start()

    row.red_in(world, "erp", tried(world, work))


@pytest.mark.fault("bucket-credentials-expired")
@pytest.mark.parametrize("work", ["backup", "drill", "locations"])
def test_keys_that_ran_out_say_so(world: World, server: Served, row: Row, work: str) -> None:
    server.stop()
    with expired_at(server.port):
        ran = tried(world, work) if work != "locations" else world.run(work, "--json", env=S3)

    row.red_in(world, "erp", ran)


@pytest.mark.parametrize(("work", "asked"), PHASES)
def test_a_storage_that_falls_silent_in_any_phase_gives_no_verdict(
    world: World, server: Served, row: Row, work: str, asked: str
) -> None:
    (world.source / "accounts/new.db").write_bytes(os.urandom(3_000_000))
    if work == "drill":
        saved = tried(world, "backup")
        assert saved.result["verdict"] == "PASS", saved
    slow = "{limit_upload: 200, limit_download: 200, "
    world.edit("config/repositories.yaml", "options: {", f"options: {slow}")
    # Copies are slow enough to be on their way when the server ends; the rest finds nobody there.
    wait = "sleep 2; " if asked in {"backup", "restore"} else ""
    midway = f"{wait}kill -9 $server; wait $!; exit $?"
    start = '"$real" "$@" &' if wait else '{ sleep 0.1; "$real" "$@"; } &'
    cut = f'case " $* " in *" {asked} "*) {start} {midway};; esac'
    world.install("restic", f'server={server.pid}\n{cut}\nexec "$real" "$@"')

    ran = tried(world, work)

    row.red_in(world, "erp", ran)
