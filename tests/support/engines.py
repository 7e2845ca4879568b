"""Every engine in the same words: how to make an empty repository, copy into it and restore."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pydantic import BaseModel

from continuity.domain.secret import Secret
from continuity.engines.engine import (
    BackupRequest,
    BackupResult,
    Engine,
    EngineKind,
    Opening,
    Progress,
    RestoreRequest,
    RestoreResult,
)
from continuity.engines.registry import engine_kinds
from continuity.hosts.host import Host
from continuity.hosts.local import LocalHost
from tests.support.cheap_keys import cheapen
from tests.support.programs import program

PASSWORD = Secret("correct horse battery staple")


def ignore(_: Progress) -> None:
    """Take progress and do nothing with it."""


@dataclass(frozen=True)
class Bench:
    """A place where one kind of engine is tried; ``program`` is the tool it runs."""

    kind: EngineKind
    place: Path
    program: Path
    options: dict[str, object] = field(default_factory=dict)

    @property
    def repository(self) -> Path:
        return self.place / "repository"

    def open(
        self,
        *,
        password: Secret | None = PASSWORD,
        program: Path | None = None,
        use_cache: bool = True,
        host: Host | None = None,
    ) -> Engine:
        """Open the repository, which need not be there."""
        scratch = self.place / "scratch"
        scratch.mkdir(parents=True, exist_ok=True)
        options: BaseModel = self.kind.options.model_validate(self.options)
        return self.kind.open(
            Opening(
                host=host or LocalHost(),
                location=str(self.repository),
                password=password if self.kind.needs_password else None,
                options=options,
                scratch=scratch,
                use_cache=use_cache,
                program=str(program or self.program),
            )
        )

    def initialised(self) -> Engine:
        """Open an empty repository; making one anew costs restic 3 s, so it is a copy."""
        self.place.mkdir(parents=True, exist_ok=True)
        shutil.copytree(empty_repository(self.kind.name, self.program), self.repository)
        return self.open()


def bench(kind: str, place: Path, restic: Path | None = None, **options: object) -> Bench:
    """Set a bench up for this kind of engine, with the installed tool or this restic."""
    return Bench(engine_kinds()[kind], place, restic or program(kind), dict(options))


@cache
def empty_repository(kind: str, tool: Path) -> Path:
    """Make an empty repository once for all the tests of a worker."""
    place = Path(tempfile.mkdtemp(prefix="continuity-empty-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    made = Bench(engine_kinds()[kind], place, tool)
    made.open().initialise()
    if kind == "restic":
        cheapen(made.repository, PASSWORD.reveal())
    return made.repository


def request(*paths: Path | bytes, timeout: float = 60) -> BackupRequest:
    """Ask for a copy of these paths."""
    return BackupRequest(
        paths=tuple(os.fsencode(path) for path in paths),
        excludes=(),
        one_file_system=False,
        host="server",
        tags=("job:files",),
        timeout=timeout,
    )


def copied(engine: Engine, *paths: Path | bytes) -> BackupResult:
    """Make a snapshot of these paths."""
    return engine.back_up(request(*paths), ignore)


def restored(
    engine: Engine,
    snapshot: str,
    target: Path,
    paths: tuple[bytes, ...] | None = None,
    *,
    timeout: float = 100,
) -> RestoreResult:
    """Restore into a new directory; of so large a snapshot that nobody brings all unasked."""
    target.mkdir()
    asked = RestoreRequest(
        snapshot=snapshot,
        paths=paths,
        target=target,
        population_files=1_000_000,
        population_bytes=4 << 20,
        room_bytes=64 << 20,
        timeout=timeout,
    )
    return engine.restore(asked, ignore)


def brought_back(target: Path) -> dict[bytes, bytes]:
    """Read every restored regular file, by the path it had at its source."""
    root = os.fsencode(target)
    folders = ((folder, names) for folder, _, names in os.walk(root))
    paths = (os.path.join(folder, name) for folder, names in folders for name in names)
    files = (path for path in paths if os.path.isfile(path) and not os.path.islink(path))
    return {path[len(root) :]: content_of(path) for path in files}


def content_of(path: bytes) -> bytes:
    with open(path, "rb") as file:
        return file.read()
