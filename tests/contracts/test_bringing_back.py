"""Data comes back where people work, beside what is there, and is compared."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from continuity.domain.failure import (
    ConfigurationError,
    ConflictError,
)
from continuity.workflows.bringing_back import BroughtBack, bring_back
from continuity.workflows.making_way import Aim
from tests.support.firm import Firm, Office, a_firm, at_work
from tests.support.replaced import MARK, a_deep_firm, content, replaced
from tests.support.sqlite_drills import execute
from tests.support.terminal import filled, rot

both = pytest.mark.parametrize("firm", ["rsync", "restic"], indirect=True)


@pytest.fixture
def firm(tmp_path: Path, request: pytest.FixtureRequest) -> Firm:
    return a_deep_firm(tmp_path, str(getattr(request, "param", "rsync")))


@pytest.fixture
def office(firm: Firm) -> Iterator[Office]:
    with at_work(firm) as office:
        office.back_up()
        yield office


def back(office: Office, place: Path, *include: Path) -> BroughtBack:
    facts = office.facts()
    aim = Aim(mark=MARK, place=place, include=tuple(map(os.fsencode, include)))
    return bring_back(office.app.bench, office.protected(), facts, facts.points[-1].id, aim)


@both
def test_data_comes_back_beside_and_is_compared_and_stays(
    firm: Firm, office: Office, tmp_path: Path
) -> None:
    before = content(firm.source())
    done = back(office, tmp_path / "beside")
    place = Path(done.place)

    assert content(place) == before
    assert place == Path(f"{tmp_path}/beside{firm.source()}")
    assert (place / "deep/link").readlink() == Path("er/book")
    assert (done.wrong, done.details["corrupt"], done.details["missing"]) == (None, 0, 0)
    assert done.details["match"] == done.details["files"]
    assert [path.name for path in (tmp_path / "beside").iterdir()] == [firm.source().parts[1]]


@both
def test_beside_comes_only_what_is_included(firm: Firm, office: Office, tmp_path: Path) -> None:
    back(office, tmp_path / "beside", firm.source() / "deep")
    place = Path(f"{tmp_path}/beside{firm.source()}")

    assert content(place) == {"deep/er/book": "the ledger\n"}
    assert (place / "deep/empty").is_dir()


def test_a_place_with_anything_in_it_takes_nothing(office: Office, tmp_path: Path) -> None:
    place = tmp_path / "beside"
    place.mkdir()
    (place / "mine").write_text("mine")
    with pytest.raises(ConflictError):
        back(office, place)

    assert [path.name for path in place.iterdir()] == ["mine"]


def test_what_a_killed_restore_left_is_no_obstacle(office: Office, tmp_path: Path) -> None:
    left = tmp_path / "beside" / f".continuity-{MARK}"
    left.mkdir(parents=True)
    (left / "half").write_text("half")
    done = back(office, tmp_path / "beside")

    assert done.wrong is None
    assert not left.exists()


@pytest.mark.parametrize("where", ["sources/erp/in", "repositories/erp/in", "state/in", "sources"])
def test_no_restore_lands_in_what_is_protected_or_protects(
    firm: Firm, office: Office, where: str
) -> None:
    with pytest.raises(ConfigurationError):
        back(office, firm.root / where)

    assert not (firm.root / where / f".continuity-{MARK}").exists()


def test_a_database_comes_back_beside_as_its_copy_and_is_said_not_to_be_loaded(
    tmp_path: Path,
) -> None:
    database = tmp_path / "shop.db"
    execute(database, "CREATE TABLE invoice (id INT)", "INSERT INTO invoice VALUES (1)")
    firm = a_firm(tmp_path)
    source = {"kind": "sqlite", "path": str(database)}
    job = {"name": "erp", "title": "Shop", "system": "billing", "repository": "erp"}
    (firm.workspace / "jobs/erp.yaml").write_text(json.dumps({**job, "source": source}))
    with at_work(firm) as office:
        office.back_up()
        execute(database, "DELETE FROM invoice")
        done = back(office, tmp_path / "beside")
        with pytest.raises(ConfigurationError) as refused:
            replaced(office)
    with closing(sqlite3.connect(done.place)) as copy:
        rows = copy.execute("SELECT id FROM invoice").fetchall()

    assert (done.dump, done.wrong, rows) == (True, None, [(1,)])
    assert "none is overwritten as files" in str(refused.value)


def test_a_damaged_copy_comes_back_beside_to_be_looked_at(tmp_path: Path) -> None:
    firm = filled(a_firm(tmp_path), 3)
    with at_work(firm) as office:
        office.back_up()
        rot(firm)
        done = back(office, tmp_path / "beside")

    assert done.wrong is not None
    assert done.details["corrupt"] == 3
