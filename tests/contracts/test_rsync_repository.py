"""What a repository must look like to be believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from continuity.domain.failure import (
    ConfigurationError,
    DamagedError,
    UnreachableError,
)
from continuity.engines.engine import Progress, Slice
from continuity.engines.rsync.output import ignore_progress
from tests.support.generations import copied, initialised, opened, written


def generation(repository: Path, snapshot: str) -> Path:
    return repository / "generations" / snapshot


def test_reading_all_slices_back_reads_every_file_once(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {f"f{number}": "x" * 100 for number in range(40)})
    engine = initialised(tmp_path / "repository")
    copied(engine, source)
    copied(engine, source)
    read: list[int] = []
    for k in range(1, 5):
        seen: list[Progress] = []
        assert engine.check(Slice(k=k, n=4), 60, seen.append).sound
        read.append(seen[-1].files if seen else 0)

    assert sum(read) == 40
    assert max(read) < 40


@pytest.mark.parametrize("damage", ["generation gone", "point gone", "latest wrong", "bad point"])
def test_a_check_finds_points_and_generations_that_disagree(tmp_path: Path, damage: str) -> None:
    source = written(tmp_path / "source", {"a": "1"})
    repository = tmp_path / "repository"
    engine = initialised(repository)
    first = copied(engine, source).snapshot.id
    copied(engine, source)
    assert engine.check(None, 60, ignore_progress).sound
    match damage:
        case "generation gone":
            generation(repository, first).rename(tmp_path / "elsewhere")
        case "point gone":
            (repository / "points" / f"{first}.json").unlink()
        case "latest wrong":
            (repository / "latest").unlink()
            (repository / "latest").symlink_to(f"generations/{first}")
        case "bad point":
            (repository / "points" / f"{first}.json").write_text('{"format": 1}')

    result = engine.check(None, 60, ignore_progress)
    assert not result.sound
    assert len(result.problems) == 1


def test_a_generation_whose_point_was_lost_is_never_deleted_by_the_next_run(
    tmp_path: Path,
) -> None:
    source = written(tmp_path / "source", {"a": "1"})
    repository = tmp_path / "repository"
    engine = initialised(repository)
    first = copied(engine, source).snapshot.id
    copied(engine, source)
    (repository / "points" / f"{first}.json").unlink()
    copied(engine, source)

    assert generation(repository, first).is_dir()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 2, "id": "x"}', '{"format": 1}'])
def test_a_damaged_marker_is_no_repository_to_write_to(tmp_path: Path, text: str) -> None:
    engine = initialised(tmp_path / "repository")
    (tmp_path / "repository" / "continuity-rsync.json").write_text(text)

    with pytest.raises(DamagedError):
        engine.exists()


def test_a_directory_without_a_marker_is_no_repository(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"a": "1"})
    engine = opened(source)

    assert not engine.exists()
    for ask in (engine.snapshots, engine.identity, engine.locks, engine.unlock_dead):
        with pytest.raises(UnreachableError):
            ask()
    with pytest.raises(UnreachableError):
        copied(engine, source)
    with pytest.raises(ConfigurationError, match="not empty"):
        engine.initialise()
    assert sorted(path.name for path in source.iterdir()) == ["a"]


def test_a_repository_on_a_disk_that_is_not_mounted_is_not_made_elsewhere(tmp_path: Path) -> None:
    with pytest.raises(UnreachableError):
        opened(tmp_path / "mnt" / "disk" / "repository").initialise()
    assert list(tmp_path.iterdir()) == []


def test_every_repository_has_an_identity_of_its_own(tmp_path: Path) -> None:
    one, other = initialised(tmp_path / "one"), initialised(tmp_path / "other")

    assert one.identity() == opened(tmp_path / "one").identity()
    assert one.identity() != other.identity()
