"""PostgreSQL on another machine: dumped there, kept here, and whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from continuity.domain.failure import ContinuityError
from continuity.domain.portrait_compare import differences
from continuity.domain.secret import Secret
from continuity.hosts.ssh_host import SshHost
from continuity.sources.source import Captured
from tests.support.hosts import reach_of
from tests.support.postgresql import Cluster
from tests.support.postgresql_drills import capturing, copied, revived, source_of
from tests.support.sshd import Sshd, running_sshd

SECRET = "never to be seen 4711"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Sshd]:
    with running_sshd(tmp_path / "sshd") as server:
        yield server


@pytest.fixture
def host(server: Sshd) -> Iterator[SshHost]:
    with closing(SshHost(reach_of(server))) as host:
        yield host


@pytest.fixture
def erp(postgresql: Cluster) -> Iterator[str]:
    """A database whose dump is larger than what waits between two machines."""
    name = f"erp_{uuid4().hex}"
    postgresql.create_database(name)
    postgresql.execute(
        name,
        "CREATE TABLE orders (id int PRIMARY KEY, note text)",
        "INSERT INTO orders SELECT g, repeat(md5(g::text), 20) FROM generate_series(1, 60000) AS g",
    )
    yield name
    postgresql.execute("postgres", f"DROP DATABASE {name} WITH (FORCE)")


def words_of_all_processes() -> bytes:
    found = b""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                found += (entry / "cmdline").read_bytes()
            except OSError:
                continue
    return found


def cut_off(server: Sshd, captured: Captured) -> None:
    """Take a dump whose connection breaks after the first piece."""
    next(captured.pieces)
    server.cut()
    for _ in captured.pieces:
        pass


def test_a_database_of_another_machine_comes_back_equal_here(
    postgresql: Cluster, host: SshHost, erp: str, tmp_path: Path
) -> None:
    source = source_of(postgresql, erp)

    copy = copied(tmp_path, source, host=host, questions=("SELECT max(id) FROM orders",))

    with revived(tmp_path, source, copy) as found:
        found_differences = list(differences(copy.portrait, found.portrait))
    assert (found_differences, found.complaints) == ([], ())
    assert copy.portrait.answers == (("SELECT max(id) FROM orders", "60000"),)


def test_a_base_backup_of_another_machine_is_whole(
    postgresql: Cluster, host: SshHost, erp: str, tmp_path: Path
) -> None:
    source = source_of(postgresql, erp, format="base")

    copy = copied(tmp_path, source, host=host)

    with revived(tmp_path, source, copy) as found:
        complaints = found.complaints
    assert complaints == ()


def test_the_password_is_in_no_process_list(postgresql: Cluster, host: SshHost, erp: str) -> None:
    source = source_of(postgresql, erp)

    with capturing(source, host=host, password=Secret(SECRET)) as captured:
        next(captured.pieces)
        words = words_of_all_processes()
        for _ in captured.pieces:
            pass

    assert b"pg_dump" in words
    assert SECRET.encode() not in words


def test_a_connection_that_is_lost_in_the_middle_of_a_dump_makes_no_copy(
    postgresql: Cluster, server: Sshd, host: SshHost, erp: str
) -> None:
    source = source_of(postgresql, erp)

    with pytest.raises(ContinuityError) as raised, capturing(source, host=host) as captured:
        cut_off(server, captured)

    assert raised.value.failure.value == "unreachable"
