"""Machines over SSH that are strangers, others than before, down, or closed to us."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.faults import Row
from tests.support.nas import accepted, copied_from, kept_on, let_nobody_in
from tests.support.sshd import Sshd, running_sshd
from tests.support.worlds import World

pytestmark = [
    pytest.mark.tool("restic"),
    pytest.mark.tool("rsync"),
    pytest.mark.tool("ssh"),
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Sshd]:
    with running_sshd(tmp_path / "nas") as server:
        yield server


def forget(server: Sshd, world: World) -> None:
    (world.workspace / "config/known_hosts").unlink()


HURTS: Mapping[str, Callable[[Sshd, World], None]] = {
    "host-key-unknown": forget,
    "host-key-changed": lambda server, _world: server.change_host_key(),
    "host-down": lambda server, _world: server.stop(),
    "login-refused": lambda server, _world: let_nobody_in(server),
}


@pytest.mark.parametrize(
    ("hurt", "work"),
    [
        pytest.param(hurt, work, marks=pytest.mark.fault(f"repository-{name}"), id=f"{name}-{work}")
        for name, hurt in HURTS.items()
        for work in ("backup", "drill")
    ],
)
def test_a_repository_on_such_a_machine_gives_no_verdict_and_says_why(
    world: World, server: Sshd, row: Row, hurt: Callable[[Sshd, World], None], work: str
) -> None:
    kept_on(server, world)
    accepted(server, world)
    assert world.run("hosts", "--json").code == 0
    hurt(server, world)

    row.red_in(world, "erp", world.run(work, "--json", "erp"))


@pytest.mark.parametrize(
    "hurt",
    [
        pytest.param(hurt, marks=pytest.mark.fault(f"source-{name}"), id=name)
        for name, hurt in HURTS.items()
    ],
)
def test_a_source_on_such_a_machine_is_not_copied_and_says_why(
    world: World, server: Sshd, row: Row, hurt: Callable[[Sshd, World], None]
) -> None:
    copied_from(server, world)
    accepted(server, world)
    assert world.run("hosts", "--json").code == 0
    hurt(server, world)

    row.red_in(world, "files", world.backup("files"))
