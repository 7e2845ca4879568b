"""`sabotage` breaks copies and sees the alarm go off; nothing real is touched."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.support.firm import Firm, Wishes, a_firm
from tests.support.slots import kinds_of
from tests.support.terminal import filled, run

pytestmark = pytest.mark.tool("restic")


def digest_of(folder: Path) -> str:
    """Everything below a folder, by its bytes."""
    digest = hashlib.sha256()
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        digest.update(f"{path}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def a_backed_up_firm(root: Path, engine: str) -> Firm:
    wishes = Wishes(engines={"erp": engine}, job={"schedule": {"backup": "daily at 02:00"}})
    firm = filled(a_firm(root, wishes))
    assert run(firm, "backup").code == 0
    return firm


@pytest.mark.parametrize("engine", ["restic", "rsync"])
def test_each_sabotage_goes_red_in_a_copy_and_the_repository_stays_as_it_was(
    tmp_path: Path, engine: str
) -> None:
    firm = a_backed_up_firm(tmp_path, engine)
    before = digest_of(firm.repository())
    said = run(firm, "sabotage", "--json").objects()[0]
    found = {one["name"]: one["verdict"] for one in said["tried"]}

    keyed = {"expired-key": "PASS"} if engine == "restic" else {}
    # Without a channel nobody would hear of it, and that is red.
    assert found == {"flipped-byte": "PASS", "stopped-job": "PASS", "person": "FAIL", **keyed}
    assert digest_of(firm.repository()) == before
    assert list((firm.state / "scratch").glob("sabotage-*")) == []
    assert kinds_of(firm)[-1] == "sabotage.tried"
    assert "check.finished" not in kinds_of(firm)


def test_a_repository_that_is_bad_already_proves_no_alarm(tmp_path: Path) -> None:
    firm = a_backed_up_firm(tmp_path, "restic")
    packs = [path for path in (firm.repository() / "data").rglob("*") if path.is_file()]
    pack = max(packs, key=lambda path: path.stat().st_size)
    pack.chmod(0o600)
    pack.write_bytes(pack.read_bytes()[:-1])
    said = run(firm, "sabotage", "--json").objects()[0]

    verdicts = {one["name"]: one["verdict"] for one in said["tried"]}
    assert verdicts["flipped-byte"] == "INCONCLUSIVE"


def test_every_way_to_people_is_tried_and_one_that_fails_is_red(tmp_path: Path) -> None:
    firm = a_backed_up_firm(tmp_path, "rsync")
    secrets = {"address": {"env": "HOOK"}, "key": {"env": "KEY"}}
    (firm.workspace / "config/channels.yaml").write_text(
        json.dumps({"hook": {"kind": "webhook", "secrets": secrets}})
    )
    said = run(firm, "sabotage", HOOK="http://127.0.0.1:9/nobody", KEY="whsec_" + "a2V5" * 8)

    assert said.code == 1
    assert "FAIL          person:hook" in said.out
