"""What every backup engine promises, tried on each one in the folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from continuity.domain.failure import (
    ContinuityError,
)
from continuity.domain.manifest import Kind, tree_order
from continuity.domain.snapshot import Listed
from continuity.engines.engine import BackupResult, Engine, Slice
from continuity.engines.registry import engine_kinds
from tests.support.engines import bench, brought_back, copied, ignore, restored
from tests.support.snapshots import make_odd_tree

NAMES = (
    st.one_of(
        st.binary(min_size=1, max_size=30),
        st.binary(min_size=200, max_size=255),
        st.text(alphabet="[]*?\\!^{}~$#-. \n\t'\"%:;,&a1", min_size=1, max_size=12).map(str.encode),
    )
    .map(lambda name: name.replace(b"/", b"|").replace(b"\0", b"\1"))
    .filter(lambda name: name not in {b".", b".."})
)


@pytest.fixture(scope="module", params=sorted(engine_kinds()))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def stocked(
    kind: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Engine, BackupResult, bytes]:
    """A repository with one snapshot of a tree that holds every kind of entry."""
    place = tmp_path_factory.mktemp(f"stocked-{kind}")
    root = make_odd_tree(place)
    engine = bench(kind, place / "bench").initialised()
    return engine, copied(engine, root), root


def below(entries: list[Listed], root: bytes) -> list[Listed]:
    return [entry for entry in entries if entry.path.startswith(root + b"/")]


def test_a_backup_is_listed_as_it_was_reported(
    stocked: tuple[Engine, BackupResult, bytes],
) -> None:
    engine, result, root = stocked

    listed = {snapshot.id: snapshot for snapshot in engine.snapshots()}[result.snapshot.id]

    assert (listed.host, listed.tags, listed.paths) == ("server", ("job:files",), (root,))
    assert listed.time == result.snapshot.time
    assert result.complete


def test_the_listing_names_everything_with_kind_size_and_time(
    stocked: tuple[Engine, BackupResult, bytes],
) -> None:
    engine, result, root = stocked

    listed = below(list(engine.listing(result.snapshot.id)), root)

    exact = {entry.path: entry for entry in listed if not entry.lossy}
    for path, entry in exact.items():
        seen = os.lstat(path)
        assert entry.mtime_ns == seen.st_mtime_ns
        assert entry.size == (seen.st_size if entry.kind is Kind.FILE else 0)
        assert entry.mode == seen.st_mode & 0o7777
    count = sum(len(folders) + len(files) for _, folders, files in os.walk(root))
    assert len(listed) == count


def test_the_listing_is_in_tree_order(stocked: tuple[Engine, BackupResult, bytes]) -> None:
    engine, result, _ = stocked

    paths = [entry.path for entry in engine.listing(result.snapshot.id) if not entry.lossy]

    plain = [path for path in paths if path.isascii()]
    assert plain == sorted(plain, key=tree_order)


def test_everything_comes_back_byte_for_byte(
    stocked: tuple[Engine, BackupResult, bytes], tmp_path: Path
) -> None:
    engine, result, root = stocked

    outcome = restored(engine, result.snapshot.id, tmp_path / "target")

    back = os.fsencode(tmp_path / "target") + root
    assert brought_back(tmp_path / "target") == {
        root + path: content for path, content in brought_back(Path(os.fsdecode(root))).items()
    }
    assert os.readlink(back + b"/dangling") == b"/nowhere/at all"
    assert os.path.isdir(back + b"/empty dir")
    assert os.lstat(back + b"/#hash").st_mode == os.lstat(root + b"/#hash").st_mode
    assert os.path.samefile(back + b"/plain", back + b"/a.dir/linked")
    assert outcome.problems == ()


def test_a_sample_comes_back_and_nothing_else(
    stocked: tuple[Engine, BackupResult, bytes], tmp_path: Path
) -> None:
    engine, result, root = stocked
    names = (b"a[1].txt", b"star*", b"dir\xe1/child", b"new\nline", b"back\\slash", b"sparse")
    paths = tuple(root + b"/" + name for name in names)

    outcome = restored(engine, result.snapshot.id, tmp_path / "target", paths)

    back = brought_back(tmp_path / "target")
    assert set(back) == set(paths)
    assert all(back[path] == Path(os.fsdecode(path)).read_bytes() for path in paths)
    assert not outcome.whole


def test_links_and_empty_directories_come_back_in_a_sample(
    stocked: tuple[Engine, BackupResult, bytes], tmp_path: Path
) -> None:
    engine, result, root = stocked
    paths = (root + b"/dangling", root + b"/link", root + b"/empty dir", root + b"/pipe")

    restored(engine, result.snapshot.id, tmp_path / "target", paths)

    back = os.fsencode(tmp_path / "target")
    assert os.readlink(back + paths[0]) == b"/nowhere/at all"
    assert os.readlink(back + paths[1]) == b"plain"
    assert os.listdir(back + paths[2]) == []
    assert all(os.path.lexists(back + path) for path in paths)


def test_an_absent_path_is_never_made_up(
    stocked: tuple[Engine, BackupResult, bytes], tmp_path: Path
) -> None:
    engine, result, root = stocked

    restored(engine, result.snapshot.id, tmp_path / "target", (root + b"/a?.txt",))

    assert brought_back(tmp_path / "target") == {}


def test_asking_for_nothing_brings_nothing(
    stocked: tuple[Engine, BackupResult, bytes], tmp_path: Path
) -> None:
    engine, result, _ = stocked

    restored(engine, result.snapshot.id, tmp_path / "target", ())

    assert brought_back(tmp_path / "target") == {}


def test_a_snapshot_that_is_not_there_is_an_error_everywhere(
    stocked: tuple[Engine, BackupResult, bytes], tmp_path: Path
) -> None:
    engine, result, _ = stocked
    absent = "0" * len(result.snapshot.id)

    with pytest.raises(ContinuityError):
        list(engine.listing(absent))
    with pytest.raises(ContinuityError):
        restored(engine, absent, tmp_path / "target")


def test_an_intact_repository_is_sound_and_has_no_locks(
    stocked: tuple[Engine, BackupResult, bytes],
) -> None:
    engine, *_ = stocked

    checked = engine.check(Slice(k=1, n=1), 60, ignore)

    assert checked.sound
    assert checked.problems == ()
    assert engine.locks() == ()
    assert engine.unlock_dead() == 0


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(NAMES, min_size=8, max_size=40, unique=True))
def test_any_name_comes_back_as_itself(
    kind: str, tmp_path_factory: pytest.TempPathFactory, names: list[bytes]
) -> None:
    place = tmp_path_factory.mktemp("names")
    root = os.fsencode(place / "source")
    os.mkdir(root)
    for number, name in enumerate(names):
        Path(os.fsdecode(root + b"/" + name)).write_bytes(b"%d" % number)
    engine = bench(kind, place / "bench").initialised()
    asked = {root + b"/" + name: b"%d" % number for number, name in enumerate(names) if number % 2}

    result = copied(engine, root)
    restored(engine, result.snapshot.id, place / "target", tuple(asked))

    assert brought_back(place / "target") == asked


def test_forgetting_nothing_removes_nothing(stocked: tuple[Engine, BackupResult, bytes]) -> None:
    engine, result, _ = stocked

    engine.forget((), prune=False, timeout=60)

    assert result.snapshot.id in {snapshot.id for snapshot in engine.snapshots()}
