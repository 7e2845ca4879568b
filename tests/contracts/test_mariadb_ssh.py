"""A MariaDB server of another machine is copied over SSH as it would be on this one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from continuity.domain.failure import ContinuityError, ToolMissingError
from continuity.domain.secret import Secret
from continuity.hosts.ssh_host import SshHost
from tests.support.hosts import reach_of
from tests.support.mariadb import MariadbServer, throwaway_mariadb
from tests.support.mariadb_drills import Asked, capturing, copied, revived, source_of, unlike
from tests.support.sshd import running_sshd

pytestmark = [pytest.mark.tool("mariadbd", "mariadb", "mariadb-dump"), pytest.mark.tool("bwrap")]


@pytest.fixture(scope="module")
def server() -> Iterator[MariadbServer]:
    with throwaway_mariadb() as running:
        running.renew("bank")
        running.execute(
            "CREATE TABLE filler (id INT PRIMARY KEY, t TEXT);"
            "INSERT INTO filler SELECT seq, REPEAT('f', 500) FROM seq_1_to_20000;"
            "CREATE USER copier IDENTIFIED BY 'a ''b\" $c\\\\'; GRANT ALL ON *.* TO copier;",
            "bank",
        )
        yield running


def test_a_database_of_another_machine_comes_back(
    server: MariadbServer, remote: SshHost, tmp_path: Path
) -> None:
    source = source_of(
        server, "bank", socket=None, address="127.0.0.1", port=server.port, user="copier"
    )

    copy = copied(source, Asked(host=remote, password=Secret("a 'b\" $c\\")))
    with revived(tmp_path, source, copy) as result:
        assert result.complaints == ()
        assert unlike(copy, result) == []

    assert copy.warnings == ()


def test_a_connection_that_is_cut_makes_no_copy(server: MariadbServer, tmp_path: Path) -> None:
    def broken_off(host: SshHost) -> None:
        with capturing(source_of(server, "bank"), Asked(host=host)) as captured:
            next(captured.pieces)
            sshd.cut()
            b"".join(captured.pieces)

    with running_sshd(tmp_path / "sshd") as sshd:
        host = SshHost(reach_of(sshd))
        with pytest.raises(ContinuityError) as caught:
            broken_off(host)
        host.close()

    assert caught.value.remedy is not None
    assert server.execute("INSERT INTO bank.filler VALUES (0, ''); SELECT 'free';") == "free\n"
    server.execute("DELETE FROM bank.filler WHERE id = 0;")


def test_a_program_that_the_other_machine_lacks_is_named(
    server: MariadbServer, remote: SshHost, tmp_path: Path
) -> None:
    source = source_of(server, "bank", programs=str(tmp_path))

    with pytest.raises(ToolMissingError, match="mariadb"):
        copied(source, Asked(host=remote))
