"""The recovery kit for databases: their own stock programs load what came back."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support.firm import Firm, Wishes, a_firm, at_work
from tests.support.kits import bundled, run_script
from tests.support.kits import stock_folder as stock
from tests.support.mariadb import throwaway_mariadb
from tests.support.postgresql import Cluster
from tests.support.programs import postgresql_programs, program
from tests.support.workspaces import write_files


def saved(root: Path, source: dict[str, object]) -> Firm:
    """Back a database up and write the bundle."""
    program("restic")
    firm = a_firm(root, Wishes(engines={"db": "restic"}))
    job = json.loads((firm.workspace / "jobs/db.yaml").read_text())
    write_files(firm.workspace, {"jobs/db.yaml": json.dumps({**job, "source": source})})
    with at_work(firm) as office:
        office.back_up("db")
        bundled(office, root / "stick")
    return firm


def test_a_restored_dump_is_loaded_with_the_servers_own_programs(
    tmp_path: Path, postgresql: Cluster
) -> None:
    name = f"shop_{uuid4().hex[:8]}"
    postgresql.create_database(name)
    postgresql.execute(name, "CREATE TABLE orders (id int PRIMARY KEY, note text)")
    postgresql.execute(name, "INSERT INTO orders VALUES (1, 'it''s'), (2, E'line\\nbreak')")
    source: dict[str, object] = {
        "kind": "postgresql",
        "database": name,
        "address": str(postgresql.socket),
        "user": postgresql.user,
    }
    saved(tmp_path, source)
    path = stock(tmp_path / "bin")
    for tool in ("createdb", "pg_restore", "psql"):
        (path / tool).symlink_to(postgresql_programs() / tool)
    kit = tmp_path / "stick" / "kit"
    restored = run_script(kit / "db.sh", tmp_path / "back", path=path)
    given = {"PGHOST": str(postgresql.socket), "PGUSER": postgresql.user}
    loaded = run_script(
        kit / "db-load.sh", tmp_path / "back", path=path, DATABASE=f"{name}_again", **given
    )
    with postgresql.connect(f"{name}_again") as connection:
        rows = connection.execute("SELECT id, note FROM orders ORDER BY id").fetchall()

    assert restored.code == 0, restored.err
    assert b"db.pgdump: OK" in restored.out
    assert loaded.code == 0, loaded.err
    assert rows == [(1, "it's"), (2, "line\nbreak")]


def test_a_restored_sqlite_database_is_read_whole_and_put_in_its_place(tmp_path: Path) -> None:
    live, place = tmp_path / "live.db", tmp_path / "new place.db"
    with closing(sqlite3.connect(live)) as database, database:
        database.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT)")
        database.execute("INSERT INTO orders VALUES (1, 'it''s')")
    saved(tmp_path, {"kind": "sqlite", "path": str(live)})
    path = stock(tmp_path / "bin", "sqlite3")
    kit = tmp_path / "stick" / "kit"
    restored = run_script(kit / "db.sh", tmp_path / "back", path=path)
    over = run_script(kit / "db-load.sh", tmp_path / "back", path=path)
    loaded = run_script(kit / "db-load.sh", tmp_path / "back", path=path, DATABASE=str(place))
    with closing(sqlite3.connect(place)) as database:
        rows = database.execute("SELECT id, note FROM orders").fetchall()

    assert restored.code == 0, restored.err
    assert over.code != 0
    assert loaded.code == 0, loaded.err
    assert rows == [(1, "it's")]


@pytest.mark.slow
def test_a_restored_sql_dump_is_loaded_with_the_client_alone(tmp_path: Path) -> None:
    program("mariadb-dump")
    with throwaway_mariadb() as server:
        server.renew("shop")
        server.execute("CREATE TABLE orders (id INT PRIMARY KEY, note TEXT)", "shop")
        server.execute("INSERT INTO orders VALUES (1, 'it''s'), (2, 'line\nbreak')", "shop")
        server.execute("CREATE DEFINER=clerk@localhost VIEW v AS SELECT id FROM orders", "shop")
        source = {"databases": ["shop"], "socket": str(server.socket), "user": "root"}
        saved(tmp_path, {"kind": "mariadb", **source})
        before = server.execute("SELECT id, HEX(note) FROM orders ORDER BY id", "shop")
        server.execute("DROP DATABASE shop")
        path = stock(tmp_path / "bin", "mariadb")
        home = tmp_path / "home"
        write_files(home, {".my.cnf": f"[client]\nuser=root\nsocket={server.socket}\n"})
        kit = tmp_path / "stick" / "kit"
        restored = run_script(kit / "db.sh", tmp_path / "back", path=path)
        loaded = run_script(kit / "db-load.sh", tmp_path / "back", path=path, HOME=str(home))
        assert loaded.code == 0, loaded.err
        after = server.execute("SELECT id, HEX(note) FROM orders ORDER BY id", "shop")

    assert restored.code == 0, restored.err
    assert after == before
