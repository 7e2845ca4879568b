"""A restic repository in which one file was flipped, cut or deleted."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any  # JSON

import pytest

from tests.support.faults import Row
from tests.support.programs import quickest_restic
from tests.support.worlds import PASSWORD, World

pytestmark = pytest.mark.tool("restic")

PARTS = ("data-pack", "tree-pack", "index", "snapshot", "key")
WAYS = ("flipped", "truncated", "deleted")


def file_of(vault: Path, part: str) -> Path:
    """Find the file of the repository that holds this part of the copy of the job's files."""
    index, packs = max(_indexes(vault), key=lambda found: len(str(found[1])))
    match part:
        case "data-pack" | "tree-pack":
            kind = part.removesuffix("-pack")
            held = {str(pack["id"]): pack["blobs"][0]["type"] for pack in packs}
            name = next(pack for pack, of in held.items() if of == kind)
            return vault / "data" / name[:2] / name
        case "index":
            return index
        case "snapshot":
            listed = asked(vault, "snapshots", "--json", "--tag", "job=erp")
            return vault / "snapshots" / str(listed[-1]["id"])
        case _:
            (key,) = (vault / "keys").iterdir()
            return key


def _indexes(vault: Path) -> list[tuple[Path, list[dict[str, Any]]]]:
    paths = sorted((vault / "index").iterdir())
    return [(path, asked(vault, "cat", "index", path.name)["packs"]) for path in paths]


def asked(vault: Path, *words: str) -> Any:  # JSON
    """Ask the real restic, and read its JSON."""
    ran = subprocess.run(
        ["restic", "--repo", vault, "--no-cache", "--no-lock", *words],
        env={**os.environ, "RESTIC_PASSWORD": PASSWORD},
        capture_output=True,
        check=True,
        timeout=60,
    )
    return json.loads(ran.stdout)


def damage(path: Path, way: str) -> None:
    """Flip a byte in the middle, cut the file in half, or delete it."""
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    match way:
        case "flipped":
            content[middle] ^= 0xFF
            path.write_bytes(content)
        case "truncated":
            path.write_bytes(content[:middle])
        case _:
            path.unlink()


@pytest.mark.parametrize(
    ("part", "way"),
    [
        pytest.param(part, way, marks=pytest.mark.fault(f"restic-{part}-{way}"), id=f"{part}-{way}")
        for part in PARTS
        for way in WAYS
    ],
)
def test_a_drill_finds_damage_in_every_part_of_a_repository(
    world: World, row: Row, part: str, way: str
) -> None:
    damage(file_of(world.vault, part), way)
    if part.endswith("-pack"):
        world.install("restic", f'exec {quickest_restic()} "$@"')

    drilled = world.drill("erp", timeout=110)

    row.red_in(world, "erp", drilled)
    assert not list(world.sandbox.iterdir())


@pytest.mark.fault("restic-backup-on-damage")
def test_a_backup_onto_a_damaged_repository_does_not_hide_the_damage(
    world: World, row: Row
) -> None:
    damage(file_of(world.vault, "data-pack"), "truncated")
    world.install("restic", f'exec {quickest_restic()} "$@"')
    world.backup("erp")

    drilled = world.drill("erp")

    row.red_in(world, "erp", drilled)
