"""Stored bytes read back pack by pack, with a memory of which."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from continuity.workflows.reading_back import read_back
from continuity.workflows.reading_packs import ledger_of
from continuity.workflows.running import Ended
from continuity.workflows.world import unwatched
from tests.support.cheap_keys import cheapen
from tests.support.firm import PASSWORD, Firm, Office, Wishes, a_firm, at_work, body_of
from tests.support.sabotage import Harm, harm

pytestmark = pytest.mark.tool("restic")


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return a_firm(tmp_path, Wishes(engines={"erp": "restic"}, job={"check_slices": 3}))


@pytest.fixture
def office(firm: Firm) -> Iterator[Office]:
    """Four backups, so that there are four packs of contents and four of directories."""
    with at_work(firm) as office:
        for number in range(4):
            (firm.source() / f"file {number}").write_bytes(os.urandom(20_000))
            office.back_up()
            if number == 0:
                cheapen(firm.repository(), PASSWORD)
        yield office


def checked(office: Office) -> Ended:
    return read_back(office.app.bench, office.protected(), office.facts(), unwatched())


def packs_of(firm: Firm) -> set[bytes]:
    return {bytes.fromhex(path.name) for path in (firm.repository() / "data").glob("*/*")}


def ledger(office: Office) -> set[bytes]:
    identity = str(body_of(checked(office))["repository_id"])
    return {proof.path for proof in office.app.bench.store.proofs(ledger_of(identity))}


def test_a_round_of_checks_reads_every_pack(firm: Firm, office: Office) -> None:
    bodies = [body_of(checked(office)) for _ in range(2)]
    known = ledger(office)

    assert [body["verdict"] for body in bodies] == ["PASS", "PASS"]
    assert known == packs_of(firm)
    assert [body["slice"]["k"] for body in bodies] == [1, 2]
    for body in bodies:
        assert 0 < body["packs"]["read"] < body["packs"]["of"] == len(known)
        assert "witness" in [phase["name"] for phase in body["phases"]]


def test_a_damaged_pack_is_found_within_the_round_and_read_first_until_it_is_right(
    firm: Firm, office: Office
) -> None:
    pack = max((firm.repository() / "data").glob("*/*"), key=lambda path: path.stat().st_size)
    harm(pack, Harm.FLIP, 100)

    bodies = [body_of(checked(office)) for _ in range(4)]
    harm(pack, Harm.FLIP, 100)
    mended = body_of(checked(office))

    wrong = [body for body in bodies if body["verdict"] == "FAIL"]
    assert wrong
    assert bodies[-1]["verdict"] == "FAIL"
    assert {body["failure"] for body in wrong} == {"integrity"}
    assert mended["verdict"] == "PASS"


def test_a_job_can_have_the_engine_read_its_own_bytes(tmp_path: Path) -> None:
    wishes = Wishes(engines={"erp": "restic"}, job={"sample": {"independent": False}})
    firm = a_firm(tmp_path, wishes)
    (firm.source() / "file").write_bytes(b"content")
    with at_work(firm) as office:
        office.back_up()
        body = body_of(checked(office))

    assert body["verdict"] == "PASS"
    assert "packs" not in body
