"""What false walls of a cell give: the weaker ones, told so, or nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from continuity.domain.failure import IsolationError
from continuity.hosts.host import Command, Host
from continuity.sandbox.isolation import Isolation
from continuity.sandbox.opening import Demand, open_cell
from continuity.sandbox.sandbox import Sandbox
from tests.support.cells import BROKEN, HostWith, a_sandbox

pytestmark = [pytest.mark.tool("bwrap"), pytest.mark.tool("setpriv"), pytest.mark.tool("prlimit")]

_LIARS = {
    "breaks": BROKEN,
    "does-nothing": "#!/bin/sh\nexit 0\n",
    "runs-it-in-the-open": '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n',
    "prints-nonsense": "#!/bin/sh\nhead -c 5000 /dev/urandom\n",
    "says-what-it-should": "#!/bin/sh\necho uid 65534; echo tree yes; echo home yes\n",
}


@pytest.mark.parametrize("liar", sorted(_LIARS))
def test_walls_that_do_not_stand_are_seen_and_the_weaker_ones_taken(
    tmp_path: Path, liar: str
) -> None:
    host = HostWith(tmp_path / "bin", "bwrap", _LIARS[liar])

    with a_sandbox(tmp_path / "place") as sandbox, open_cell(host, sandbox, _any()) as cell:
        assert cell.isolation is Isolation.B
        assert cell.why is not None
        assert cell.run(Command(argv=("true",), timeout=10)).code == 0


@pytest.mark.parametrize("liar", sorted(_LIARS))
def test_where_the_strongest_is_demanded_nothing_weaker_is_opened(
    tmp_path: Path, liar: str
) -> None:
    host = HostWith(tmp_path / "bin", "bwrap", _LIARS[liar])
    demand = Demand(least=Isolation.A, reserve_bytes=0)

    with (
        a_sandbox(tmp_path / "place") as sandbox,
        pytest.raises(IsolationError, match="level A") as raised,
    ):
        _open(host, sandbox, demand)

    assert raised.value.remedy is not None
    assert "bubblewrap" in str(raised.value.remedy)


def test_where_no_walls_stand_at_all_nothing_is_opened(tmp_path: Path) -> None:
    host = HostWith(tmp_path / "bin", "env", "#!/bin/sh\nexit 1\n")

    with a_sandbox(tmp_path / "place") as sandbox, pytest.raises(IsolationError) as raised:
        _open(host, sandbox, _any())

    assert str(raised.value).startswith("Nothing can be run in the sandbox.")


def test_a_sandbox_that_nobody_may_pass_to_is_not_run_in_as_root(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("an ordinary user's commands run as that user")
    host = HostWith(tmp_path / "bin", "bwrap", BROKEN)
    closed = tmp_path / "closed"

    with _closed_above(closed) as sandbox, pytest.raises(IsolationError) as raised:
        _open(host, sandbox, _any())

    assert "every user may pass" in str(raised.value.remedy)


@contextmanager
def _closed_above(folder: Path) -> Iterator[Sandbox]:
    with a_sandbox(folder / "place") as sandbox:
        folder.chmod(0o700)
        yield sandbox


def _open(host: Host, sandbox: Sandbox, demand: Demand) -> None:
    with open_cell(host, sandbox, demand):
        pass


def _any() -> Demand:
    return Demand(reserve_bytes=0)
