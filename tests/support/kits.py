"""A firm whose recovery kit is used where Continuity is not: nothing in PATH but stock programs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from continuity.app import portfolio_of
from continuity.offline.bundle import Bundle, make_bundle
from continuity.offline.folders import FOLDERS, write_folder
from continuity.offline.grounds import Grounds, gather
from tests.support.firm import Firm, Office
from tests.support.programs import program

STOCK = ("cat", "cp", "dirname", "ls", "mkdir", "restic", "rsync", "sh", "sha256sum", "ssh", "test")

AWKWARD = (
    b"plain.txt",
    b" blank",
    b"-rf",
    b"*",
    b"back\\slash",
    b"line\nbreak",
    b"carriage\rreturn",
    b"l\xednea",
    b"it's $(touch owned) `id`",
    b'"quoted"; exit',
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    """How a script ended."""

    code: int
    out: bytes
    err: bytes


def grounds_of(office: Office) -> Grounds:
    """What a bundle of the firm is made of now."""
    standing = portfolio_of(office.app.workspace.root, office.app.means.environ)
    return gather(office.app.means, office.app.bench, standing.portfolio, standing.assess())


def bundled(office: Office, place: Path) -> Bundle:
    """Make a bundle and write it down."""
    bundle = make_bundle(grounds_of(office))
    write_folder(place, bundle.files)
    return bundle


def awkward_files(folder: Path) -> None:
    """Fill a source with files whose names hurt careless scripts."""
    for name in AWKWARD:
        path = Path(os.fsdecode(os.path.join(os.fsencode(folder), name)))
        path.write_bytes(name * 50)
    (folder / "deep").mkdir()
    (folder / "deep" / "empty").touch()


def stock_folder(folder: Path, *more: str) -> Path:
    """Make a folder with stock programs and nothing else."""
    folder.mkdir()
    for name in (*STOCK, *more):
        (folder / name).symlink_to(program(name))
    return folder


def run_script(script: Path, *words: str | Path, path: Path, **environ: str) -> Ran:
    """Run a script of the kit with an empty environment, as `env -i` would."""
    done = subprocess.run(
        [path / "sh", script, *words],
        env={"PATH": str(path), "HOME": "/nonexistent", **environ},
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=100,
        check=False,
    )
    return Ran(code=done.returncode, out=done.stdout, err=done.stderr)


def contents(folder: Path) -> Mapping[bytes, bytes | None]:
    """Every path below a folder with its content; None for a directory."""
    found: dict[bytes, bytes | None] = {}
    top = os.fsencode(folder)
    for above, folders, files in os.walk(top):
        for name in folders:
            found[os.path.relpath(os.path.join(above, name), top)] = None
        for name in files:
            path = os.path.join(above, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, top)] = file.read()
    return found


def brought_back(firm: Firm, target: Path, job: str) -> Mapping[bytes, bytes | None]:
    """What a script restored of a job."""
    return contents(target / str(firm.source(job)).lstrip("/"))


def held(files: Mapping[str, bytes]) -> dict[bytes, bytes | None]:
    """What a folder holds when all of a bundle is in it."""
    found: dict[bytes, bytes | None] = {name.encode(): text for name, text in files.items()}
    return {**found, **{name.encode(): None for name in FOLDERS}}
