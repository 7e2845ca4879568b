"""What follows a backup: points retired, manifests copied, the record signed, bytes read back."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from continuity.domain.evidence import RecordKind
from continuity.domain.failure import ConfigurationError, FailureClass
from continuity.domain.verdict import Verdict
from continuity.workflows.accepting import accept_point
from continuity.workflows.copies import copy_manifests
from continuity.workflows.guarding import sign_if_due
from continuity.workflows.reading_back import next_slice, read_back
from continuity.workflows.retire import plan_retirement, retire
from continuity.workflows.world import unwatched
from tests.support.firm import Firm, Office, Wishes, a_firm, at_work

pytestmark = [pytest.mark.tool("restic"), pytest.mark.tool("rsync")]

ENGINES = ("rsync", "restic")
RULE = {"last": 2, "daily": 0, "weekly": 0, "monthly": 0}


@pytest.fixture(params=ENGINES)
def firm(request: pytest.FixtureRequest, tmp_path: Path) -> Firm:
    # What the engine's own program reads, it reads by slices.
    alone = {"sample": {"independent": False}, "check_slices": 3}
    wishes = Wishes(engines={"erp": request.param}, job={"retention": RULE, **alone})
    made = a_firm(tmp_path, wishes)
    for number in range(30):
        (made.source() / f"file {number}").write_bytes(os.urandom(500))
    return made


@pytest.fixture
def office(firm: Firm) -> Iterator[Office]:
    with at_work(firm) as office:
        yield office


def standing(office: Office) -> list[str]:
    return [point.id for point in office.facts().points if point.removed_at is None]


def nights(office: Office, count: int) -> list[str]:
    for _ in range(count):
        assert office.back_up().conclusion.verdict is Verdict.PASS
        office.clock.go_on(timedelta(days=1))
    return standing(office)


def test_points_beyond_the_rule_go_and_the_last_ones_can_still_be_restored(office: Office) -> None:
    points = nights(office, 4)

    ended = retire(office.app.bench, office.protected(), office.facts(), unwatched())

    assert ended is not None
    assert ended.conclusion.verdict is Verdict.PASS
    assert standing(office) == points[-2:]
    assert office.drill(full=True).conclusion.verdict is Verdict.PASS
    listed = [snapshot.id for snapshot in office.protected().open_engine(True).snapshots()]
    assert listed == points[-2:]


def test_the_last_proven_point_outlives_the_rule(office: Office) -> None:
    (proven,) = nights(office, 1)
    assert office.drill().conclusion.verdict is Verdict.PASS
    nights(office, 3)

    retire(office.app.bench, office.protected(), office.facts(), unwatched())

    assert proven in standing(office)


def test_a_quarantined_backup_holds_every_removal_until_a_person_accepts_it(
    firm: Firm, office: Office
) -> None:
    nights(office, 3)
    for path in firm.source().iterdir():
        path.write_bytes(os.urandom(500))
    assert office.back_up().conclusion.failure is FailureClass.POSSIBLE_ENCRYPTION
    held = plan_retirement(office.app.bench, office.protected(), office.facts())

    suspect = standing(office)[-1]
    accept_point(office.app.bench, "erp", suspect)

    assert held.held is not None
    assert held.removed == ()
    office.clock.go_on(timedelta(days=1))
    assert office.back_up().conclusion.verdict is Verdict.PASS
    assert plan_retirement(office.app.bench, office.protected(), office.facts()).removed != ()


@pytest.mark.parametrize("firm", ["rsync"], indirect=True)
def test_nothing_goes_while_the_newest_data_is_wrong_though_an_older_point_passed(
    office: Office,
) -> None:
    nights(office, 3)
    assert office.drill().conclusion.verdict is Verdict.PASS
    facts, (passed,) = office.facts(), office.facts().drills
    assert passed.data_time is not None
    wrong = passed._replace(
        verdict=Verdict.FAIL,
        failure=FailureClass.CHECKSUM_MISMATCH,
        at=passed.at - timedelta(hours=1),
        data_time=passed.data_time + timedelta(days=1),
    )
    newer = replace(facts, drills=(wrong, passed))
    elsewhere = wrong._replace(identity=wrong.identity._replace(repository="former"))

    plans = [
        plan_retirement(office.app.bench, office.protected(), known)
        for known in (facts, newer, replace(facts, drills=(elsewhere, passed)))
    ]

    assert [plan.removed == () for plan in plans] == [False, True, False]
    assert plans[1].held is not None


def test_nothing_is_accepted_that_is_not_in_quarantine(office: Office) -> None:
    (point,) = nights(office, 1)

    with pytest.raises(ConfigurationError, match="quarantined"):
        accept_point(office.app.bench, "erp", point)


def test_a_lost_manifest_comes_back_from_its_copy_in_the_repository(
    firm: Firm, office: Office
) -> None:
    nights(office, 1)
    assert copy_manifests(office.app.bench, office.protected(), unwatched()) is not None
    for shelf in (firm.state / "manifests").glob("??"):
        shutil.rmtree(shelf)

    assert office.drill(full=True).conclusion.verdict is Verdict.PASS


def test_the_copies_say_which_manifest_belongs_to_which_restore_point(
    firm: Firm, office: Office
) -> None:
    (point,) = nights(office, 1)
    copy_manifests(office.app.bench, office.protected(), unwatched())

    (line,) = (firm.state / "manifests" / "index.jsonl").read_text().splitlines()
    told = json.loads(line)

    assert told["point"] == point
    assert (firm.state / "manifests" / told["manifest"][:2]).is_dir()
    copies = office.protected().open_copies()
    listed = [item.path for item in copies.listing(copies.snapshots()[-1].id)]
    assert os.fsencode(firm.state / "manifests" / "index.jsonl") in listed


def test_an_altered_manifest_is_replaced_by_its_copy(firm: Firm, office: Office) -> None:
    nights(office, 1)
    copy_manifests(office.app.bench, office.protected(), unwatched())
    (manifest,) = (firm.state / "manifests").rglob("*.zst")
    manifest.write_bytes(manifest.read_bytes()[:-1] + b"x")

    assert office.drill(full=True).conclusion.verdict is Verdict.PASS


def test_without_any_copy_a_lost_manifest_leaves_nothing_to_prove_with(
    firm: Firm, office: Office
) -> None:
    nights(office, 1)
    for shelf in (firm.state / "manifests").glob("??"):
        shutil.rmtree(shelf)

    ended = office.drill()

    assert ended.conclusion.verdict is not Verdict.PASS
    assert ended.conclusion.failure is FailureClass.RECORD_DAMAGED


def test_manifests_are_copied_once_a_day_and_never_listed_as_a_point_of_the_job(
    office: Office,
) -> None:
    points = nights(office, 1)
    first = copy_manifests(office.app.bench, office.protected(), unwatched())
    again = copy_manifests(office.app.bench, office.protected(), unwatched())
    office.clock.go_on(timedelta(days=1))
    later = copy_manifests(office.app.bench, office.protected(), unwatched())

    assert first is not None
    assert again is None
    assert later is not None
    assert standing(office) == points
    assert office.back_up().conclusion.verdict is Verdict.PASS


def test_the_record_is_signed_once_a_day_also_when_nothing_happened(office: Office) -> None:
    signed = []
    for hours in (0, 1, 24, 1):
        office.clock.go_on(timedelta(hours=hours))
        signed.append(sign_if_due(office.app.bench))

    assert signed == [True, False, True, False]


def test_slices_take_turns_until_every_stored_byte_was_read_back(office: Office) -> None:
    nights(office, 1)
    bench = office.app.bench
    slices = []
    for _ in range(4):
        slices.append(next_slice(office.facts().checks, 3).k)
        ended = read_back(bench, office.protected(), office.facts(), unwatched())
        assert ended.conclusion.verdict is Verdict.PASS

    assert slices == [1, 2, 3, 1]
    checked = office.records([RecordKind.CHECK_FINISHED])
    assert [record.body["slice"] for record in checked][:2] == [
        {"k": 1, "n": 3},
        {"k": 2, "n": 3},
    ]


def test_a_source_whose_paths_were_edited_is_not_taken_for_an_encrypted_one(
    firm: Firm, office: Office
) -> None:
    nights(office, 1)
    moved = firm.root / "sources" / "moved"
    shutil.copytree(firm.source(), moved)
    job = firm.workspace / "jobs" / "erp.yaml"
    job.write_text(job.read_text().replace(str(firm.source()), str(moved)))

    with at_work(firm, office.clock) as later:
        ended = later.back_up()

    assert ended.conclusion.verdict is Verdict.PASS
