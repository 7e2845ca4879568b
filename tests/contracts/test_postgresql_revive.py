"""A restored dump becomes a database that is compared with what the source said of itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from continuity.domain.failure import RevivalError
from continuity.domain.portrait_compare import Aspect, differences
from tests.support.postgresql import Cluster
from tests.support.postgresql_drills import Copy, copied, revived, source_of
from tests.support.postgresql_zoo import WEIRD, fill
from tests.support.revivals import Phases, table

ORDERS = (
    "CREATE TABLE orders (id int PRIMARY KEY, total numeric, created timestamptz)",
    "INSERT INTO orders SELECT g, g * 1.5, '2026-03-01 UTC'::timestamptz + g * interval '1 minute'"
    " FROM generate_series(1, 3000) AS g",
)


LARGE_OBJECTS = (
    "SELECT string_agg(left(convert_from(lo_get(oid), 'UTF8'), 7), ' ')"
    " FROM pg_largeobject_metadata"
)


@pytest.fixture
def erp(postgresql: Cluster) -> Iterator[str]:
    """A database with some orders."""
    name = f"erp_{uuid4().hex}"
    postgresql.create_database(name)
    postgresql.execute(name, *ORDERS)
    yield name
    postgresql.execute("postgres", f"DROP DATABASE {name} WITH (FORCE)")


def aspects(place: Path, cluster: Cluster, database: str, old: Copy, **keys: object) -> set[Aspect]:
    """In what a copy made now, once revived, differs from an older portrait."""
    source = source_of(cluster, database, **keys)
    now = copied(place, source)
    with revived(place, source, replace(now, portrait=old.portrait)) as found:
        return {difference.aspect for difference in differences(old.portrait, found.portrait)}


def test_a_database_with_one_of_everything_comes_back_equal(
    postgresql: Cluster, tmp_path: Path
) -> None:
    name = f"zoo {uuid4().hex} ñ"
    fill(postgresql, name)
    source = source_of(postgresql, name, newest=["volatile.at", "sales.odd.ts"])
    copy = copied(tmp_path, source)

    with revived(tmp_path, source, copy) as found:
        found_differences = list(differences(copy.portrait, found.portrait))
        tables, others = found.portrait.tables, dict(found.portrait.others)
        shown = found.ask(LARGE_OBJECTS)

    assert found.complaints == ()
    assert found_differences == []
    assert tables == copy.portrait.tables
    assert shown is not None
    assert sorted(shown.split()) == ["1", "2", "3", "large", "large", "large"]
    unsampled = [table.name for table in tables if table.sample is None]
    assert unsampled == ["public.empty", "public.nothing", "public.parent", "public.parts"]
    assert others["filled materialized views"] == 1
    assert copy.portrait.roles == (postgresql.user, 'Zoo "Reader"', "zoo_owner")
    assert any(WEIRD.replace('"', '""') in table.name for table in tables)
    postgresql.execute("postgres", f'DROP DATABASE "{name}"')
    postgresql.execute("postgres", "DROP ROLE zoo_owner", 'DROP ROLE "Zoo ""Reader"""')


def test_a_row_that_did_not_come_back_is_found(
    postgresql: Cluster, erp: str, tmp_path: Path
) -> None:
    old = copied(tmp_path, source_of(postgresql, erp))
    postgresql.execute(erp, "DELETE FROM orders WHERE id = 2999")

    found = aspects(tmp_path, postgresql, erp, old)

    assert found == {Aspect.ROWS}


def test_one_other_value_among_the_sampled_rows_is_found(
    postgresql: Cluster, erp: str, tmp_path: Path
) -> None:
    old = copied(tmp_path, source_of(postgresql, erp))
    postgresql.execute(erp, "UPDATE orders SET total = total + 0.000001 WHERE id = 500")

    found = aspects(tmp_path, postgresql, erp, old)

    assert found == {Aspect.SAMPLE}


def test_a_database_older_than_promised_is_found(
    postgresql: Cluster, erp: str, tmp_path: Path
) -> None:
    source = source_of(postgresql, erp, newest=["orders.created"])
    older = copied(tmp_path, source)
    postgresql.execute(erp, "UPDATE orders SET created = '2026-06-01 UTC' WHERE id = 3000")
    (tmp_path / "later").mkdir()
    promised = copied(tmp_path / "later", source)

    with revived(tmp_path, source, replace(older, portrait=promised.portrait)) as found:
        aspects = {one.aspect for one in differences(promised.portrait, found.portrait)}

    assert aspects == {Aspect.NEWEST}


def test_another_index_a_missing_table_and_a_lost_view_are_found(
    postgresql: Cluster, erp: str, tmp_path: Path
) -> None:
    postgresql.execute(
        erp,
        "CREATE INDEX fast ON orders (total)",
        "CREATE TABLE lines (id int)",
        "CREATE VIEW large AS SELECT * FROM orders WHERE total > 100",
    )
    old = copied(tmp_path, source_of(postgresql, erp))
    postgresql.execute(erp, "DROP INDEX fast", "DROP TABLE lines", "DROP VIEW large")

    found = aspects(tmp_path, postgresql, erp, old)

    assert found == {Aspect.SCHEMA, Aspect.MISSING_TABLE, Aspect.OTHERS}


def test_a_lost_table_is_found_also_where_its_newest_value_was_promised(
    postgresql: Cluster, erp: str, tmp_path: Path
) -> None:
    promising = source_of(postgresql, erp, newest=["orders.created"])
    old = copied(tmp_path, promising)
    postgresql.execute(erp, "DROP TABLE orders")
    now = copied(tmp_path, source_of(postgresql, erp))

    with revived(tmp_path, promising, replace(now, portrait=old.portrait)) as found:
        aspects = [one.aspect for one in differences(old.portrait, found.portrait)]

    assert aspects == [Aspect.MISSING_TABLE]


def test_rows_that_were_left_out_are_not_expected(
    postgresql: Cluster, erp: str, tmp_path: Path
) -> None:
    postgresql.execute(
        erp,
        'CREATE TABLE "web.sessions" AS SELECT g FROM generate_series(1, 9) AS g',
    )
    source = source_of(postgresql, erp, exclude_tables=['"web.sessions"'])
    copy = copied(tmp_path, source)

    with revived(tmp_path, source, copy) as found:
        rows = found.ask('SELECT count(*) FROM "web.sessions"')
        equal = not list(differences(copy.portrait, found.portrait))

    assert rows == "0"
    assert equal
    assert found.complaints == ()


def test_a_text_order_that_is_not_installed_here_does_not_keep_the_data_from_coming_back(
    postgresql: Cluster, erp: str, tmp_path: Path
) -> None:
    source = source_of(postgresql, erp)
    copy = copied(tmp_path, source)
    elsewhere = replace(copy.portrait, collation="xx_XX.UTF-8")

    with revived(tmp_path, source, replace(copy, portrait=elsewhere)) as found:
        equal = not list(differences(elsewhere, found.portrait))

    assert equal
    assert found.portrait.collation == "C"


def test_a_database_in_latin_1_and_one_without_an_encoding_come_back_equal(
    postgresql: Cluster, tmp_path: Path
) -> None:
    for encoding in ("LATIN1", "SQL_ASCII"):
        name = f"old_{uuid4().hex}"
        postgresql.execute(
            "postgres",
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'",
        )
        postgresql.execute(
            name,
            "SET client_encoding = 'LATIN1'" if encoding == "LATIN1" else "SELECT 1",
            "CREATE TABLE names (id int PRIMARY KEY, name text)",
            "INSERT INTO names SELECT 1, convert_from('\\xf161', getdatabaseencoding())",
        )
        source = source_of(postgresql, name)
        copy = copied(tmp_path, source)

        with revived(tmp_path, source, copy) as found:
            found_differences = list(differences(copy.portrait, found.portrait))

        assert (found_differences, found.complaints) == ([], ())
        assert table(copy.portrait, "public.names").least == 1
        postgresql.execute("postgres", f"DROP DATABASE {name}")


def test_the_phases_are_timed_and_the_server_is_gone_afterwards(
    postgresql: Cluster, erp: str, tmp_path: Path
) -> None:
    source = source_of(postgresql, erp)
    copy = copied(tmp_path, source)
    phases = Phases()

    with revived(tmp_path, source, copy, phases=phases) as found:
        during = scratch_servers(tmp_path)
        version = found.version

    assert during != []
    assert scratch_servers(tmp_path) == []
    assert phases.names == ["start", "load", "question", "stop"]
    assert version == copy.portrait.version


def test_the_server_is_gone_when_a_drill_is_stopped_in_the_middle(
    postgresql: Cluster, erp: str, tmp_path: Path
) -> None:
    source = source_of(postgresql, erp)
    copy = copied(tmp_path, source)

    with pytest.raises(KeyboardInterrupt), revived(tmp_path, source, copy):
        raise KeyboardInterrupt

    assert scratch_servers(tmp_path) == []


def test_a_check_asks_the_restored_database_and_an_empty_one(
    postgresql: Cluster, erp: str, tmp_path: Path
) -> None:
    source = source_of(postgresql, erp)
    copy = copied(tmp_path, source, questions=("SELECT max(id) FROM orders", "SELECT no"))

    with revived(tmp_path, source, copy) as found:
        answers = [
            found.ask("SELECT max(id), 'second' FROM orders"),
            found.ask("SELECT NULL"),
            found.ask("SELECT id FROM orders WHERE false"),
            found.ask("SELECT E'two\\nlines'"),
            found.ask("WITH o AS (SELECT 1 AS one) SELECT one FROM o;"),
            found.ask_empty("SELECT count(*) FROM pg_class WHERE relname = 'orders'"),
        ]
        with pytest.raises(RevivalError, match='relation "orders" does not exist'):
            found.ask_empty("SELECT count(*) FROM orders")
        with pytest.raises(RevivalError, match="syntax error"):
            found.ask("\\! touch owned")

    assert answers == ["3000", None, None, "two\nlines", "1", "0"]
    assert copy.portrait.answers == (("SELECT max(id) FROM orders", "3000"),)


def scratch_servers(place: Path) -> list[int]:
    """The processes that were started with a directory below the place."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if b"postgres" in words and bytes(place) in words:
                found.append(int(entry.name))
    return found
