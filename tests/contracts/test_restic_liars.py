"""A program named restic that does not do what restic does never makes anything look done."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from continuity.domain.failure import ContinuityError, TimedOutError
from continuity.engines.engine import Engine, Slice
from tests.support.engines import Bench, bench, brought_back, copied, ignore, request, restored
from tests.support.liars import ENDLESS, PROMPT, Lie, liar

VERSIONS = ("restic 0.14.0 compiled with go1.19", "restic 0.18.0 compiled with go1.24")
SNAPSHOT = "5" * 64
SUMMARY = (
    '{"message_type":"summary","files_new":1,"files_changed":0,"dirs_new":0,"dirs_changed":0,'
    '"data_added":9,"total_files_processed":1,"total_bytes_processed":9,'
    '"backup_start":"2026-05-01T02:03:04Z","snapshot_id":"' + SNAPSHOT + '"}'
)

Use = Callable[[Engine, Path], object]
USES: dict[str, Use] = {
    "identity": lambda engine, _: engine.identity(),
    "snapshots": lambda engine, _: engine.snapshots(),
    "listing": lambda engine, _: list(engine.listing(SNAPSHOT)),
    "back up": lambda engine, source: engine.back_up(request(source, timeout=1), ignore),
    "check": lambda engine, _: engine.check(None, 1, ignore),
    "read back": lambda engine, _: engine.check(Slice(k=1, n=2), 1, ignore),
    "forget": lambda engine, _: engine.forget((SNAPSHOT,), prune=True, timeout=1),
}


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A true repository with a true snapshot, which the liars are set upon."""
    table = bench("restic", tmp_path_factory.mktemp("liars"), patience="1s")
    source = table.place / "source"
    source.mkdir(parents=True)
    (source / "file").write_text("precious")
    copied(table.initialised(), source)
    return table


def lying(table: Bench, place: Path, lie: str, version: str = VERSIONS[1]) -> Engine:
    return table.open(program=liar(place / "restic", version, lie))


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("lie", PROMPT, ids=lambda lie: lie.name)
@pytest.mark.parametrize("version", VERSIONS, ids=["0.14", "0.18"])
def test_a_liar_is_never_believed(
    stocked: Bench, tmp_path: Path, version: str, lie: Lie, use: str
) -> None:
    engine = lying(stocked, tmp_path, lie, version)

    with pytest.raises(ContinuityError):
        USES[use](engine, stocked.place / "source")


@pytest.mark.parametrize("use", ["snapshots", "listing", "back up", "check"])
@pytest.mark.parametrize(
    "lie", [lie for lie in ENDLESS if lie is not Lie.DEAF], ids=lambda lie: lie.name
)
def test_a_program_without_end_is_stopped(
    stocked: Bench, tmp_path: Path, lie: Lie, use: str
) -> None:
    engine = lying(stocked, tmp_path, lie)
    began = time.monotonic()

    with pytest.raises(ContinuityError):
        USES[use](engine, stocked.place / "source")
    assert time.monotonic() - began < 60


def test_a_program_deaf_to_signals_is_killed(stocked: Bench, tmp_path: Path) -> None:
    engine = lying(stocked, tmp_path, Lie.DEAF)

    with pytest.raises(TimedOutError):
        engine.snapshots()


@pytest.mark.parametrize("lie", [Lie.NOTHING, Lie.GARBAGE, Lie.EMPTY_JSON], ids=str)
def test_a_restore_that_did_nothing_leaves_nothing_to_compare(
    stocked: Bench, tmp_path: Path, lie: Lie
) -> None:
    engine = lying(stocked, tmp_path, lie)

    restored(engine, SNAPSHOT, tmp_path / "target")

    assert brought_back(tmp_path / "target") == {}


@pytest.mark.parametrize("lie", [Lie.UNKNOWN_CODE, Lie.KILLED], ids=lambda lie: lie.name)
def test_a_restore_that_ended_strangely_is_an_error(
    stocked: Bench, tmp_path: Path, lie: Lie
) -> None:
    with pytest.raises(ContinuityError):
        restored(lying(stocked, tmp_path, lie), SNAPSHOT, tmp_path / "target")


def test_a_snapshot_that_was_reported_and_is_not_there_is_an_error(
    stocked: Bench, tmp_path: Path
) -> None:
    engine = lying(stocked, tmp_path, f"echo '{SUMMARY}'")

    with pytest.raises(ContinuityError):
        copied(engine, stocked.place / "source")


def test_a_new_repository_that_was_not_made_is_an_error(stocked: Bench, tmp_path: Path) -> None:
    false = liar(tmp_path / "restic", VERSIONS[1], Lie.NOTHING)
    engine = bench("restic", tmp_path / "bench", false).open()

    with pytest.raises(ContinuityError):
        engine.initialise()


def test_a_listing_cut_short_is_an_error_before_its_first_entry(
    stocked: Bench, tmp_path: Path
) -> None:
    lines = (
        '{"struct_type":"snapshot","id":"' + SNAPSHOT + '"}',
        '{"struct_type":"node","type":"dir","path":"/a","mtime":"2026-05-01T02:03:04Z"}',
    )
    script = "\n".join(f"echo '{line}'" for line in lines)
    broken = lying(stocked, tmp_path, f"{script}\nexit 1").listing(SNAPSHOT)
    half = lying(stocked, tmp_path, f"{script}\nprintf '{{\"struct_'").listing(SNAPSHOT)

    with pytest.raises(ContinuityError):
        next(broken)
    with pytest.raises(ContinuityError):
        next(half)


def test_a_program_that_is_no_restic_is_refused_before_it_touches_anything(
    stocked: Bench, tmp_path: Path
) -> None:
    for answer in ("rsync  version 3.2.7", "", "restic", "{}"):
        engine = lying(stocked, tmp_path, "exit 0", answer)

        with pytest.raises(ContinuityError):
            engine.probe()
