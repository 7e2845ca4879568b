"""Repositories of restic that are there, and not what they were."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support.copying import restic


def harm_config(vault: Path) -> None:
    (vault / "config").unlink()


def harm_index(vault: Path) -> None:
    for index in (vault / "index").iterdir():
        index.unlink()


def harm_packs(vault: Path) -> None:
    for pack in (vault / "data").rglob("*"):
        if pack.is_file():
            pack.chmod(0o600)
            pack.write_bytes(bytes(byte ^ 0x55 for byte in pack.read_bytes()))


def harm_keys(vault: Path) -> None:
    """Give it another password than the one that is known."""
    restic("init", "--repo", f"{vault}.other", env={"RESTIC_PASSWORD": "another"})
    for place in (vault / "keys", vault / "config"):
        shutil.rmtree(place) if place.is_dir() else place.unlink()
    for name in ("keys", "config"):
        Path(f"{vault}.other/{name}").rename(vault / name)
    shutil.rmtree(f"{vault}.other")


def harm_identity(vault: Path) -> None:
    """Let an empty repository stand in its place."""
    shutil.rmtree(vault)
    restic("init", "--repo", vault)
