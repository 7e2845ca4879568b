"""What a sandbox promises while it is open."""

from __future__ import annotations

import os
import shutil
import stat
import string
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from continuity.domain.failure import ConfigurationError, NoSpaceError
from continuity.hosts.process import Life, life_of
from continuity.hosts.removal import open_directory
from continuity.sandbox.contents import inspect_tree
from continuity.sandbox.interlocks import Interlocks, check_place
from continuity.sandbox.isolation import Isolation
from continuity.sandbox.marker import MARKER, read_marker
from continuity.sandbox.sandbox import Room, Sandbox, open_sandbox

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
SMALL = Room(expected_bytes=1000, reserve_bytes=0)


def opened(place: Path, interlocks: Interlocks | None = None, room: Room = SMALL) -> Sandbox:
    return open_sandbox(
        place, run_id="run-1", interlocks=interlocks or Interlocks(), room=room, now=NOW
    )


def test_a_sandbox_and_the_place_made_for_it_are_private(tmp_path: Path) -> None:
    sandbox = opened(tmp_path / "deep" / "place")

    modes = {
        stat.S_IMODE(path.stat().st_mode)
        for path in (tmp_path / "deep", sandbox.path.parent, sandbox.path, sandbox.tree)
    }
    assert modes == {0o700}


def test_a_sandbox_says_whose_it_is_beside_the_restored_tree(tmp_path: Path) -> None:
    sandbox = opened(tmp_path / "place")

    marker = read_marker(open_directory(sandbox.path), sandbox.path.name)
    assert marker is not None
    assert (marker.run_id, marker.created, marker.token) == ("run-1", NOW, sandbox.token)
    assert life_of(marker.process) is Life.ALIVE
    assert list(sandbox.tree.iterdir()) == []
    assert sorted(path.name for path in sandbox.path.iterdir()) == [MARKER, "tree"]


def test_the_level_of_isolation_is_part_of_what_is_known(tmp_path: Path) -> None:
    assert opened(tmp_path / "place").isolation is Isolation.B


def test_two_sandboxes_never_share_a_directory(tmp_path: Path) -> None:
    assert opened(tmp_path / "place").path != opened(tmp_path / "place").path


def test_sharing_the_source_s_file_system_is_stated_and_not_refused(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    sandbox = opened(tmp_path / "place", Interlocks(sources=(os.fsencode(source),)))

    assert sandbox.shares_source_file_system


@pytest.mark.parametrize("relation", ["the same", "inside", "around"])
@pytest.mark.parametrize("kind", ["source", "repository", "workspace"])
def test_a_place_that_overlaps_something_protected_is_refused(
    tmp_path: Path, relation: str, kind: str
) -> None:
    protected = tmp_path / "a" / "b"
    protected.mkdir(parents=True)
    place = {"the same": protected, "inside": protected / "c", "around": tmp_path / "a"}[relation]
    path = os.fsencode(protected)
    interlocks = {
        "source": Interlocks(sources=(path,)),
        "repository": Interlocks(repositories=(path,)),
        "workspace": Interlocks(workspace=path),
    }[kind]

    with pytest.raises(ConfigurationError, match=f"overlaps the {kind}"):
        opened(place, interlocks)
    assert list(protected.iterdir()) == []


def test_a_place_reached_through_a_link_in_its_path_is_judged_by_where_it_really_is(
    tmp_path: Path,
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (tmp_path / "innocent").symlink_to(source)

    with pytest.raises(ConfigurationError, match="overlaps the source"):
        opened(tmp_path / "innocent" / "place", Interlocks(sources=(os.fsencode(source),)))


def test_a_source_named_through_a_link_is_protected_where_it_really_is(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    alias = tmp_path / "alias"
    alias.symlink_to(source)

    with pytest.raises(ConfigurationError, match="overlaps the source"):
        opened(source / "place", Interlocks(sources=(os.fsencode(alias),)))


def test_a_name_that_only_begins_like_a_source_is_not_inside_it(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    interlocks = Interlocks(sources=(os.fsencode(tmp_path / "data"),))

    assert opened(tmp_path / "data-sandbox", interlocks).tree.is_dir()


@pytest.mark.parametrize(
    "place",
    [
        *("/", "/etc", "/etc/x", "/usr", "/usr/local/x", "/var", "/var/lib"),
        *("/tmp", "/dev/x", "/bin/x"),
        *("/proc/self/x", "/home", "/srv", "/run", "~", "~/.."),
    ],
)
def test_a_system_directory_is_never_a_place(place: str) -> None:
    with pytest.raises(ConfigurationError, match="system directory"):
        check_place(Path(place).expanduser(), Interlocks())


@pytest.mark.parametrize("place", ["/var/tmp/continuity", "/var/lib/continuity/sandbox", "/srv/x"])
def test_a_directory_of_its_own_below_a_shared_one_is_a_place(place: str) -> None:
    assert check_place(Path(place), Interlocks()) == Path(place)


NAMES = st.text(string.ascii_letters + ". -#$[\n", min_size=1, max_size=6).filter(
    lambda name: name not in {".", ".."}
)
PARTS = st.lists(NAMES, min_size=1, max_size=4)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(protected=PARTS, below=PARTS)
def test_no_path_within_or_around_a_source_is_ever_a_place(
    protected: list[str], below: list[str]
) -> None:
    base = Path("/var/tmp/continuity-nowhere")
    source = base.joinpath(*protected)
    interlocks = Interlocks(sources=(os.fsencode(source),))
    winding = source / "x" / ".." / "." / below[0]

    for place in (source, source.joinpath(*below), winding, *source.parents[: len(protected)]):
        with pytest.raises(ConfigurationError):
            check_place(place, interlocks)


@settings(max_examples=60, deadline=None)
@given(one=PARTS, other=PARTS)
def test_places_beside_a_source_are_free(one: list[str], other: list[str]) -> None:
    base = Path("/var/tmp/continuity-nowhere")
    place = base.joinpath("place", *one)
    interlocks = Interlocks(sources=(os.fsencode(base.joinpath("source", *other)),))

    assert check_place(place, interlocks) == place


def test_a_place_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "place").symlink_to(tmp_path / "real")

    with pytest.raises(ConfigurationError, match="symbolic link"):
        opened(tmp_path / "place")


def test_a_place_where_others_may_write_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    place.chmod(0o777)

    with pytest.raises(ConfigurationError, match="other users may write"):
        opened(place)


def test_a_place_whose_parent_everybody_may_rename_is_refused(tmp_path: Path) -> None:
    parent = tmp_path / "parent"
    parent.mkdir()
    parent.chmod(0o777)

    with pytest.raises(ConfigurationError, match="everybody may rename"):
        opened(parent / "place")


def test_a_place_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "place").write_text("")

    with pytest.raises(ConfigurationError, match="not a directory"):
        opened(tmp_path / "place")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_a_place_of_another_user_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir(mode=0o700)
    os.chown(place, 65534, 65534)

    with pytest.raises(ConfigurationError, match="another user"):
        opened(place)


def test_too_little_room_is_known_before_anything_is_made(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    room = Room(expected_bytes=free, reserve_bytes=0)

    with pytest.raises(NoSpaceError, match="needs"):
        opened(tmp_path / "place", room=room)
    assert list((tmp_path / "place").iterdir()) == []


def test_the_reserve_is_kept_for_everybody_else(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free

    with pytest.raises(NoSpaceError):
        opened(tmp_path / "place", room=Room(expected_bytes=0, reserve_bytes=2 * free))
    sandbox = opened(tmp_path / "place", room=Room(expected_bytes=0, reserve_bytes=free // 2))
    assert 0 < sandbox.room_bytes <= free


def test_too_few_inodes_are_no_space(tmp_path: Path) -> None:
    if not os.statvfs(tmp_path).f_files:
        pytest.skip("this file system makes inodes as it needs them")

    with pytest.raises(NoSpaceError, match="more files"):
        opened(
            tmp_path / "place",
            room=Room(expected_bytes=0, expected_entries=1 << 50, reserve_bytes=0),
        )


def test_restored_devices_and_set_id_files_are_reported_and_left(tmp_path: Path) -> None:
    sandbox = opened(tmp_path / "place")
    program = sandbox.tree / "bin"
    program.write_text("")
    program.chmod(0o4755)
    expected_devices: tuple[bytes, ...] = ()
    if os.geteuid() == 0:
        os.mknod(sandbox.tree / "null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
        expected_devices = (b"/null",)
    os.mkfifo(sandbox.tree / "fifo")

    oddities = inspect_tree(sandbox.tree)
    assert oddities.devices == expected_devices
    assert oddities.set_id == (b"/bin",)
    assert oddities.set_id_count == 1
    assert stat.S_IMODE(program.stat().st_mode) == 0o4755
