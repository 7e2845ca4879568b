"""The databases and the machines that promises are tried on."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from continuity.hosts.files import Files
from continuity.hosts.host import Host
from continuity.hosts.local import LocalHost
from continuity.hosts.ssh_host import SshHost
from continuity.store.keys import Keys, open_keys
from continuity.store.store import Store
from tests.simulators.simulator import Nasty
from tests.support.databases import Database, PostgresqlDatabase, SqliteFile, opened
from tests.support.hosts import reach_of
from tests.support.passable import let_others_pass
from tests.support.postgresql import Cluster, throwaway_cluster
from tests.support.sshd import Sshd, running_sshd
from tests.support.trackers import TRACKERS
from tests.support.tracking import Tracked
from tests.support.views import a_view


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """One server for the whole run."""
    with throwaway_cluster() as cluster:
        yield cluster


@pytest.fixture
def sqlite_file(tmp_path: Path) -> SqliteFile:
    """A store's file that does not exist yet."""
    return SqliteFile(tmp_path / "state.db")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, sqlite_file: SqliteFile) -> Database:
    """An empty database of each kind, in turn."""
    if request.param == "sqlite":
        return sqlite_file
    cluster: Cluster = request.getfixturevalue("postgresql")
    name = f"store_{uuid4().hex}"
    cluster.create_database(name)
    return PostgresqlDatabase(cluster, name)


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    """An open store in each kind of database, in turn."""
    with opened(database) as fresh:
        yield fresh


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    """The keys of a record, made just now."""
    return open_keys(tmp_path / "keys")


@pytest.fixture(params=["directly", "by-commands"])
def files(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The files of this machine, as this machine and as another one sees them."""
    place = tmp_path_factory.mktemp("place")
    let_others_pass(place)
    place.chmod(0o777)
    return a_view(request.param, place)


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """One SSH server for the whole run; who hurts it starts one of its own."""
    with running_sshd(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture
def remote(sshd: Sshd) -> Iterator[SshHost]:
    """A machine reached over SSH, which is this one."""
    host = SshHost(reach_of(sshd))
    yield host
    host.close()


@pytest.fixture(params=["local", "ssh"])
def host(request: pytest.FixtureRequest) -> Host:
    """Each kind of host, in turn."""
    if request.param == "local":
        return LocalHost()
    remote: SshHost = request.getfixturevalue("remote")
    return remote


@pytest.fixture(params=sorted(TRACKERS))
def tracked(request: pytest.FixtureRequest) -> Iterator[Tracked]:
    """Each kind of ticket system, on its simulator."""
    tracker = TRACKERS[request.param]
    with tracker.running(Nasty()) as (desk, address):
        yield Tracked(tracker, tracker.open(address), desk, address)


@pytest.fixture
def answering(tracked: Tracked) -> Tracked:
    """Each kind from which something comes back."""
    if not tracked.system.abilities.reads:
        pytest.skip("nothing comes back from it")
    return tracked


@pytest.fixture
def noting(tracked: Tracked) -> Tracked:
    """Each kind that takes notes."""
    if not tracked.system.abilities.notes:
        pytest.skip("it takes no notes")
    return tracked
