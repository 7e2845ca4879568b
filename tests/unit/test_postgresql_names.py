"""Names of tables and columns mean exactly what was written, and never more than a name."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.portrait import Newest, Portrait, RowSample, TablePortrait
from continuity.domain.written import ExpectedError
from continuity.hosts.host import Finished
from continuity.sources.postgresql.dump import complaints_of, warnings_of
from continuity.sources.postgresql.names import (
    Table,
    column_from_text,
    literal,
    quoted,
    table_from_text,
)
from continuity.sources.postgresql.options import PostgresqlSource
from continuity.sources.postgresql.portrait import Look, between, collation_of

NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)
TABLES = st.builds(Table, schema=NAMES, name=NAMES)


def source(**keys: object) -> PostgresqlSource:
    return PostgresqlSource.model_validate({"database": "erp", "user": "backup", **keys})


@given(TABLES)
def test_every_table_can_be_written_as_it_is_shown(table: Table) -> None:
    assert table_from_text(table.shown) == table


@given(TABLES, NAMES)
def test_every_column_can_be_written(table: Table, column: str) -> None:
    assert column_from_text(f"{table.shown}.{quoted(column)}") == (table, column)


@given(NAMES)
def test_nothing_in_a_name_ends_its_quotes(name: str) -> None:
    assert quoted(name)[1:-1].replace('""', "").count('"') == 0
    assert literal(name)[1:-1].replace("''", "").count("'") == 0


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("orders", Table(schema="public", name="orders")),
        ("Orders", Table(schema="public", name="Orders")),
        ("sales.orders", Table(schema="sales", name="orders")),
        ('"a.b"."c""d"', Table(schema="a.b", name='c"d')),
    ],
)
def test_a_table_is_read_as_it_is_written(text: str, table: Table) -> None:
    assert table_from_text(text) == table


@pytest.mark.parametrize("text", ["", ".", "a.", ".a", "a.b.c", '"a', 'a"b', "a b\0", '""'])
def test_what_is_no_table_is_refused(text: str) -> None:
    with pytest.raises(ExpectedError):
        table_from_text(text)


@pytest.mark.parametrize("text", ["created", "a.b.c.d", "orders.", ""])
def test_what_is_no_column_is_refused(text: str) -> None:
    with pytest.raises(ExpectedError):
        column_from_text(text)


@pytest.mark.parametrize(
    "keys",
    [
        {"database": "template1"},
        {"database": "a\nb"},
        {"address": "one,two"},
        {"programs": "relative/bin"},
        {"format": "base", "exclude_tables": ["orders"]},
        {"newest": ["created"]},
    ],
)
def test_a_source_that_cannot_be_reached_or_copied_is_refused(keys: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        source(**keys)


def test_a_source_is_another_when_other_data_is_copied_and_not_when_it_is_read_otherwise() -> None:
    plain = source().identity()

    assert source(user="other", newest=["a.b"], exact_rows=1, compression=9).identity() == plain
    others = [
        source(database="crm"),
        source(address="10.0.0.1"),
        source(port=5433),
        source(format="base"),
        source(exclude_tables=["logs"]),
    ]
    assert len({plain, *(other.identity() for other in others)}) == 6


def test_the_order_of_texts_has_one_name_for_every_provider() -> None:
    found: dict[str, object] = {
        "collate": "es_ES.UTF-8",
        "ctype": "es_ES.UTF-8",
        "provider": "c",
        "locale": None,
    }

    assert collation_of(found) == "es_ES.UTF-8"
    assert collation_of({**found, "ctype": "C"}) == "es_ES.UTF-8/C"
    assert collation_of({**found, "provider": "i", "locale": "es-ES"}) == "icu:es-ES"


def looked(table: TablePortrait | None, added: int, removed: int) -> Look:
    tables = () if table is None else (table,)
    portrait = Portrait(kind="postgresql", version="15.1", tables=tables)
    return Look(portrait=portrait, written={"public.orders": (added, removed)})


def orders(rows: int, digest: str = "one", newest: str = "2026-03-01T00:00:00Z") -> TablePortrait:
    sample = RowSample(key=("id",), first=("1",), last=("9",), rows=9, digest=digest)
    return TablePortrait(
        name="public.orders",
        least=rows,
        most=rows,
        schema="s",
        sample=sample,
        newest=(Newest(column="orders.created", value=newest),),
    )


@given(st.lists(st.integers(-5, 5), max_size=20), st.integers(0, 50), st.data())
def test_two_looks_bound_the_rows_at_every_instant_between_them(
    changes: list[int], start: int, data: st.DataObject
) -> None:
    counts = [start]
    for change in changes:
        counts.append(max(counts[-1] + change, 0))
    steps = [after - before for before, after in pairwise(counts)]
    added = sum(step for step in steps if step > 0)
    removed = -sum(step for step in steps if step < 0)

    joined = between(
        looked(orders(counts[0]), 7, 3), looked(orders(counts[-1]), 7 + added, 3 + removed)
    )

    instant = data.draw(st.sampled_from(counts))
    assert joined.tables[0].least <= instant <= joined.tables[0].most


def test_two_looks_only_claim_what_both_have_seen() -> None:
    before = looked(orders(5), 0, 0)
    after = looked(orders(5, "two", "2026-03-02T00:00:00Z"), 0, 0)

    (changed,) = between(before, after).tables
    (quiet,) = between(before, before).tables
    (new,) = between(looked(None, 0, 0), after).tables

    assert (changed.sample, changed.newest[0].value) == (None, "2026-03-01T00:00:00Z")
    assert quiet == orders(5)
    assert (new.least, new.sample, new.newest) == (0, None, ())


def test_a_loader_that_ends_well_after_errors_is_not_believed() -> None:
    told = (
        b"pg_restore: while PROCESSING TOC:\n"
        b'pg_restore: error: could not execute query: ERROR:  relation "a" does not exist\n'
        b"Command was: CREATE VIEW b AS SELECT * FROM a;\n"
        b"pg_restore: warning: errors ignored on restore: 1\n"
    )

    assert len(complaints_of(Finished(code=0, stdout=b"", stderr=told, seconds=1))) == 1
    assert len(complaints_of(Finished(code=1, stdout=b"", stderr=b"", seconds=1))) == 1
    assert len(complaints_of(Finished(code=-9, stdout=b"", stderr=b"warning\n", seconds=1))) == 1
    assert complaints_of(Finished(code=0, stdout=b"", stderr=b"a notice\n", seconds=1)) == ()


def test_warnings_of_the_loader_are_told_apart_from_errors() -> None:
    told = b"pg_restore: warning: no data\npg_restore: warning: errors ignored on restore: 1\n"
    finished = Finished(code=0, stdout=b"", stderr=told, seconds=1)

    assert warnings_of(finished) == ("pg_restore: warning: no data",)
    assert complaints_of(finished) == ()
