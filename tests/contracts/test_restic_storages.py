"""restic on storage of every sort does what it does on a disk, and says why when it cannot."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from continuity.domain.failure import (
    AuthenticationError,
    ContinuityError,
    HostKeyError,
    UnreachableError,
)
from continuity.engines.engine import Slice
from tests.support.engines import brought_back, copied, ignore, request, restored
from tests.support.programs import ResticLine, restic_of
from tests.support.remote_restic import SORTS, Remote, served_over
from tests.support.storages import S3_CREDENTIALS, certificate, rest_server

pytestmark = [pytest.mark.tool("restic"), pytest.mark.tool("ssh")]

LINES = (ResticLine.FLOOR, ResticLine.RECENT)
FILES = {"ledger.csv": b"1;2;3\n", "two\nlines": b"x", "a[1].txt": b"brackets"}
# rclone first tries a few times itself.
PATIENCE = {"rclone": "20s"}


@pytest.fixture(params=LINES, ids=str)
def program(request: pytest.FixtureRequest) -> Path:
    line: ResticLine = request.param
    return restic_of(line)


def patience(remote: Remote) -> str:
    return PATIENCE.get(remote.location.partition(":")[0], "2s")


@pytest.fixture(params=SORTS)
def remote(request: pytest.FixtureRequest, program: Path, tmp_path: Path) -> Iterator[Remote]:
    with served_over(request.param, tmp_path / "served", program) as served:
        yield served


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return folder


def test_a_repository_is_made_where_there_was_none(remote: Remote) -> None:
    engine = remote.open()

    assert not engine.exists()

    engine.initialise()

    assert engine.exists()
    assert (remote.kept / "config").exists()


def test_what_is_kept_there_comes_back_and_can_be_checked_and_removed(
    remote: Remote, source: Path, tmp_path: Path
) -> None:
    engine = remote.initialised()
    first = copied(engine, source).snapshot
    (source / "ledger.csv").write_bytes(b"4;5;6\n")
    second = copied(engine, source).snapshot

    restored(engine, first.id, tmp_path / "target")
    listed = [entry.path for entry in engine.listing(first.id) if entry.path.endswith(b".csv")]
    check = engine.check(Slice(k=1, n=1), 60, ignore)
    engine.forget((first.id,), prune=True, timeout=60)

    kept = {os.fsencode(source / name): content for name, content in FILES.items()}
    assert brought_back(tmp_path / "target") == kept
    assert listed == [os.fsencode(source / "ledger.csv")]
    assert check.sound
    assert [snapshot.id for snapshot in engine.snapshots()] == [second.id]
    assert engine.locks() == ()


def test_a_server_that_is_down_is_unreachable_and_soon_said(remote: Remote) -> None:
    remote.initialised()
    remote.stop()

    began = time.monotonic()
    with pytest.raises(UnreachableError) as raised:
        remote.open(patience=patience(remote)).snapshots()

    assert raised.value.remedy is not None
    assert time.monotonic() - began < 60


@pytest.mark.slow  # restic may take a minute to see that it cannot remove its lock
@pytest.mark.parametrize("sort", ["s3", "sftp"])
def test_a_server_that_goes_down_in_a_backup_ends_it(
    sort: str, source: Path, tmp_path: Path
) -> None:
    (source / "large").write_bytes(os.urandom(40 << 20))
    with served_over(sort, tmp_path / "served", restic_of(ResticLine.RECENT)) as remote:
        engine = remote.initialised()
        hurt = remote.open(patience="2s", limit_upload=8_000)

        def stop_midway(_: object) -> None:
            if any(remote.kept.glob("data/*/*")):
                remote.stop()

        with pytest.raises(UnreachableError):
            hurt.back_up(request(source), stop_midway)

        remote.start()
        assert engine.snapshots() == ()


@pytest.fixture(params=LINES, ids=str)
def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Remote]:
    line: ResticLine = request.param
    with served_over("s3", tmp_path / "served", restic_of(line)) as served:
        yield served


def test_a_bucket_that_is_gone_is_not_taken_for_an_empty_one(bucket: Remote) -> None:
    bucket.initialised()
    shutil.rmtree(bucket.kept.parent)

    with pytest.raises(UnreachableError, match="bucket"):
        bucket.open().snapshots()
    with pytest.raises(UnreachableError, match="bucket"):
        bucket.open().exists()


def test_refused_credentials_are_said_within_seconds(bucket: Remote) -> None:
    bucket.initialised()
    wrong = replace(bucket, credentials={**S3_CREDENTIALS, "AWS_SECRET_ACCESS_KEY": "no-such-key"})

    began = time.monotonic()
    with pytest.raises(AuthenticationError) as raised:
        wrong.open().snapshots()

    assert time.monotonic() - began < 30
    assert "no-such-key" not in str(raised.value)


def test_a_password_refused_by_a_rest_server_is_a_matter_of_credentials(
    program: Path, tmp_path: Path
) -> None:
    with served_over("rest", tmp_path / "served", program) as remote:
        remote.initialised()
        wrong = replace(
            remote, credentials={**remote.credentials, "RESTIC_REST_PASSWORD": "not this"}
        )

        with pytest.raises(AuthenticationError) as raised:
            wrong.open().snapshots()

    assert "not this" not in f"{raised.value} {raised.value.remedy}"


def test_a_certificate_that_nobody_vouches_for_is_refused_until_it_is_named(
    program: Path, tmp_path: Path
) -> None:
    pair = certificate(tmp_path / "tls")
    with rest_server(tmp_path / "rest", tls=pair) as server:
        remote = Remote(
            location=f"rest:{server.url}/erp",
            kept=tmp_path / "rest/erp",
            program=program,
            scratch=tmp_path / "scratch",
            start=server.start,
            stop=server.stop,
            credentials={
                "RESTIC_REST_USERNAME": "AKIATEST",
                "RESTIC_REST_PASSWORD": "a/secret+key",
            },
        )
        remote.initialised()

        with pytest.raises(UnreachableError, match="TLS"):
            remote.open().snapshots()
        trusted = replace(remote, ca_certificate=pair[0]).open()

        assert trusted.snapshots() == ()


def test_a_machine_with_another_key_is_refused(program: Path, tmp_path: Path) -> None:
    with served_over("sftp", tmp_path / "served", program) as remote:
        remote.initialised()
        (tmp_path / "served/sshd/known_hosts").write_text("")

        with pytest.raises(HostKeyError):
            remote.open().snapshots()


def let_nobody_in(remote: Remote, sshd: Path) -> None:
    (sshd / "authorized_keys").write_text("")


def forget(remote: Remote, sshd: Path) -> None:
    (sshd / "known_hosts").write_text("")


def stop(remote: Remote, sshd: Path) -> None:
    remote.stop()


@pytest.mark.parametrize(
    ("hurt", "expected"),
    [(forget, HostKeyError), (let_nobody_in, AuthenticationError), (stop, UnreachableError)],
)
def test_why_a_machine_is_not_reached_is_told_although_restic_keeps_it_to_itself(
    program: Path,
    tmp_path: Path,
    hurt: Callable[[Remote, Path], None],
    expected: type[ContinuityError],
) -> None:
    silent = tmp_path / "restic"
    silent.write_text(
        f'#!/bin/sh\n{program} "$@" 2>"$0.said"\ncode=$?\ngrep Fatal: "$0.said" >&2\nexit $code\n'
    )
    silent.chmod(0o755)
    with served_over("sftp", tmp_path / "served", silent) as remote:
        remote.initialised()
        hurt(remote, tmp_path / "served/sshd")

        with pytest.raises(expected, match=r"verification failed|publickey|refused") as raised:
            remote.open(patience="2s").snapshots()

    assert type(raised.value) is expected


def test_a_path_with_a_blank_leads_to_the_same_place(program: Path, tmp_path: Path) -> None:
    with served_over("sftp", tmp_path / "one, two", program) as remote:
        remote.initialised()

        assert remote.open().snapshots() == ()


def test_no_credential_stands_in_a_list_of_processes(
    remote: Remote, source: Path, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    spy = tmp_path / "restic"
    spy.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {seen}\nexec {remote.program} "$@"\n')
    spy.chmod(0o755)
    remote.initialised()

    copied(replace(remote, program=spy).open(), source)

    words = seen.read_text()
    secret = [text for name, text in remote.credentials.items() if "KEY" in name or "PASS" in name]
    assert words
    assert [text for text in secret if text in words] == []
