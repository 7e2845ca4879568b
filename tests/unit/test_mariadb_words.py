"""What is said to a MariaDB server, and what is understood of its answers."""

from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.failure import (
    AuthenticationError,
    LockedError,
    SourceError,
    ToolError,
    UnreachableError,
)
from continuity.domain.written import ExpectedError
from continuity.hosts.host import Finished
from continuity.sources.mariadb.calls import first_cell
from continuity.sources.mariadb.dump import is_ended
from continuity.sources.mariadb.options import MariadbSource
from continuity.sources.mariadb.portrait import time_from_text
from continuity.sources.mariadb.revive import account_made
from continuity.sources.mariadb.sample import AT_ONCE, window
from continuity.sources.mariadb.session import trouble_from
from continuity.sources.mariadb.words import (
    listed,
    number_literal,
    optional_from_hex,
    parts_from_text,
    quoted,
    table_name,
    text_from_hex,
    text_literal,
)

names = st.text(min_size=1).filter(lambda name: "\0" not in name)


@given(names)
def test_a_quoted_name_ends_where_it_should(name: str) -> None:
    written = quoted(name)

    assert written[0] == written[-1] == "`"
    assert "`" not in written[1:-1].replace("``", "")
    assert written[1:-1].replace("``", "`") == name


@given(st.text())
def test_text_goes_to_the_server_and_comes_back_as_it_was(text: str) -> None:
    literal = text_literal(text)

    assert set(literal) <= set("_utf8mb4 X'0123456789abcdef")
    assert text_from_hex(literal.split("'")[1].encode()) == text


@given(names, names)
def test_a_column_that_is_written_is_the_one_that_is_meant(table: str, column: str) -> None:
    written = f"{quoted(table)}.{quoted(column)}"

    assert parts_from_text(written) == (None, table, column)
    assert parts_from_text(f"shop.{written}") == ("shop", table, column)


@pytest.mark.parametrize(
    "text", ["", "a", "a.", ".a", "a.b.c.d", "a..b", "`a.b", "a`b.c", "a. .b`"]
)
def test_what_names_no_column_is_refused(text: str) -> None:
    with pytest.raises(ExpectedError):
        parts_from_text(text)


@given(names, names, names, names)
def test_two_tables_never_have_one_name(a: str, b: str, c: str, d: str) -> None:
    assert (table_name(a, b) == table_name(c, d)) == ((a, b) == (c, d))


@pytest.mark.parametrize(
    "text", ["1; DROP TABLE t", "1e5", "", "--1", "0x10", "\u0661", "1\n", "NULL"]
)
def test_what_is_no_number_does_not_become_one(text: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        number_literal(text)


def test_a_list_of_nothing_holds_nothing() -> None:
    assert listed(()) == "NULL"
    assert [optional_from_hex(cell) for cell in (b"NULL", b"", b"4E554C4C")] == [None, "", "NULL"]


@given(st.integers(1, 10_000_000), st.integers(0, 100_000))
def test_a_window_lies_inside_its_table(rows: int, turn: int) -> None:
    first, last = window(rows, turn)

    assert 0 <= first <= last < rows
    assert last - first < AT_ONCE


@given(st.integers(1, 50_000), st.integers(0, 1000))
def test_the_turns_reach_every_row(rows: int, start: int) -> None:
    windows = [window(rows, start + turn) for turn in range(-(-rows // AT_ONCE))]

    assert sum(last - first + 1 for first, last in windows) == rows
    assert len(set(windows)) == len(windows)


@pytest.mark.parametrize(
    ("text", "zone", "told"),
    [
        ("2026-07-01 12:00:00", "Europe/Madrid", "2026-07-01T10:00:00.000000Z"),
        ("2026-07-01 12:00:00.5", "UTC", "2026-07-01T12:00:00.500000Z"),
        ("2026-07-01", "UTC", "2026-07-01T00:00:00.000000Z"),
        ("0000-00-00 00:00:00", "UTC", None),
        ("9999-12-31 23:59:59", "America/New_York", None),
        ("0001-01-01 00:00:00", "Asia/Tokyo", None),
        ("838:59:59", "UTC", None),
        (None, "UTC", None),
    ],
)
def test_times_are_told_in_one_way(text: str | None, zone: str, told: str | None) -> None:
    assert time_from_text(text, zone) == told


@pytest.mark.parametrize(
    ("tail", "whole"),
    [
        (b"x;\n\n-- Dump completed\n", True),
        (b"x;\n\n-- Dump completed on 2026-03-01  2:00:00\n", True),
        (b"('\\n-- Dump completed'),\n", False),
        (b"-- Dump completed\nINSERT INTO `t` VALUES (1", False),
        (b"-- Dump comple", False),
        (b"", False),
    ],
)
def test_only_the_last_line_makes_a_dump_whole(tail: bytes, whole: bool) -> None:
    assert is_ended(tail) is whole


@pytest.mark.parametrize(
    ("answer", "cell"),
    [
        (b'<row>\n\t<field name="a">x &lt;&amp;&quot; y</field>\n  </row>', 'x <&" y'),
        (b'<row>\n\t<field name="a"></field>\n  </row>', ""),
        (b'<row>\n\t<field name="a" xsi:nil="true" />\n\t<field name="b">2</field></row>', None),
        (b'<resultset statement="&lt;row&gt;">\n</resultset>', None),
        (b"", None),
    ],
)
def test_the_first_cell_of_an_answer_is_read(answer: bytes, cell: str | None) -> None:
    assert first_cell(answer) == cell


@pytest.mark.parametrize(
    ("stderr", "kind", "said"),
    [
        (b"ERROR 1045 (28000): Access denied for user 'a'@'b'", AuthenticationError, "Access"),
        (b'mysqldump: Got error: 1045: "Access denied" when trying', AuthenticationError, "1045"),
        (b"ERROR 1227 (42000) at line 2: Access denied", AuthenticationError, "line 2"),
        (b"ERROR 2002 (HY000): Can't connect to server", UnreachableError, "2002"),
        (b"mysqldump: Error 2013: Lost connection at row: 7", UnreachableError, "2013"),
        (b"ERROR 1049 (42000): Unknown database 'x'", SourceError, "Unknown"),
        (b"ERROR 1205 (HY000) at line 1: Lock wait timeout", LockedError, "1205"),
        (b"mysqldump: Couldn't execute 'show create table `v`': gone (1356)", ToolError, "1356"),
        (b"SELECT 'error 1045'\nERROR 1064 (42000) at line 1: syntax", ToolError, "ERROR 1064"),
        (b"\x1b[31mnoise\n", ToolError, "\\x1b[31mnoise"),
        (b"", ToolError, "exit code 5"),
    ],
)
def test_what_a_client_complains_of_is_told_apart(
    stderr: bytes, kind: type[Exception], said: str
) -> None:
    error = trouble_from("mariadb", Finished(code=5, stdout=b"", stderr=stderr, seconds=1))

    assert type(error) is kind
    assert said in str(error)
    assert error.remedy is not None


@pytest.mark.parametrize(
    ("definer", "made"),
    [
        ("root@localhost", ""),
        ("a'b`@10.%", "`a'b```@`10.%`"),
        ("with@sign@localhost", "`with@sign`@`localhost`"),
        ("readers@", "ROLE IF NOT EXISTS `readers`;"),
        ("readers", "ROLE IF NOT EXISTS `readers`;"),
    ],
)
def test_accounts_are_made_that_nobody_can_use(definer: str, made: str) -> None:
    script = account_made(definer)

    assert made in script
    assert "ROLE" in script or "ACCOUNT LOCK" in script or not script


def test_what_a_source_covers_does_not_change_with_how_it_is_reached() -> None:
    one = MariadbSource.model_validate({"socket": "/run/a.sock", "databases": ["b", "a"]})
    same = one.model_copy(update={"user": "other", "databases": ("a", "b"), "programs": "/opt"})
    other = one.model_copy(update={"databases": ("a",)})

    assert same.identity() == one.identity()
    assert other.identity() != one.identity()


@pytest.mark.parametrize(
    ("key", "value"),
    [("zone", "Mars/Base"), ("databases", [""]), ("newest", ["no column"]), ("address", "a\0b")],
)
def test_what_makes_no_sense_is_refused_before_anything_runs(
    key: Literal["zone", "databases", "newest", "address"], value: object
) -> None:
    with pytest.raises(ValueError, match=key):
        MariadbSource.model_validate({key: value})


def test_an_address_and_a_socket_are_two_servers() -> None:
    with pytest.raises(ValueError, match="either an address or a socket"):
        MariadbSource.model_validate({"address": "db", "socket": "/run/a.sock"})
