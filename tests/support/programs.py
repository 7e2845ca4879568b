"""The real programs that tests run, and what happens where one is missing."""

import os
import re
import shutil
import subprocess
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[2]


class ResticLine(StrEnum):
    """Versions of restic that behave alike.

    0.17 brought exit codes for a missing repository and a lock, and `snapshot:folder`; 0.19 exit
    code 3 for one missing source among several.
    """

    FLOOR = "0.14-0.16"
    MIDDLE = "0.17-0.18"
    RECENT = "0.19-"


def missing(reason: str) -> NoReturn:
    """Skip the test, or fail it where CONTINUITY_REQUIRE_TOOLS=1 says that nothing is missing."""
    if os.environ.get("CONTINUITY_REQUIRE_TOOLS") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def program(name: str) -> Path:
    """Find a program on the PATH, or give the test up."""
    found = shutil.which(name)
    if found is None:
        missing(f"{name} is not installed")
    return Path(found)


def restic_of(line: ResticLine) -> Path:
    """Find a restic of this line, the installed one first, or give the test up."""
    for path, version in restics().items():
        if restic_line(version) is line:
            return path
    missing(f"no restic {line} here; ./run tools fetches it")


def quickest_restic() -> Path:
    """Find the newest restic: older ones try for a minute to read what is gone or cut."""
    if not restics():
        missing("restic is not installed")
    return max(restics().items(), key=lambda found: found[1])[0]


def restic_line(version: tuple[int, ...]) -> ResticLine:
    """Tell which line a version belongs to."""
    if version < (0, 17):
        return ResticLine.FLOOR
    if version < (0, 19):
        return ResticLine.MIDDLE
    return ResticLine.RECENT


@cache
def restics() -> dict[Path, tuple[int, ...]]:
    """Find every restic: the installed one, then those under .tools, with their versions."""
    installed = shutil.which("restic")
    candidates = [Path(installed)] if installed else []
    candidates += sorted(ROOT.glob(".tools/restic-*/restic"))
    return {path: _version(path) for path in candidates}


def _version(restic: Path) -> tuple[int, ...]:
    told = subprocess.run(
        [restic, "version"], capture_output=True, text=True, timeout=30, check=True
    ).stdout
    found = re.match(r"restic (\d+)\.(\d+)\.(\d+)", told)
    assert found is not None, f"{restic} says {told!r}"
    return tuple(int(part) for part in found.groups())


def promtool() -> str:
    """Find Prometheus's own program, the installed one first, or give the test up."""
    found = shutil.which("promtool", path=f"{os.environ['PATH']}:{ROOT / '.tools'}")
    return found or missing("promtool is not installed; ./run tools fetches it")


def postgresql_programs() -> Path:
    """Find the folder of the newest PostgreSQL server's programs, or give the test up."""
    folders = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    found = sorted(folders, key=lambda path: int(path.parts[-3]), reverse=True)
    if not found:
        missing("the PostgreSQL server is not installed")
    return found[0].parent


def as_plain_user() -> tuple[str, ...]:
    """Give the command that takes from root what permissions do not stop, and nothing else.

    Whoever is not root has no such power; then there is nothing to take.
    """
    if os.geteuid() != 0:
        return ()
    powers = "-dac_override,-dac_read_search"
    return (str(program("setpriv")), f"--bounding-set={powers}", f"--inh-caps={powers}")
