"""Drills that go to the packs nobody looked into for longest."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from continuity.workflows.choosing_packs import touched_ledger
from continuity.workflows.pack_memory import ledger_of
from continuity.workflows.reading_back import read_back
from continuity.workflows.world import unwatched
from tests.support.cheap_keys import cheapen
from tests.support.firm import PASSWORD, Firm, Office, Wishes, a_firm, at_work, body_of
from tests.support.sabotage import Harm, harm
from tests.support.terminal import run

pytestmark = pytest.mark.tool("restic")

PACKS = 4
SAMPLE = {"random": 0, "due": 2, "largest": 0, "newest": 0}


def a_spread_firm(root: Path, **more: object) -> Firm:
    wishes = Wishes(
        engines={"erp": "restic"}, job={"sample": {**SAMPLE, **more}, "check_slices": 1}
    )
    return a_firm(root, wishes)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Firm, Path]:
    """Make a firm once, and keep how it was."""
    place = tmp_path_factory.mktemp("by-packs")
    (place / "firm").mkdir()
    firm = a_spread_firm(place / "firm")
    with at_work(firm) as office:
        spread(firm, office)
    shutil.copytree(firm.root, place / "as it was", symlinks=True)
    return firm, place / "as it was"


@pytest.fixture
def firm(made: tuple[Firm, Path]) -> Firm:
    firm, kept = made
    shutil.rmtree(firm.root)
    shutil.copytree(kept, firm.root, symlinks=True)
    return firm


def spread(firm: Firm, office: Office) -> None:
    """Back up a file after the other, so that each lies in a pack of its own."""
    for number in range(PACKS):
        (firm.source() / f"file {number}").write_bytes(os.urandom(20_000))
        office.back_up()
        if number == 0:
            cheapen(firm.repository(), PASSWORD)


@pytest.fixture
def office(firm: Firm) -> Iterator[Office]:
    with at_work(firm) as office:
        yield office


def known(office: Office, ledger: str) -> set[bytes]:
    return {proof.path for proof in office.app.bench.store.proofs(ledger)}


def test_every_pack_is_touched_in_as_many_drills_as_its_places_take(office: Office) -> None:
    bodies = [body_of(office.drill()) for _ in range(PACKS // 2)]
    identity = bodies[0]["repository_id"]

    stated = [body["pack_confidence"] for body in bodies]
    assert [body["verdict"] for body in bodies] == ["PASS"] * 2
    assert [(one["touched"], one["packs"], one["never_seen"]) for one in stated] == [
        (2, PACKS, PACKS),
        (2, PACKS, PACKS - 2),
    ]
    assert [body["sample"]["by"] for body in bodies] == ["packs"] * 2
    assert [body["sample"]["for_packs"] for body in bodies] == [2] * 2
    assert [one["bad"] for one in stated] == [0] * 2
    assert "any pack as likely" in stated[0]["sentence"]["template"]
    assert len(known(office, touched_ledger(identity))) == PACKS
    assert known(office, ledger_of(identity)) == set()


def test_a_pack_that_was_read_back_whole_waits_longer_than_one_that_was_not(
    firm: Firm, office: Office
) -> None:
    read_back(office.app.bench, office.protected(), office.facts(), unwatched())
    (firm.source() / "a new file").write_bytes(os.urandom(20_000))
    office.back_up()

    body = body_of(office.drill())

    identity = body["repository_id"]
    fresh = known(office, touched_ledger(identity)) - known(office, ledger_of(identity))
    assert body["pack_confidence"]["never_seen"] == 1
    assert os.fsencode(firm.source() / "a new file") in known(office, "erp")
    assert len(fresh) == 1


def test_a_pack_with_a_file_that_came_back_wrong_is_not_remembered(
    firm: Firm, office: Office
) -> None:
    packs = sorted((firm.repository() / "data").glob("*/*"), key=lambda path: path.stat().st_size)
    for pack in packs[-PACKS:]:
        harm(pack, Harm.FLIP, 100)

    body = body_of(office.drill())

    assert body["verdict"] == "FAIL"
    assert (body["pack_confidence"]["touched"], body["pack_confidence"]["bad"]) == (2, 2)
    assert known(office, touched_ledger(body["repository_id"])) == set()


def test_a_plan_tells_both_ways_beforehand_and_a_drill_with_its_seed_keeps_to_it(
    firm: Firm, office: Office
) -> None:
    job = firm.workspace / "jobs/erp.yaml"
    job.write_text(job.read_text().replace('"random": 0', '"random": 1'))
    told = json.loads(run(firm, "plan", "--drill", "--json", "erp").out)
    in_words = run(firm, "plan", "--drill", "erp").out
    with at_work(firm) as again:
        body = body_of(again.drill(seed=told["seed"]))

    ways, drilled = told["ways"], body["ways"]
    assert (told["packs"]["of"], told["packs"]["reached"]) == (PACKS, 3)
    assert (ways["restored"]["entries"], ways["read"]["files"], ways["both"]) == (
        drilled["restored"],
        drilled["read"],
        drilled["both"],
    )
    assert body["pack_confidence"]["touched"] == told["packs"]["reached"]
    assert ways["requests"] >= 1
    assert ways["stored_bytes"] >= 20_000
    assert ways["directories"] == len(firm.source().parts)
    assert f"3 of {PACKS}, never seen so far: {PACKS}" in in_words
    assert "Read a second way" in in_words


def test_a_sample_that_reaches_every_pack_anyway_is_left_as_it_is(
    firm: Firm, office: Office
) -> None:
    body = body_of(office.drill(size=PACKS))

    stated = body["pack_confidence"]
    assert (body["sample"]["by"], body["sample"]["for_packs"]) == ("packs", 0)
    assert (stated["touched"], stated["packs"], stated["most_bad"]) == (PACKS, PACKS, 0)
    assert len(known(office, touched_ledger(body["repository_id"]))) == PACKS


def test_where_nobody_can_tell_where_files_lie_their_age_decides_and_it_is_said(
    tmp_path: Path,
) -> None:
    firm = a_spread_firm(tmp_path, independent=False)
    with at_work(firm) as office:
        (firm.source() / "file").write_bytes(b"content")
        office.back_up()
        body = body_of(office.drill())

    assert (body["verdict"], body["sample"]["by"]) == ("PASS", "age")
    assert "by the backup program itself" in body["sample"]["why"]["template"]
    assert "pack_confidence" not in body


def test_a_second_reader_that_fails_while_files_are_chosen_leaves_nothing_green(
    firm: Firm, office: Office
) -> None:
    (firm.repository() / "index/no-index").write_bytes(b"unknown to everybody")

    body = body_of(office.drill())

    assert (body["verdict"], body["failure"]) == ("INCONCLUSIVE", "tool-error")
    assert body["sample"]["by"] == "age"
    assert "no-index" in str(body["sample"]["why"])
