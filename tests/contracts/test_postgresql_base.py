"""A base backup of PostgreSQL becomes a server again, and is compared with both looks at it."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from continuity.domain.failure import (
    ConfigurationError,
    ContinuityError,
    RevivalError,
    ToolMissingError,
)
from continuity.domain.portrait_compare import Aspect, differences
from tests.support.postgresql import Cluster, throwaway_cluster
from tests.support.postgresql_drills import Copy, capturing, copied, revived, source_of
from tests.support.postgresql_zoo import fill
from tests.support.revivals import Phases, now, table


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    """A server of its own: a base backup has everybody's databases in it."""
    with throwaway_cluster() as cluster:
        yield cluster


@pytest.fixture
def erp(server: Cluster) -> str:
    name = f"erp_{uuid4().hex}"
    server.create_database(name)
    server.execute(
        name,
        "CREATE TABLE orders (id int PRIMARY KEY, note text)",
        "INSERT INTO orders SELECT g, md5(current_database() || g)"
        " FROM generate_series(1, 2000) AS g",
    )
    return name


def test_a_server_with_one_of_everything_comes_back_equal(server: Cluster, tmp_path: Path) -> None:
    fill(server, "zoo")
    source = source_of(server, "zoo", format="base")
    before = now()
    copy = copied(tmp_path, source)
    phases = Phases()

    with revived(tmp_path, source, copy, phases=phases) as found:
        found_differences = list(differences(copy.portrait, found.portrait))
        rows = found.ask("SELECT count(*) FROM plain")

    assert found.complaints == ()
    assert found_differences == []
    assert rows == "1200"
    assert before <= copy.data_time <= now()
    assert phases.names == ["load", "start", "question", "stop"]


def test_what_is_written_during_a_base_backup_only_widens_what_is_expected(
    server: Cluster, erp: str, tmp_path: Path
) -> None:
    source = source_of(server, erp, format="base")
    path = tmp_path / "erp-db.pgbase.tar"
    with capturing(source) as captured, path.open("wb") as file:
        server.execute(erp, "INSERT INTO orders VALUES (0, 'meanwhile')")
        server.execute(erp, "UPDATE orders SET note = 'other' WHERE id = 8")
        for piece in captured.pieces:
            file.write(piece)
        server.execute(erp, "DELETE FROM orders WHERE id > 1995")
        portrait = captured.portrait()
    copy = Copy(path=path, portrait=portrait, data_time=captured.data_time, digest="")

    with revived(tmp_path, source, copy) as found:
        found_differences = list(differences(portrait, found.portrait))

    orders = table(portrait, "public.orders")
    assert found_differences == []
    assert table(found.portrait, "public.orders").least == 2001
    assert orders.least <= 1996
    assert 2001 <= orders.most <= 2010
    assert orders.sample is None


def test_a_base_backup_with_a_damaged_file_brings_complaints(
    server: Cluster, erp: str, tmp_path: Path
) -> None:
    source = source_of(server, erp, format="base")
    copy = copied(tmp_path, source)
    content = bytearray(copy.path.read_bytes())
    with server.connect(erp) as connection:
        note, node = connection.execute(
            b"SELECT (SELECT note FROM orders WHERE id = 7), pg_relation_filepath('orders')"
        ).fetchone() or ("", "")
    with tarfile.open(copy.path) as archive:
        begin = archive.getmember(node).offset_data
    content[content.index(note.encode(), begin)] ^= 1

    with revived(tmp_path, source, copy, content=bytes(content)) as found:
        aspects = {one.aspect for one in differences(copy.portrait, found.portrait)}

    assert any("checksum mismatch" in line for line in found.complaints)
    assert aspects == {Aspect.SAMPLE}


@pytest.mark.parametrize("kept", [0, 512, 100_000])
def test_a_base_backup_that_was_cut_short_does_not_come_back(
    server: Cluster, erp: str, tmp_path: Path, kept: int
) -> None:
    source = source_of(server, erp, format="base")
    copy = copied(tmp_path, source)

    with (
        pytest.raises(RevivalError),
        revived(tmp_path, source, copy, content=copy.path.read_bytes()[:kept]),
    ):
        pass


def test_a_base_backup_of_another_major_version_asks_for_that_version(
    server: Cluster, erp: str, tmp_path: Path
) -> None:
    source = source_of(server, erp, format="base")
    copy = copied(tmp_path, source)
    copy.portrait = replace(copy.portrait, version="14.9")

    with pytest.raises(ToolMissingError, match="14 itself"), revived(tmp_path, source, copy):
        pass


def test_settings_of_the_source_that_run_commands_are_left_behind(
    server: Cluster, erp: str, tmp_path: Path
) -> None:
    source = source_of(server, erp, format="base")
    server.execute("postgres", "ALTER SYSTEM SET restore_command = 'touch /tmp/owned'")
    server.execute("postgres", "ALTER SYSTEM SET shared_preload_libraries = 'not_there'")
    try:
        copy = copied(tmp_path, source)
    finally:
        server.execute("postgres", "ALTER SYSTEM RESET ALL")
    with tarfile.open(copy.path) as archive:
        own = archive.extractfile("postgresql.auto.conf")
        assert own is not None
        assert b"not_there" in own.read()

    with revived(tmp_path, source, copy) as found:
        settings = [
            found.ask("SHOW restore_command"),
            found.ask("SHOW shared_preload_libraries"),
            found.ask("SHOW listen_addresses"),
        ]

    assert settings == ["", "", ""]


def test_a_server_with_tablespaces_is_refused_with_the_way_out(
    server: Cluster, erp: str, tmp_path: Path
) -> None:
    place = server.socket / f"space_{uuid4().hex}"
    place.mkdir()
    place.chmod(0o777)
    with server.connect("postgres") as connection:
        connection.execute(b"SET allow_in_place_tablespaces = on")
        connection.execute(b"CREATE TABLESPACE extra LOCATION ''")
    try:
        with (
            pytest.raises(ContinuityError) as raised,
            capturing(source_of(server, erp, format="base")),
        ):
            pass
    finally:
        server.execute("postgres", "DROP TABLESPACE extra")

    assert isinstance(raised.value, ConfigurationError)
    assert "custom" in str(raised.value.remedy)
