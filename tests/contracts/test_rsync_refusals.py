"""What never becomes a generation, and what makes one incomplete."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from continuity.domain.failure import (
    ConfigurationError,
    ContinuityError,
    SourceError,
    ToolMissingError,
)
from continuity.engines.rsync.output import ignore_progress
from tests.support.generations import copied, initialised, liar, opened, request, written


def generation(repository: Path, snapshot: str) -> Path:
    return repository / "generations" / snapshot


def test_a_source_that_is_missing_is_refused_before_rsync_says_23(tmp_path: Path) -> None:
    engine = initialised(tmp_path / "repository")

    with pytest.raises(SourceError, match="does not exist"):
        copied(engine, tmp_path / "missing")
    assert engine.snapshots() == ()


def test_one_missing_source_of_two_is_refused(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"a": "1"})
    engine = initialised(tmp_path / "repository")

    with pytest.raises(SourceError, match="missing"):
        copied(engine, source, tmp_path / "missing")
    assert engine.snapshots() == ()


def test_an_empty_source_never_empties_the_copy(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"a": "1"})
    engine = initialised(tmp_path / "repository")
    kept = copied(engine, source).snapshot
    (source / "a").unlink()

    with pytest.raises(SourceError, match="is empty"):
        copied(engine, source)
    assert engine.snapshots() == (kept,)


@pytest.mark.parametrize("content", ["directories only", "all excluded"])
def test_a_source_without_a_single_file_is_refused(tmp_path: Path, content: str) -> None:
    source = tmp_path / "source"
    (source / "d").mkdir(parents=True)
    if content == "all excluded":
        (source / "a.tmp").write_text("1")
    engine = initialised(tmp_path / "repository")

    with pytest.raises(SourceError, match="no files at all"):
        engine.back_up(request(source, excludes=("*.tmp",)), ignore_progress)
    assert list((tmp_path / "repository" / "generations").iterdir()) == []


def test_a_source_that_is_only_a_link_is_refused_by_name_of_what_it_leads_to(
    tmp_path: Path,
) -> None:
    written(tmp_path / "real", {"a": "1"})
    (tmp_path / "link").symlink_to(tmp_path / "real")
    engine = initialised(tmp_path / "repository")

    with pytest.raises(SourceError) as caught:
        copied(engine, tmp_path / "link")
    assert str(tmp_path / "real") in str(caught.value.remedy)


def test_a_repository_within_its_own_source_is_refused(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"a": "1"})
    engine = initialised(source / "repository")

    with pytest.raises(ConfigurationError, match="its own source"):
        copied(engine, source)


def test_more_losses_than_allowed_make_no_generation(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {f"f{number}": "x" for number in range(10)})
    repository = tmp_path / "repository"
    engine = initialised(repository, max_delete=3)
    kept = copied(engine, source).snapshot
    for number in range(4):
        (source / f"f{number}").unlink()

    with pytest.raises(SourceError, match="More than 3 entries"):
        copied(engine, source)
    assert engine.snapshots() == (kept,)
    assert len(list(generation(repository, kept.id).rglob("f*"))) == 10
    copied(opened(repository, max_delete=4), source)


def test_new_files_do_not_hide_that_old_ones_are_gone(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {f"f{number}": "x" for number in range(10)})
    engine = initialised(tmp_path / "repository", max_delete=3)
    copied(engine, source)
    for number in range(10):
        (source / f"f{number}").rename(source / f"f{number}.locked")

    with pytest.raises(SourceError, match="More than 3"):
        copied(engine, source)


def test_a_changed_group_of_hard_links_is_not_mistaken_for_losses(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"a": "x"})
    for number in range(10):
        os.link(source / "a", source / f"link{number}")
    engine = initialised(tmp_path / "repository", max_delete=0)
    copied(engine, source)
    (source / "a").chmod(0o600)

    assert copied(engine, source).complete


@pytest.mark.skipif(os.geteuid() != 0, reason="root gives up its rights for this")
def test_a_file_that_cannot_be_read_makes_the_generation_incomplete(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"a": "1", "secret": "2"})
    # rsync without the right to read everything, as an ordinary user runs it.
    program = liar(
        tmp_path / "rsync",
        "exec setpriv --bounding-set -dac_override,-dac_read_search"
        ' --inh-caps -dac_override,-dac_read_search rsync "$@"',
    )
    (source / "secret").chmod(0)
    os.chown(source / "secret", 65534, 65534)
    initialised(tmp_path / "repository")

    result = copied(opened(tmp_path / "repository", program=program), source)
    assert not result.complete
    assert any("secret" in warning for warning in result.warnings)
    assert [snapshot.id for snapshot in opened(tmp_path / "repository").snapshots()] == [
        result.snapshot.id
    ]


def test_a_file_that_vanishes_while_rsync_runs_makes_the_generation_incomplete(
    tmp_path: Path,
) -> None:
    source = written(tmp_path / "source", {"a": "x" * (8 << 20), "z": "gone soon"})
    repository = tmp_path / "repository"
    # The list of files is complete when the first of them begins to arrive.
    begun = f"ls {repository}/generations/.partial-*{source}/.a.*"
    wait = f"until {begun} >/dev/null 2>&1; do sleep 0.02; done"
    script = f'rsync --bwlimit=8M "$@" & {wait}; rm {source}/z; wait $!'
    initialised(repository)

    result = copied(opened(repository, program=liar(tmp_path / "rsync", script)), source)

    assert not result.complete
    assert any("vanished" in warning for warning in result.warnings)
    assert len(opened(repository).snapshots()) == 1


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("exit 0", "did not say"),
        ("head -c 3000000 /dev/zero; exit 0", "did not say"),
        ('rsync --dry-run "$@"', "not in the copy"),
        ('rsync "$@"; exit 99', "code 99"),
        ('rsync "$@"; exit 11', "code 11"),
        ('rsync "$@"; exit 25', "code 25"),
        ("kill -9 $$", "code -9"),
        ('echo "write failed: No space left on device (28)" >&2; exit 12', "full"),
        ("exit 20", "code 20"),
        ("exit 30", "code 30"),
    ],
)
def test_an_rsync_that_fails_or_lies_makes_no_generation(
    tmp_path: Path, script: str, expected: str
) -> None:
    source = written(tmp_path / "source", {"a": "1"})
    repository = tmp_path / "repository"
    initialised(repository)
    engine = opened(repository, program=liar(tmp_path / "rsync", script))

    with pytest.raises(ContinuityError, match=expected):
        copied(engine, source)
    assert engine.snapshots() == ()
    assert list((repository / "generations").iterdir()) == []
    assert not (repository / "latest").is_symlink()


@pytest.mark.parametrize("version", ["rsync  version 3.0.9  protocol version 30", "openrsync", ""])
def test_an_old_or_unknown_rsync_is_a_missing_tool(tmp_path: Path, version: str) -> None:
    program = tmp_path / "rsync"
    program.write_text(f"#!/bin/sh\necho '{version}'\n")
    program.chmod(0o755)

    with pytest.raises(ToolMissingError):
        opened(tmp_path / "repository", program=str(program)).probe()
