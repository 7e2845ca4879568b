"""The survey reads as the engines read: proven by joining it with their own listings."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from continuity.domain.compare import Outcome, compare
from continuity.domain.differences import Rules
from continuity.domain.listing import Unsurveyed
from continuity.domain.manifest import Entry, Kind, Seal
from continuity.domain.seal import seal
from continuity.hosts.observe import observe
from continuity.hosts.reuse import SurveyTally
from continuity.hosts.survey import survey
from continuity.hosts.walk import Scope
from tests.support.programs import ResticLine, missing, program, restic_of
from tests.support.snapshots import ResticRepository, RsyncGeneration, make_odd_tree, make_socket

Copy = ResticRepository | RsyncGeneration
MakeCopy = Callable[[str], Copy]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> ResticRepository:
    return ResticRepository(program("restic"), tmp_path_factory.mktemp("restic"))


@pytest.fixture
def make_copy(tmp_path: Path, request: pytest.FixtureRequest) -> MakeCopy:
    def make(engine: str) -> Copy:
        if engine == "restic":
            made: Copy = request.getfixturevalue("repository")
            return made
        place = tmp_path / "copies"
        place.mkdir()
        return RsyncGeneration(program("rsync"), place)

    return make


def joined(copy: Copy, scope: Scope) -> tuple[list[Entry], Unsurveyed]:
    unsurveyed = Unsurveyed()
    return list(seal(survey(scope, SurveyTally()), copy.listing(), unsurveyed)), unsurveyed


def unsealed(entries: list[Entry]) -> dict[bytes, str]:
    return {entry.path: entry.reason for entry in entries if entry.seal is not Seal.SEALED}


@pytest.mark.parametrize("engine", ["restic", "rsync"])
def test_every_entry_of_an_odd_tree_is_sealed_and_none_was_overlooked(
    make_copy: MakeCopy, tmp_path: Path, engine: str
) -> None:
    root = make_odd_tree(tmp_path)
    copy = make_copy(engine)
    copy.back_up(root)

    entries, unsurveyed = joined(copy, Scope(roots=(root,)))

    assert unsealed(entries) == {}
    assert unsurveyed.paths == []
    assert {Kind.FILE, Kind.DIRECTORY, Kind.SYMLINK, Kind.FIFO} == {one.kind for one in entries}


def test_names_that_restic_prints_alike_are_never_sealed(
    make_copy: MakeCopy, tmp_path: Path
) -> None:
    root = os.fsencode(tmp_path / "twins")
    os.makedirs(root + b"/\x80d")
    os.makedirs(root + b"/\x81d")
    for name in (b"/\x80", b"/\x81", b"/\x80\x80", b"/\x80d/x", b"/\x81d/y", b"/z"):
        Path(os.fsdecode(root + name)).write_text("same")
    copy = make_copy("restic")
    copy.back_up(root)

    entries, unsurveyed = joined(copy, Scope(roots=(root,)))

    doubtful = (b"/\x80", b"/\x80d", b"/\x80d/x", b"/\x81", b"/\x81d", b"/\x81d/y")
    assert {root + name: "name-ambiguous" for name in doubtful} == unsealed(entries)
    assert unsurveyed.paths == []


def test_a_socket_is_named_as_what_restic_does_not_keep(
    make_copy: MakeCopy, tmp_path: Path
) -> None:
    root = tmp_path / "run"
    root.mkdir()
    make_socket(root)
    copy = make_copy("restic")
    copy.back_up(os.fsencode(root))

    entries, _ = joined(copy, Scope(roots=(os.fsencode(root),)))

    assert {os.fsencode(root / "socket"): "socket-not-kept"} == unsealed(entries)


@pytest.mark.parametrize("engine", ["restic", "rsync"])
def test_overlapping_roots_and_roots_that_are_files_are_surveyed_once(
    make_copy: MakeCopy, tmp_path: Path, engine: str
) -> None:
    root = make_odd_tree(tmp_path)
    roots = (
        root + b"/a.dir",
        root + b"/plain",
        root + b"/link",
        root + b"/a.dir/a",
        root + b"/empty dir/",
    )
    copy = make_copy(engine)
    copy.back_up(*(one.rstrip(b"/") for one in roots))

    entries, unsurveyed = joined(copy, Scope(roots=roots))

    assert unsealed(entries) == {}
    assert unsurveyed.paths == []


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """A tree with another file system mounted in it."""
    root = tmp_path / "mounted"
    (root / "mount").mkdir(parents=True)
    (root / "before").touch()
    (root / "mount" / "hidden by the mount").touch()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(root / "mount")]
    if subprocess.run(mount, capture_output=True, timeout=10, check=False).returncode:
        missing("no file system can be mounted here")
    (root / "mount" / "sub").mkdir()
    (root / "mount" / "sub" / "file").touch()
    yield root
    subprocess.run(["umount", root / "mount"], check=True, timeout=10)


@pytest.mark.parametrize("one_file_system", [True, False])
@pytest.mark.parametrize("engine", ["restic", "rsync"])
def test_mount_points_are_crossed_exactly_when_the_engine_crosses_them(
    make_copy: MakeCopy, mounted: Path, engine: str, one_file_system: bool
) -> None:
    copy = make_copy(engine)
    options = ("--one-file-system",) if one_file_system else ()
    copy.back_up(os.fsencode(mounted), options=options)
    scope = Scope(roots=(os.fsencode(mounted),), one_file_system=one_file_system)

    entries, unsurveyed = joined(copy, scope)

    assert unsealed(entries) == {}
    assert unsurveyed.paths == []
    seen = os.fsencode(mounted / "mount" / "sub" / "file") in {one.path for one in entries}
    assert one_file_system is not seen


@pytest.mark.parametrize("engine", ["restic", "rsync"])
def test_an_intact_restore_matches_in_everything_down_to_the_nanosecond(
    make_copy: MakeCopy, tmp_path: Path, engine: str
) -> None:
    root = make_odd_tree(tmp_path)
    copy = make_copy(engine)
    copy.back_up(root)
    entries, _ = joined(copy, Scope(roots=(root,)))
    target = tmp_path / "restored"
    if isinstance(copy, ResticRepository):
        copy.restore(target)
    else:
        target = copy.place

    result = compare(entries, observe(target), Rules(owners=os.geteuid() == 0, full=True), keep=10)

    assert result.findings == ()
    assert len(entries) == result.verifiable
    assert result.compared_bytes > 3 << 20


def test_a_link_target_that_restic_cannot_keep_is_found_when_it_comes_back_changed(
    tmp_path: Path,
) -> None:
    """restic 0.14 stores what is not UTF-8 in a link's target as U+FFFD; newer ones keep it."""
    copy = ResticRepository(restic_of(ResticLine.FLOOR), tmp_path)
    root = os.fsencode(tmp_path / "links")
    os.mkdir(root)
    os.symlink(b"/nowhere/\xff", root + b"/link")
    copy.back_up(root)
    entries, _ = joined(copy, Scope(roots=(root,)))
    copy.restore(tmp_path / "restored")

    result = compare(entries, observe(tmp_path / "restored"), Rules(full=True))

    assert [(root + b"/link", Outcome.CORRUPT)] == [one[:2] for one in result.findings]
