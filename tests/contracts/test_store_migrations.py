"""Moving from one version of the tables to the next, all or nothing."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory

from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.failure import StoreError
from continuity.store.connect import connect, writing
from continuity.store.migration import SCRIPTS, configuration, copy_before_upgrade, upgrade
from continuity.store.schema import VERSIONS
from tests.support.databases import Database, SqliteFile, opened
from tests.support.programs import ROOT

DRAFT = Draft(kind=RecordKind.SKIP_DECIDED, job="mail")

BREAKS_HALF_WAY = '''
"""Creates a table, then fails."""

from alembic import op

revision = "9999"
down_revision = "{latest}"


def upgrade() -> None:
    op.execute("CREATE TABLE half (a INTEGER)")
    op.execute("INSERT INTO half VALUES (1)")
    op.execute("INSERT INTO nowhere VALUES (1)")
'''


def tables(database: SqliteFile) -> set[str]:
    with closing(sqlite3.connect(database.path)) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master").fetchall()
    return {name for (name,) in rows}


def test_the_newest_migration_is_the_version_the_program_expects() -> None:
    scripts = ScriptDirectory(str(SCRIPTS))

    assert scripts.get_heads() == [VERSIONS[-1]]
    assert [one.revision for one in scripts.walk_revisions()] == list(reversed(VERSIONS))


def test_migrations_make_exactly_the_tables_the_program_uses(database: Database) -> None:
    with opened(database):
        engine = connect(database.address)
        with engine.connect() as connection:
            command.check(configuration(connection))
        engine.dispose()


def test_a_migration_that_fails_leaves_nothing_behind(
    sqlite_file: SqliteFile, tmp_path: Path
) -> None:
    with opened(sqlite_file) as store:
        store.append(DRAFT)
    before = tables(sqlite_file)
    scripts = tmp_path / "100% scripts"
    shutil.copytree(SCRIPTS, scripts)
    broken = BREAKS_HALF_WAY.format(latest=VERSIONS[-1])
    (scripts / "versions" / "v9999_broken.py").write_text(broken)
    engine = connect(sqlite_file.address)
    with pytest.raises(Exception, match="nowhere"), writing(engine).begin() as connection:
        upgrade(connection, scripts)
    engine.dispose()

    assert tables(sqlite_file) == before
    with opened(sqlite_file) as store:
        assert store.head().sequence == 1


def test_a_new_database_that_could_not_be_made_can_be_made_later(sqlite_file: SqliteFile) -> None:
    # A table of the same name stops the migration after it has made others.
    sqlite_file.execute("CREATE TABLE coverage (a)")
    with pytest.raises(StoreError):
        opened(sqlite_file)
    assert tables(sqlite_file) == {"coverage"}
    sqlite_file.execute("DROP TABLE coverage")

    with opened(sqlite_file) as store:
        assert store.append(DRAFT)[0].sequence == 1


def test_tables_of_a_newer_version_are_refused_and_left_alone(database: Database) -> None:
    opened(database).close()
    database.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer") as caught:
        opened(database)

    assert caught.value.remedy is not None


def test_the_copy_made_before_an_upgrade_is_a_whole_store(sqlite_file: SqliteFile) -> None:
    with opened(sqlite_file) as store:
        store.append(DRAFT, DRAFT)
        kept = copy_before_upgrade(sqlite_file.path, "0001")
        store.append(DRAFT)

    assert kept.stat().st_mode & 0o777 == 0o600
    with opened(SqliteFile(kept)) as copy:
        assert copy.head().sequence == 2


def test_opening_a_current_store_does_not_load_what_migrates_it(sqlite_file: SqliteFile) -> None:
    opened(sqlite_file).close()
    program = (
        "import sys; from datetime import UTC, datetime\n"
        "from continuity.store.store import open_store\n"
        f"open_store({sqlite_file.address!r}, lambda: datetime(2026, 3, 1, tzinfo=UTC)).head()\n"
        "print([name for name in ('alembic', 'psycopg', 'cryptography', 'pydantic')"
        " if name in sys.modules])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout

    assert loaded == "[]\n"


def test_two_processes_may_open_a_new_store_at_once(database: Database) -> None:
    program = (
        "from datetime import UTC, datetime\n"
        "from continuity.store.store import open_store\n"
        f"store = open_store({database.address!r}, lambda: datetime(2026, 3, 1, tzinfo=UTC))\n"
        "store.open_record('Acme')\n"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=60)[1].decode() for process in processes]

    assert said == ["", ""]
    with opened(database) as store:
        assert store.head().sequence == 1
