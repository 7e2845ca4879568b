"""The program in a workspace of its own, and plain restic beside it."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.running import Ran, run

HERE = Path(__file__).resolve().parent.parent
PASSWORD = "measured, not kept"  # noqa: S105 - of repositories that are deleted at the end


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """Where sets are kept, where work is done, how often each thing is repeated, on what scale.

    ``rivals`` when other tools are measured as well.
    """

    cache: Path
    scratch: Path
    repetitions: int
    share: float
    rivals: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Workspace:
    """A workspace to run the program in."""

    root: Path

    @property
    def cache(self) -> Path:
        """Where the program keeps what it remembers of this workspace."""
        return self.root / "cache"

    def run(self, *words: str, good: tuple[int, ...] = (0,)) -> Ran:
        """Run the program as an operator does; its byte code is cached as for an operator."""
        return run(
            (sys.executable, "-m", "continuity", "-w", str(self.root), *words),
            environ={"XDG_CACHE_HOME": str(self.cache)},
            cwd=HERE,
            good=good,
        )

    def seconds(self, *words: str) -> float:
        """Run the program and give its time."""
        return self.run(*words).seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class Restic:
    """Plain restic on one repository, with its own cache as it has by default."""

    location: Path
    program: Path = Path("restic")

    def run(self, *words: str | bytes | Path) -> Ran:
        """Run restic."""
        return run((self.program, *words), environ=self.environ)

    def piped(self, pipeline: str) -> Ran:
        """Run a line of a shell in which restic ends a pipe, as a careful script does."""
        return run(("bash", "-o", "pipefail", "-c", pipeline), environ=self.environ)

    @property
    def environ(self) -> dict[str, str]:
        """What it is told by its environment."""
        return {
            "RESTIC_REPOSITORY": str(self.location),
            "RESTIC_PASSWORD": PASSWORD,
            "RESTIC_CACHE_DIR": str(self.location.with_suffix(".cache")),
        }

    def check(self, *words: str) -> Ran:
        """Check the repository, and read its bytes back if asked to."""
        return self.run("check", *words)

    def restored(self, target: Path, includes: Sequence[bytes] = ()) -> float:
        """Restore the newest snapshot, or only some paths of it; gives the seconds."""
        flat = tuple(word for path in includes for word in ("--include", path))
        return self.run("restore", "--target", target, *flat, "latest").seconds


def write_workspace(
    root: Path, sources: Mapping[str, Path], *, engine: str, repository: str | None = None
) -> Workspace:
    """Write a workspace with one job and one system for each source.

    Each has its repository, or all have one together when it is named.
    """
    (root / "secrets").mkdir(parents=True, mode=0o700)
    (root / "repositories").mkdir(exist_ok=True)
    secret = root / "secrets" / "password"
    secret.write_text(PASSWORD, encoding="ascii")
    secret.chmod(0o600)
    password = "  password:\n    file: secrets/password\n" if engine == "restic" else ""
    systems = "".join(
        f"{name}:\n  title: {name}\n  criticality: normal\n  owner: ana\n" for name in sources
    )
    repositories = "".join(
        f"{name}:\n  engine: {engine}\n  location: repositories/{name}\n{password}"
        for name in (sources if repository is None else (repository,))
    )
    files = {
        "config/continuity.yaml": "organisation: Bench\nlanguage: en\nzone: UTC\n",
        "config/people.yaml": "ana:\n  name: Ana\n",
        "config/systems.yaml": systems,
        "config/repositories.yaml": repositories,
        **{
            f"jobs/{name}.yaml": _job(name, source, repository or name)
            for name, source in sources.items()
        },
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Workspace(root=root)


def _job(name: str, source: Path, repository: str) -> str:
    """Write a job whose drills restore what was drawn at random and nothing more."""
    return (
        f"name: {name}\ntitle: {name}\nsystem: {name}\nrepository: {repository}\n"
        f"source:\n  paths: [{source}]\n"
        "sample:\n  due: 0\n  largest: 0\n  newest: 0\n"
    )


def draw(source: Path, size: int, seed: str) -> list[bytes]:
    """Draw the files that a drill with this seed draws, by the rule that it documents."""
    prefix = seed.encode() + b"\0"
    paths = [os.fsencode(path) for path in source.rglob("*") if path.is_file()]
    return sorted(paths, key=lambda path: hashlib.sha256(prefix + path).digest())[:size]


@contextmanager
def emptied(directory: Path) -> Iterator[Path]:
    """Give a place that is not there, before and after."""
    shutil.rmtree(directory, ignore_errors=True)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
