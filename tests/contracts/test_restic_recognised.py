"""A restic repository is recognised without opening it, and no other is taken for it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.engines import Bench, bench

pytestmark = pytest.mark.tool("restic")


@pytest.fixture
def table(tmp_path: Path) -> Bench:
    """An empty repository."""
    table = bench("restic", tmp_path)
    table.initialised()
    return table


def test_a_repository_that_was_opened_before_is_recognised(table: Bench) -> None:
    identity = table.open().identity()

    assert table.open().recognises(identity)


def test_one_that_was_never_opened_here_is_not_recognised(table: Bench, tmp_path: Path) -> None:
    identity = bench("restic", tmp_path / "elsewhere").initialised().identity()

    assert not table.open().recognises(identity)


def test_another_id_is_not_recognised(table: Bench) -> None:
    table.open().identity()

    assert not table.open().recognises("0" * 64)


def test_another_repository_in_the_same_place_is_not_recognised(table: Bench) -> None:
    identity = table.open().identity()
    shutil.rmtree(table.repository)
    table.open().initialise()

    assert not table.open().recognises(identity)


def test_an_altered_config_is_not_recognised(table: Bench) -> None:
    identity = table.open().identity()
    config = table.repository / "config"
    content = config.read_bytes()
    config.chmod(0o600)
    config.write_bytes(content[:-1] + bytes((content[-1] ^ 1,)))

    assert not table.open().recognises(identity)


def test_a_repository_that_is_gone_is_not_recognised(table: Bench) -> None:
    identity = table.open().identity()
    shutil.rmtree(table.repository)

    assert not table.open().recognises(identity)


def test_a_drill_recognises_nothing_unseen(table: Bench) -> None:
    identity = table.open().identity()

    assert not table.open(use_cache=False).recognises(identity)


def test_a_note_that_cannot_be_kept_is_no_error(table: Bench) -> None:
    (table.place / "scratch" / "configs").write_text("in the way")

    identity = table.open().identity()

    assert len(identity) == 64
    assert not table.open().recognises(identity)
