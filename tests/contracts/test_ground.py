"""The ground on a machine before anything of it is replaced: what is refused, and why."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any  # fields of a fact, handed on

import pytest

from continuity.domain.failure import (
    ConfigurationError,
    ContinuityError,
    NoSpaceError,
    SourceError,
    ToolError,
    ToolMissingError,
)
from continuity.domain.manifest import Kind
from continuity.hosts.files import LocalFiles
from continuity.hosts.ground import Coming, holding, inventory, number_of, require_ground
from continuity.hosts.host import Command, Finished
from continuity.hosts.local import LocalHost
from tests.support.programs import ROOT, program

HERE = LocalHost("web1")


# Any: fields of a fact, handed on.
def coming(*lives: Path | str, kind: Kind = Kind.DIRECTORY, **more: Any) -> Coming:
    paths = tuple(os.fsencode(live) for live in lives)
    kinds = dict.fromkeys(paths, kind)
    keys = {"lives": paths, "kinds": kinds, "size": 1, "entries": 1, "reserve": 0}
    return Coming(**{**keys, **more})


def refused(wanted: Coming) -> ContinuityError:
    with pytest.raises(ContinuityError) as refusal:
        require_ground(HERE, LocalFiles(), wanted)
    return refusal.value


@pytest.fixture
def live(tmp_path: Path) -> Path:
    (tmp_path / "live").mkdir()
    return tmp_path / "live"


def test_a_plain_directory_with_room_beside_it_can_be_replaced(live: Path) -> None:
    (above,) = LocalFiles().look((os.fsencode(live.parent),))

    assert require_ground(HERE, LocalFiles(), coming(live)) == number_of(above)


def test_what_is_not_there_can_come_back(live: Path) -> None:
    live.rmdir()

    assert require_ground(HERE, LocalFiles(), coming(live))


def test_no_place_without_a_directory_above_it(live: Path) -> None:
    assert isinstance(refused(coming(live / "gone/deep")), SourceError)


def test_a_way_that_leads_through_a_link_is_refused(live: Path) -> None:
    (live.parent / "short").symlink_to(live)
    error = refused(coming(live.parent / "short/deep"))

    assert isinstance(error, ConfigurationError)
    assert "leads through a link" in str(error.what)


def test_a_link_is_replaced_only_by_a_link(live: Path) -> None:
    (live.parent / "link").symlink_to(live)
    link = live.parent / "link"
    error = refused(coming(link))

    assert "was none when it was copied" in str(error.what)
    assert require_ground(HERE, LocalFiles(), coming(link, kind=Kind.SYMLINK))


@pytest.mark.parametrize("path", ["/", "/usr", "/usr/bin", "/lib/x", "/etc", "/var", "/var/lib"])
def test_what_that_machine_is_made_of_is_not_replaced(path: str) -> None:
    assert "belongs to the system" in str(refused(coming(path)).what)


def test_the_home_by_which_it_is_entered_is_not_replaced() -> None:
    assert isinstance(refused(coming(Path.home())), ConfigurationError)


def test_a_repository_that_lies_there_is_not_moved_away(live: Path) -> None:
    holds = holding((os.fsencode(live / "vault"),))
    error = refused(coming(live, holds=holds))

    assert "which this restore needs" in str(error.what)
    beside = holding((os.fsencode(live) + b"2",))
    assert require_ground(HERE, LocalFiles(), coming(live, holds=beside))


def test_without_room_or_inodes_nothing_is_begun(live: Path) -> None:
    assert isinstance(refused(coming(live, size=1 << 62)), NoSpaceError)
    assert isinstance(refused(coming(live, reserve=1 << 62)), NoSpaceError)
    if os.statvfs(live).f_files:
        assert isinstance(refused(coming(live, entries=1 << 60)), NoSpaceError)


MOUNTED = """
import os, sys
from tests.contracts.test_ground import coming, refused
place = sys.argv[1]
for one in (place + "/mount point", place):
    print(str(refused(coming(one)).what).endswith("mounted at " + place + "/mount point."))
    print("because a disk is mounted" in str(refused(coming(one)).what))
"""


@pytest.mark.tool("bwrap")
def test_no_disk_is_taken_along_that_is_mounted_there_or_below(live: Path) -> None:
    place = live / "mount point"
    place.mkdir()
    bind = ("--dev-bind", "/", "/", "--tmpfs", str(place), "--chdir", str(ROOT))
    done = subprocess.run(
        [program("bwrap"), *bind, sys.executable, "-c", MOUNTED, str(live)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert done.stdout.split() == ["True"] * 4, done.stderr


@dataclass
class Poor:
    """A machine whose programs are only those of one directory."""

    path: Path
    name: str = "web1"

    def run(self, command: Command) -> Finished:
        return HERE.run(replace(command, env={**command.env, "PATH": str(self.path)}))

    def stream(self, command: Command, on_line: Callable[[bytes], object]) -> Finished:
        raise AssertionError

    def pieces(self, command: Command) -> Generator[bytes, None, Finished]:
        raise AssertionError


def test_a_program_that_is_missing_there_is_named(live: Path, tmp_path: Path) -> None:
    for name in ("sh", "stat", "readlink", "cat", "sync"):
        (tmp_path / name).symlink_to(program(name))
    with pytest.raises(ToolMissingError) as missing:
        require_ground(Poor(tmp_path), LocalFiles(), coming(live))

    with pytest.raises(ToolMissingError) as fewer:
        require_ground(Poor(tmp_path), LocalFiles(), coming(live, sent=False))

    assert "perl, rsync" in str(missing.value.what)
    assert str(fewer.value.what).endswith(": perl.")


@pytest.mark.parametrize("script", ["exit 0", "echo 1 2 3 x", "exit 1"])
def test_what_is_not_understood_is_no_ground(live: Path, tmp_path: Path, script: str) -> None:
    for name in ("sh", "readlink", "cat", "sync", "perl", "rsync"):
        (tmp_path / name).symlink_to(program(name))
    (tmp_path / "stat").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "stat").chmod(0o755)
    with pytest.raises(ToolError):
        require_ground(Poor(tmp_path), LocalFiles(), coming(live))


def test_what_stands_there_is_counted(live: Path) -> None:
    (live / "two\nlines").write_text("four")
    os.utime(live / "two\nlines", (2e9, 2e9))
    found = inventory(HERE, (os.fsencode(live),))
    size = live.stat().st_size

    assert (found.entries, found.bytes, found.newest) == (2, size + 4, 2e9)
    assert inventory(HERE, ()).entries == 0
