"""Read a repository in a process of its own that gets no more memory than it is given."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from continuity.domain.failure import ContinuityError


@dataclass(frozen=True, kw_only=True)
class Read:
    """How a reading ended: ``outcome`` is the class of the error, or ``read``."""

    outcome: str
    mebibytes: int
    seconds: float


def read_bounded(place: Path, mebibytes: int, seconds: float) -> Read:
    """Read every snapshot with all contents; what takes too much ends in an outcome of its own."""
    began = time.monotonic()
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "tests.support.bounded", str(place), str(mebibytes)],
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return Read(outcome="too long", mebibytes=0, seconds=seconds)
    took = time.monotonic() - began
    if ran.returncode != 0:
        return Read(outcome=ran.stderr[-300:], mebibytes=0, seconds=took)
    outcome, used = ran.stdout.split()
    return Read(outcome=outcome, mebibytes=int(used), seconds=took)


def _outcome(place: Path) -> str:
    from tests.support.witnessed import contents_of, witnessed

    try:
        with witnessed(place) as repository:
            contents_of(repository)
    except ContinuityError as error:
        return type(error).__name__
    return "read"


def main() -> None:
    """Read, and print the outcome and the most memory that was in use."""
    most = int(sys.argv[2]) << 20
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    outcome = _outcome(Path(sys.argv[1]))
    print(outcome, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)  # noqa: T201 - result


if __name__ == "__main__":
    main()
