"""The world that faults are put into, and what the table says must come of each."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.faults import Row, rows
from tests.support.worlds import World, proven


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world in which all is well, and a copy of it to start each test from."""
    root = tmp_path_factory.getbasetemp() / "world"
    world = proven(root)
    _copy(root, _spare(root))
    return world


@pytest.fixture
def world(template: World) -> World:
    """The same world, as it was, in the same place: copies hold the paths of their source."""
    _copy(_spare(template.root), template.root)
    return template


@pytest.fixture
def row(request: pytest.FixtureRequest) -> Row:
    """The row of docs/faults.md that a test is marked with."""
    mark = request.node.get_closest_marker("fault")
    return rows()[mark.args[0]]


def _spare(root: Path) -> Path:
    return root.with_name("spare")


def _copy(old: Path, new: Path) -> None:
    """Make two trees equal; what is equal is not touched, and so keeps its inode and its times."""
    argv = ["rsync", "-aH", "--checksum", "--delete", f"{old}/", f"{new}/"]
    subprocess.run(argv, check=True, capture_output=True, timeout=60)
