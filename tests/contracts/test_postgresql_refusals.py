"""A copy of PostgreSQL that does not come back whole, and why, is always said."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import pytest

from continuity.domain.failure import (
    ConfigurationError,
    ContinuityError,
    RevivalError,
    ToolError,
    ToolMissingError,
)
from continuity.domain.portrait_compare import Aspect, differences
from continuity.hosts.local import LocalHost
from continuity.sandbox.isolation import Isolation
from continuity.sandbox.walls import Bounds
from continuity.sources.postgresql.formats import revive
from continuity.sources.postgresql.options import PostgresqlSource
from continuity.sources.source import Reviving
from tests.support.postgresql import Cluster
from tests.support.postgresql_drills import Copy, copied, revived, source_of
from tests.support.programs import postgresql_programs
from tests.support.revivals import Phases, now


@pytest.fixture
def erp(postgresql: Cluster) -> Iterator[str]:
    """A database with enough rows to cut in the middle."""
    name = f"erp_{uuid4().hex}"
    postgresql.create_database(name)
    postgresql.execute(
        name,
        "CREATE TABLE orders (id int PRIMARY KEY, note text)",
        "INSERT INTO orders SELECT g, md5(g::text) FROM generate_series(1, 5000) AS g",
    )
    yield name
    postgresql.execute("postgres", f"DROP DATABASE {name} WITH (FORCE)")


def refusal(
    place: Path, source: PostgresqlSource, copy: Copy, content: bytes | None = None
) -> ContinuityError:
    with (
        pytest.raises(ContinuityError) as raised,
        revived(place, source, copy, content=content),
    ):
        pass
    return raised.value


def test_a_dump_that_was_cut_short_brings_complaints_and_differences(
    postgresql: Cluster, erp: str, tmp_path: Path
) -> None:
    source = source_of(postgresql, erp)
    copy = copied(tmp_path, source)
    whole = copy.path.read_bytes()

    with revived(tmp_path, source, copy, content=whole[: len(whole) * 2 // 3]) as found:
        aspects = {one.aspect for one in differences(copy.portrait, found.portrait)}

    assert any("end of file" in line for line in found.complaints)
    assert Aspect.ROWS in aspects


@pytest.mark.parametrize("content", [b"", b"PGDMP", b"\0" * 4096, b"-- a script\nSELECT 1;\n"])
def test_what_is_no_dump_is_not_loaded(
    postgresql: Cluster, erp: str, tmp_path: Path, content: bytes
) -> None:
    source = source_of(postgresql, erp)

    error = refusal(tmp_path, source, copied(tmp_path, source), content)

    assert isinstance(error, RevivalError)
    assert "is no dump" in str(error)


def test_a_dump_in_a_newer_format_asks_for_newer_programs(
    postgresql: Cluster, erp: str, tmp_path: Path
) -> None:
    source = source_of(postgresql, erp)
    copy = copied(tmp_path, source)
    content = bytearray(copy.path.read_bytes())
    content[6] = 99

    error = refusal(tmp_path, source, copy, bytes(content))

    assert isinstance(error, ToolMissingError)
    assert "unsupported version" in str(error)


def test_a_database_of_a_newer_server_asks_for_that_server(
    postgresql: Cluster, erp: str, tmp_path: Path
) -> None:
    source = source_of(postgresql, erp)
    copy = copied(tmp_path, source)
    copy.portrait = replace(copy.portrait, version="99.1")

    error = refusal(tmp_path, source, copy)

    assert isinstance(error, ToolMissingError)
    assert "postgresql-99" in str(error.remedy)


def test_an_extension_that_is_not_installed_is_named_before_anything_is_loaded(
    postgresql: Cluster, erp: str, tmp_path: Path
) -> None:
    source = source_of(postgresql, erp)
    copy = copied(tmp_path, source)
    copy.portrait = replace(copy.portrait, extensions=("plpgsql 1.0", "not_here 3.3.2"))

    error = refusal(tmp_path, source, copy)

    assert isinstance(error, ToolMissingError)
    assert "not_here" in str(error)


def test_a_role_that_nobody_announced_is_a_complaint(
    postgresql: Cluster, erp: str, tmp_path: Path
) -> None:
    postgresql.execute(erp, "CREATE ROLE clerk", "ALTER TABLE orders OWNER TO clerk")
    source = source_of(postgresql, erp)
    copy = copied(tmp_path, source)
    copy.portrait = replace(copy.portrait, roles=(postgresql.user,))

    with revived(tmp_path, source, copy) as found:
        complaints = found.complaints

    postgresql.execute(erp, "DROP OWNED BY clerk CASCADE", "DROP ROLE clerk")
    assert [line for line in complaints if 'role "clerk" does not exist' in line]


def test_a_load_that_goes_on_after_errors_is_not_a_good_one(
    postgresql: Cluster, erp: str, tmp_path: Path
) -> None:
    """The classic: a constraint whose function finds its table only with a search path."""
    postgresql.execute(
        erp,
        "CREATE FUNCTION known(int) RETURNS boolean LANGUAGE sql AS"
        " 'SELECT EXISTS (SELECT FROM orders WHERE id = $1)'",
        "CREATE TABLE lines (id int PRIMARY KEY, ord int CHECK (known(ord)))",
        "INSERT INTO lines VALUES (1, 1), (2, 2)",
    )
    source = source_of(postgresql, erp)
    copy = copied(tmp_path, source)

    with revived(tmp_path, source, copy) as found:
        found_differences = {
            (one.aspect, one.where) for one in differences(copy.portrait, found.portrait)
        }

    assert [line for line in found.complaints if 'relation "orders" does not exist' in line]
    assert (Aspect.ROWS, "public.lines") in found_differences


def test_a_scratch_server_that_does_not_start_says_why(
    postgresql: Cluster, erp: str, tmp_path: Path
) -> None:
    source = source_of(postgresql, erp)
    copy = copied(tmp_path, source)
    bounds = Bounds(memory=200 << 20)

    with (
        pytest.raises(ToolError) as raised,
        revived(tmp_path, source, copy, bounds=bounds),
    ):
        pass

    assert "memory" in str(raised.value)


def test_without_server_programs_it_is_said_what_to_install(
    postgresql: Cluster, erp: str, tmp_path: Path
) -> None:
    source = source_of(postgresql, erp, server_programs=str(tmp_path))

    error = refusal(tmp_path, source, copied(tmp_path, source))

    assert isinstance(error, ToolMissingError)
    assert "apt install postgresql" in str(error.remedy)


@dataclass(frozen=True)
class OpenCell(LocalHost):
    """A cell without walls, to see what happens when a server of the machine is in reach."""

    place: Path
    meeting: Path

    name = "cell"
    isolation = Isolation.B
    why = None
    user = "nobody"

    @property
    def tree(self) -> Path:
        return self.place

    @property
    def home(self) -> Path:
        return self.place

    @property
    def sockets(self) -> Path:
        return self.meeting


def false_server(place: Path) -> str:
    """Programs whose server claims to be ready, while another one has the socket."""
    place.mkdir()
    real = postgresql_programs()
    for name in ("psql", "pg_restore"):
        (place / name).symlink_to(real / name)
    (place / "initdb").write_text('#!/bin/sh\nmkdir "$2"\n')
    (place / "postgres").write_text(
        '#!/bin/sh\n[ "$1" = --version ] && exec echo "postgres (PostgreSQL) 15.1"\n'
        'printf "1\\n2\\n3\\n4\\n5\\n6\\n7\\nready   \\n" >"$2/postmaster.pid"\nexec sleep 60\n'
    )
    for name in ("initdb", "postgres"):
        (place / name).chmod(0o755)
    return str(place)


def asked(place: Path, source: PostgresqlSource, copy: Copy, meeting: Path) -> Reviving:
    cell = OpenCell(place, meeting)
    return Reviving(
        source=source,
        restored=copy.path,
        home=place / "home",
        cell=cell,
        portrait=copy.portrait,
        now=now,
        phase=Phases(),
    )


def test_nothing_is_loaded_into_a_server_that_was_not_started_for_it(
    postgresql: Cluster, erp: str, tmp_path: Path
) -> None:
    source = source_of(postgresql, erp, server_programs=false_server(tmp_path / "bin"))
    copy = copied(tmp_path, source)
    (tmp_path / "home").mkdir()

    with (
        pytest.raises(ToolError, match="Another server"),
        revive(asked(tmp_path, source, copy, postgresql.socket)),
    ):
        pass

    with postgresql.connect("postgres") as connection:
        databases = connection.execute("SELECT datname FROM pg_database").fetchall()
    assert (erp,) in databases


def test_a_socket_that_cannot_have_an_address_is_refused_before_anything_starts(
    postgresql: Cluster, erp: str, tmp_path: Path
) -> None:
    source = source_of(postgresql, erp)
    copy = copied(tmp_path, source)
    long = tmp_path / ("s" * (107 - len(os.fsencode(tmp_path)) - len("//.s.PGSQL.5432") + 1))

    for directory in (long, tmp_path / "one,two"):
        with (
            pytest.raises(ConfigurationError, match="socket"),
            revive(asked(tmp_path, source, copy, directory)),
        ):
            pass
