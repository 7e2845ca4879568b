"""Stored bytes read back pack by pack, with a memory of which."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any  # JSON

import pytest

from continuity.cli.plan_read_back import show_read_back
from continuity.domain.packs_judgement import late_reading
from continuity.domain.verdict import Verdict
from continuity.engines.engine import Progress
from continuity.workflows.pack_memory import ledger_of
from continuity.workflows.reading_back import read_back
from continuity.workflows.reading_packs import plan_packs
from continuity.workflows.running import Ended
from continuity.workflows.world import Watch, unwatched
from tests.support.cheap_keys import cheapen
from tests.support.firm import PASSWORD, Firm, Office, Wishes, a_firm, at_work, body_of
from tests.support.sabotage import Harm, harm

pytestmark = pytest.mark.tool("restic")


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return a_firm(tmp_path, Wishes(engines={"erp": "restic"}, job={"check_slices": 3}))


@pytest.fixture
def office(firm: Firm) -> Iterator[Office]:
    with at_work(firm) as office:
        fill(firm, office)
        yield office


def fill(firm: Firm, office: Office) -> None:
    """Back up three times, so that there are three packs of contents and three of directories."""
    for number in range(3):
        (firm.source() / f"file {number}").write_bytes(os.urandom(20_000))
        office.back_up()
        if number == 0:
            cheapen(firm.repository(), PASSWORD)


def checked(office: Office) -> Ended:
    return read_back(office.app.bench, office.protected(), office.facts(), unwatched())


def packs_of(firm: Firm) -> set[bytes]:
    return {bytes.fromhex(path.name) for path in (firm.repository() / "data").glob("*/*")}


def ledger(office: Office, body: dict[str, Any]) -> set[bytes]:
    proofs = office.app.bench.store.proofs(ledger_of(str(body["repository_id"])))
    return {proof.path for proof in proofs}


def test_as_many_checks_as_written_read_every_pack(firm: Firm, office: Office) -> None:
    bodies = [body_of(checked(office)) for _ in range(3)]

    assert [body["verdict"] for body in bodies] == ["PASS", "PASS", "PASS"]
    assert ledger(office, bodies[0]) == packs_of(firm)
    for body in bodies:
        assert 0 < body["packs"]["read"] < body["packs"]["of"] == len(packs_of(firm))
        assert body["packs"]["transferred"] > body["packs"]["bytes"] > 0
        assert "witness" in [phase["name"] for phase in body["phases"]]
    assert not bodies[0]["packs"]["whole"]
    assert bodies[-1]["packs"]["whole"]


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


WEEK = timedelta(weeks=1)
WEEKLY: dict[str, object] = {
    "schedule": {"read_back": "weekly on sunday at 04:00"},
    "read_back": {"within": "3w", "max_bytes": 30_000},
}
"""A deadline in which three packs of 20 KB each cannot be read by this budget."""


def test_what_the_budget_cannot_read_in_time_is_said_before_and_after_and_is_never_green(
    tmp_path: Path,
) -> None:
    firm = a_firm(tmp_path, Wishes(engines={"erp": "restic"}, job=WEEKLY))
    with at_work(firm) as office:
        fill(firm, office)
        open_witness = office.protected().find_witness("erp")
        assert open_witness is not None
        plan = plan_packs(office.app.bench, office.protected(), open_witness)
        short = body_of(checked(office))
        standing = list(late_reading(office.facts(), 3 * WEEK, office.clock.moment, "UTC"))
        office.clock.go_on(3 * WEEK)
        late = body_of(checked(office))

    assert plan.round.short
    assert plan.round.takes.bytes < 30_000
    assert (short["verdict"], short["failure"]) == ("INCONCLUSIVE", "overdue")
    assert "each round needs {needed}" in short["reason"]["template"]
    assert short["packs"]["transferred"] <= 30_000
    assert short["packs"]["ahead"]["needed"]["bytes"] > short["packs"]["ahead"]["allowed"]["bytes"]
    assert [reason.verdict for reason in standing] == [Verdict.INCONCLUSIVE]
    assert (late["verdict"], late["failure"]) == ("OVERDUE", "overdue")
    assert late["packs"]["overdue"] > 0


def test_the_plan_of_a_read_back_shows_the_numbers_and_the_estimate_with_its_day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    firm = a_firm(tmp_path, Wishes(engines={"erp": "restic"}, job=WEEKLY))
    place = firm.workspace / "config/repositories.yaml"
    written = json.loads(place.read_text())
    written["erp"]["prices"] = {"as_of": "2026-11-21", "currency": "EUR", "per_gb_out": 900}
    place.write_text(json.dumps(written))
    with at_work(firm) as office:
        fill(firm, office)
        show_read_back(office.app, office.protected(), as_json=True)
        plan = json.loads(capsys.readouterr().out)
        show_read_back(office.app, office.protected(), as_json=False)
    told = " ".join(capsys.readouterr().out.split())

    assert plan["packs"]["ahead"]["short_of"] == "bytes"
    assert plan["packs"]["transferred"] <= 30_000
    assert plan["packs"]["cost"]["millionths"] == -(-plan["packs"]["transferred"] * 900 // 1_000)
    assert "21d, in 2 rounds 7d apart, and one in reserve" in told
    assert "each round needs" in told
    assert "by the prices written down for 2026-11-21" in told


def test_a_proof_that_a_wrong_clock_dated_ahead_is_not_believed(firm: Firm, office: Office) -> None:
    office.clock.go_on(52 * WEEK)
    ahead = ledger(office, body_of(checked(office)))
    office.clock.go_on(-52 * WEEK)
    bodies = [body_of(checked(office)) for _ in range(3)]
    proofs = office.app.bench.store.proofs(ledger_of(str(bodies[0]["repository_id"])))

    assert ahead
    assert {body["verdict"] for body in bodies} == {"INCONCLUSIVE"}
    assert {proof.path for proof in proofs if proof.proven_at <= office.clock.moment} == packs_of(
        firm
    )


def test_a_round_that_is_stopped_keeps_what_it_had_proven(firm: Firm, office: Office) -> None:
    class StoppedError(Exception):
        pass

    def stop(progress: Progress) -> None:
        if progress.files == 2:
            raise StoppedError

    watch = Watch(phase=lambda _name: None, progress=stop)
    with pytest.raises(StoppedError):
        read_back(office.app.bench, office.protected(), office.facts(), watch)
    body = body_of(checked(office))

    assert body["verdict"] == "PASS"
    assert len(ledger(office, body)) == body["packs"]["read"] + 1


def test_a_job_can_have_the_engine_read_its_own_bytes(tmp_path: Path) -> None:
    wishes = Wishes(engines={"erp": "restic"}, job={"sample": {"independent": False}})
    firm = a_firm(tmp_path, wishes)
    (firm.source() / "file").write_bytes(b"content")
    with at_work(firm) as office:
        office.back_up()
        body = body_of(checked(office))

    assert body["verdict"] == "PASS"
    assert "packs" not in body
