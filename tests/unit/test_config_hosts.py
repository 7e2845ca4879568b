"""Machines as people write them, and the ways to them."""

from pathlib import Path

import pytest

from continuity.config.loading import load, load_tolerant
from continuity.config.problem import WorkspaceError
from continuity.config.reaching import Hosts, hosts_of
from continuity.domain.failure import ConfigurationError
from continuity.hosts.local import LocalHost
from continuity.hosts.reach import Reach
from tests.support.workspaces import small_workspace

NAS = "nas:\n  kind: ssh\n  address: nas.example\n  user: backup\n"
BEHIND = "erp:\n  kind: ssh\n  address: 10.0.0.7\n  port: 2222\n  jump: nas\n"
KEPT = (
    "disk: {engine: rsync, location: /backups/disk}\n"
    "away: {engine: restic, host: nas, location: 'sftp:nas:/srv/erp', password: {file: pass}}\n"
)


def hosts(root: Path, written: str) -> Hosts:
    return hosts_of(load(small_workspace(root, {"config/hosts.yaml": written})))


def problems(root: Path, written: str, **changes: str) -> list[str]:
    files = {f"config/{name}.yaml": text for name, text in changes.items()}
    small_workspace(root, {"config/hosts.yaml": written, **files})
    with pytest.raises(WorkspaceError) as raised:
        load(root)
    return [str(problem) for problem in raised.value.problems]


def test_a_written_machine_is_reached_as_it_was_written(tmp_path: Path) -> None:
    written = NAS + "  key: secrets/key\n  keepalive: 1m\n  connect_timeout: 5s\n"

    assert hosts(tmp_path, written).reach("nas") == Reach(
        name="nas",
        address="nas.example",
        user="backup",
        key=tmp_path / "secrets/key",
        known_hosts=tmp_path / "config/known_hosts",
        keepalive=60,
        connect_timeout=5,
    )


def test_the_way_through_another_machine_is_part_of_the_way(tmp_path: Path) -> None:
    found = hosts(tmp_path, NAS + BEHIND)
    reach, transport = found.reach("erp"), found.transport("erp")

    assert reach is not None
    assert reach.jump == found.reach("nas")
    assert transport is not None
    assert any("nas.example" in word for word in transport.words)


def test_this_machine_needs_no_way(tmp_path: Path) -> None:
    found = hosts(tmp_path, "cellar:\n  kind: local\n")

    assert found.names == ("cellar", "local")
    for name in found.names:
        assert isinstance(found.host(name), LocalHost)
        assert found.host(name).name == name
        assert found.transport(name) is None


def test_a_machine_is_one_host_however_often_it_is_asked_for(tmp_path: Path) -> None:
    found = hosts(tmp_path, NAS + BEHIND)

    assert found.host("erp") is found.host("erp")


def test_an_unknown_name_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as raised:
        hosts(tmp_path, NAS).host("nsa")

    assert "local, nas" in str(raised.value.remedy)


def test_hosts_behind_a_broken_one_and_what_they_keep_are_left_out(tmp_path: Path) -> None:
    broken = NAS.replace("  address: nas.example\n", "") + BEHIND
    small_workspace(tmp_path, {"config/hosts.yaml": broken, "config/repositories.yaml": KEPT})

    workspace = load_tolerant(tmp_path).workspace

    assert list(workspace.hosts) == ["local"]
    assert list(workspace.repositories) == ["disk"]


@pytest.mark.parametrize("location", ["sftp:nsa:/srv/erp", "sftp://backup@nsa.example/srv/erp"])
def test_the_address_of_a_repository_names_the_machine_that_keeps_it(
    tmp_path: Path, location: str
) -> None:
    kept = KEPT.replace("sftp:nas:/srv/erp", location)
    (problem,) = problems(tmp_path, NAS, repositories=kept)

    assert "away.location: expected an address that names its host, sftp:nas:/path" in problem


@pytest.mark.parametrize(
    "location", ["sftp:nas:/srv/erp", "sftp:u@nas.example:/srv", "sftp://nas.example:22//srv/erp"]
)
def test_a_repository_may_name_its_machine_by_name_or_address(
    tmp_path: Path, location: str
) -> None:
    kept = KEPT.replace("sftp:nas:/srv/erp", location).replace("other", "away")
    files = {"config/hosts.yaml": NAS, "config/repositories.yaml": kept}

    assert load(small_workspace(tmp_path, files)).repositories["away"].host == "nas"


@pytest.mark.parametrize(("mode", "said"), [(None, "No such file"), (0o640, "others than")])
def test_a_key_that_ssh_would_pass_over_is_named_before_anything_runs(
    mode: int | None, said: str, tmp_path: Path
) -> None:
    small_workspace(tmp_path, {"config/hosts.yaml": NAS + "  key: nas-key\n"})
    if mode is not None:
        (tmp_path / "nas-key").write_text("a key")
        (tmp_path / "nas-key").chmod(mode)

    with pytest.raises(WorkspaceError) as raised:
        load(tmp_path, environ={"P": "throw-away"})

    problems = [str(problem) for problem in raised.value.problems]
    (named,) = [problem for problem in problems if "nas.key" in problem]
    assert named.startswith("config/hosts.yaml:5: nas.key: expected a private key")
    assert said in named
