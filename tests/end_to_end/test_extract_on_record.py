"""What an extraction finds wrong is known to the workspace as well."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support.copying import PASS, erp, points, proven
from tests.support.harmed import harm_packs
from tests.support.worlds import furnished

FAIL = 1


def test_what_an_extraction_finds_damaged_is_not_proven_until_a_restore_test_of_it_passes(
    tmp_path: Path,
) -> None:
    world = furnished(tmp_path / "world")
    assert world.run("backup", "--json", "erp").code == PASS
    assert world.run("drill", "--json", "erp").code == PASS
    before, (point,) = proven(world), points(world, "erp")
    shutil.copytree(world.vault, world.root / "kept")
    harm_packs(world.vault)
    to = ("--to", str(world.root / "extracted"), "--from", "vault")
    ran = world.run("extract", point["id"], str(world.source / "accounts/ledger.db"), *to)
    after, reasons = proven(world), erp(world)["reasons"]
    shutil.rmtree(world.vault)
    (world.root / "kept").rename(world.vault)
    drilled = world.run("drill", "--json", "erp").code

    assert ran.code == FAIL, ran
    assert (before, after) == ({"vault": True}, {"vault": False})
    assert reasons[0]["text"].startswith("An extraction found vault damaged: ")
    assert (drilled, proven(world)) == (PASS, before)
