"""A record that a server keeps is copied as of one instant, and comes back into an empty server."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from continuity.app import App, opened
from continuity.domain.audit import AuditAnswer
from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.failure import ConflictError
from continuity.sandbox.inside.own import RECORD
from continuity.store.audit import audit
from continuity.store.copying import load_record
from continuity.store.signers import SIGNERS, read_signers
from continuity.store.store import open_store
from tests.support.own import Copied, an_installation, contents, copied, lying, tampered, wrong_with
from tests.support.postgresql import Cluster
from tests.support.revivals import now


@pytest.fixture
def installation(tmp_path: Path, postgresql: Cluster) -> Path:
    address = postgresql.create_database(f"own_{uuid4().hex}")
    settings = (
        f'organisation: Test\nlanguage: en\nzone: Europe/Madrid\nstore: {{url: "{address}"}}\n'
    )
    return an_installation(tmp_path, {"config/continuity.yaml": settings})


@pytest.fixture
def copy(installation: Path, tmp_path: Path) -> Copied:
    """A copy during which the record went on."""

    def go_on(app: App) -> None:
        app.bench.store.append(Draft(kind=RecordKind.BASELINE_ACCEPTED, job="erp", body={}))

    return copied(installation, tmp_path / "scratch", go_on)


@pytest.mark.tool("bwrap")
def test_a_copy_of_a_record_on_a_server_opens_where_there_is_no_server(
    tmp_path: Path, copy: Copied
) -> None:
    assert wrong_with(tmp_path, copy) == []


@pytest.mark.tool("bwrap")
def test_a_copy_of_a_record_on_a_server_that_lost_rows_is_red(tmp_path: Path, copy: Copied) -> None:
    short = tampered(
        contents(copy)[RECORD], tmp_path / "record.db", "DELETE FROM evidence WHERE sequence > 50"
    )

    assert wrong_with(tmp_path, lying(copy, {RECORD: short}))


def test_a_copy_fills_an_empty_server_and_never_one_that_has_a_record(
    tmp_path: Path, installation: Path, copy: Copied, postgresql: Cluster
) -> None:
    record = tmp_path / "restored.db"
    record.write_bytes(contents(copy)[RECORD])
    address = postgresql.create_database(f"back_{uuid4().hex}")
    signers = read_signers(installation / "state/keys" / SIGNERS)

    loaded = load_record(record, address)
    with open_store(address, now) as store:
        result = audit(store, signers)
        (following,) = store.append(Draft(kind=RecordKind.BASELINE_ACCEPTED, body={}))
    with pytest.raises(ConflictError):
        load_record(record, address)

    assert result.answer is AuditAnswer.INTACT
    assert result.head == loaded.head
    assert (following.sequence, following.previous) == (loaded.head.sequence + 1, loaded.head.hash)


def test_the_original_goes_on_untouched_by_its_copy(installation: Path, copy: Copied) -> None:
    with opened(installation) as app:
        ours = app.bench.store.head().sequence
    database = installation.parent / "look.db"
    database.write_bytes(contents(copy)[RECORD])
    with closing(sqlite3.connect(database)) as connection:
        (theirs,) = connection.execute("SELECT max(sequence) FROM evidence").fetchone()

    assert ours == theirs + 1
