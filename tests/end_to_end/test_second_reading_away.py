"""A part of a sample is read a second way from storage that is elsewhere."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any  # JSON, or what a library leaves without types

import pytest

from tests.support.filled import filled
from tests.support.firm import PASSWORD, Firm, Wishes, a_firm, at_work, body_of
from tests.support.programs import quickest_restic
from tests.support.remote_restic import served_over
from tests.support.sshd import running_sshd
from tests.support.storages import S3_CREDENTIALS, s3_server

pytestmark = pytest.mark.tool("restic")


@contextmanager
def stored_at(sort: str, firm: Firm) -> Iterator[dict[str, Any]]:
    """Give what people write about a repository there, and about the machine it is on."""
    root = firm.root
    if sort == "s3":
        (root / "buckets/vault").mkdir(parents=True)
        credentials = {}
        for name, text in S3_CREDENTIALS.items():
            (root / name).write_text(text)
            (root / name).chmod(0o600)
            credentials[name] = {"file": str(root / name)}
        with s3_server(root / "buckets") as server:
            yield {"location": f"s3:{server.url}/vault/erp", "credentials": credentials}
        return
    with running_sshd(root / "sshd") as sshd:
        nas = {
            "kind": "ssh",
            "address": sshd.address,
            "port": sshd.port,
            "user": sshd.user,
            "key": str(sshd.key),
            "known_hosts": str(sshd.known_hosts),
        }
        (firm.workspace / "config/hosts.yaml").write_text(json.dumps({"nas": nas}))
        (root / "kept").mkdir()
        yield {"location": f"sftp:nas:{root}/kept/erp", "host": "nas"}


@pytest.mark.parametrize("sort", ["s3", "sftp"])
def test_both_readers_reach_storage_that_is_elsewhere(sort: str, tmp_path: Path) -> None:
    sample = {"random": 80, "due": 5, "both_ways": 20}
    firm = filled(a_firm(tmp_path, Wishes(engines={"erp": "restic"}, job={"sample": sample})), 120)
    (firm.root / "password").write_text(PASSWORD)
    with stored_at(sort, firm) as stored:
        repository = {"engine": "restic", "password": {"file": str(tmp_path / "password")}}
        written = json.dumps({"erp": {**repository, **stored}})
        (firm.workspace / "config/repositories.yaml").write_text(written)
        with at_work(firm) as office:
            office.app.protected("erp").open_engine(False).initialise()
            office.back_up()
            body = body_of(office.drill())

    assert body["verdict"] == "PASS", body
    assert (body["ways"]["both"], body["ways"]["disagree"]) == (20, [])
    assert body["ways"]["read"] >= 10
    assert body["sample"]["by"] == "packs"
    assert body["pack_confidence"]["touched"] == body["pack_confidence"]["packs"] >= 1


@pytest.mark.parametrize("sort", ["rest", "rclone"])
def test_what_only_restic_reads_is_proven_by_restic_alone_and_that_is_said(
    sort: str, tmp_path: Path
) -> None:
    wishes = Wishes(engines={"erp": "restic"}, job={"sample": {"random": 80, "due": 0}})
    firm = filled(a_firm(tmp_path, wishes), 120)
    (firm.root / "password").write_text(PASSWORD)
    with served_over(sort, tmp_path / "served", quickest_restic()) as remote:
        credentials = {}
        for name, text in remote.credentials.items():
            (firm.root / name).write_text(text)
            (firm.root / name).chmod(0o600)
            credentials[name] = {"file": str(firm.root / name)}
        stored = {
            "engine": "restic",
            "location": remote.location,
            "password": {"file": str(tmp_path / "password")},
            "credentials": credentials,
            "options": dict(remote.options),
        }
        (firm.workspace / "config/repositories.yaml").write_text(json.dumps({"erp": stored}))
        with at_work(firm) as office:
            office.app.protected("erp").open_engine(False).initialise()
            office.back_up()
            body = body_of(office.drill())

    assert body["verdict"] == "PASS", body
    assert (body["ways"]["restored"], body["ways"]["read"]) == (body["sample"]["size"], 0)
    assert "cannot read this storage" in body["ways"]["sentence"]["template"]


@pytest.mark.parametrize("location", ["rest:http://127.0.0.1:1/erp", "rclone:nas:erp", "b2:vault"])
def test_who_asks_for_the_independent_reader_there_is_told_that_it_cannot(
    location: str, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text(PASSWORD)
    (tmp_path / "password").chmod(0o600)
    kind = location.partition(":")[0]
    given = ("--password-file", str(tmp_path / "password"))
    asked = (
        ("prove", location, *given, "--independent"),
        ("extract", "newest", "/", "--to", str(tmp_path / "to"), "--from", location, *given),
    )
    for words in asked:
        ran = subprocess.run(
            [sys.executable, "-m", "continuity", *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

        said = " ".join((ran.stdout + ran.stderr).split())
        assert ran.returncode in {2, 3}
        assert f"Storage of the kind {kind} cannot be read without restic" in said
    assert not (tmp_path / "to").exists()
