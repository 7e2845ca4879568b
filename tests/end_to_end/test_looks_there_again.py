"""What came back wrong is looked at again by every later sample, until it comes back right."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from continuity.domain.incident import ACTIVE
from continuity.service.response import respond_to_runs
from continuity.workflows.planning import DrillRequest, plan_drill
from tests.support.filled import filled, generation
from tests.support.firm import Firm, Office, Wishes, a_firm, at_work, body_of
from tests.support.sabotage import Harm, harm

SMALL = {"random": 1, "due": 0, "largest": 0, "newest": 0}


def a_firm_with_small_samples(root: Path) -> Firm:
    return filled(a_firm(root, Wishes(job={"sample": SMALL})), 12)


def drawn_by(office: Office, seed: str) -> str:
    request = DrillRequest(seed=seed)
    plan = plan_drill(office.app.bench, office.protected(), office.facts(), request)
    assert plan.sample is not None
    (path,) = plan.sample.random
    return path.decode().rpartition("/")[2]


def seed_without(office: Office, name: str) -> str:
    return next(seed for seed in "abcdefgh" if drawn_by(office, seed) != name)


def verdicts(office: Office, seeds: str) -> list[object]:
    return [body_of(office.drill(seed=seed))["verdict"] for seed in seeds]


def test_a_damaged_file_fails_every_sample_until_it_comes_back_right(tmp_path: Path) -> None:
    firm = a_firm_with_small_samples(tmp_path)
    with at_work(firm) as office:
        office.back_up()
        name = drawn_by(office, "s")
        other = seed_without(office, name)
        stored = generation(firm) / name
        shutil.copy2(stored, tmp_path / "kept")
        harm(stored, Harm.FLIP, 2)
        found = verdicts(office, "s" + other * 3)
        stored.chmod(0o600)
        shutil.copy2(tmp_path / "kept", stored)
        mended = body_of(office.drill(seed=other))
        after = body_of(office.drill(seed=other))

    assert found == ["FAIL"] * 4
    assert mended["verdict"] == after["verdict"] == "PASS"
    assert (mended["sample"]["size"], after["sample"]["size"]) == (2, 1)


def test_a_file_that_is_gone_from_the_source_is_not_asked_for_any_more(tmp_path: Path) -> None:
    firm = a_firm_with_small_samples(tmp_path)
    with at_work(firm) as office:
        office.back_up()
        name = drawn_by(office, "s")
        harm(generation(firm) / name, Harm.DELETE, 0)
        failed = body_of(office.drill(seed="s"))
        (firm.source() / name).unlink()
        office.clock.go_on(timedelta(hours=24))
        office.back_up()
        passed = body_of(office.drill(seed="s"))

    assert (failed["verdict"], passed["verdict"]) == ("FAIL", "PASS")


def test_an_older_point_that_passes_does_not_close_the_incident_of_a_newer_one(
    tmp_path: Path,
) -> None:
    firm = a_firm_with_small_samples(tmp_path)
    with at_work(firm) as office:
        office.back_up()
        name = drawn_by(office, "s")
        (firm.source() / name).write_text("written on the second day\n")
        office.clock.go_on(timedelta(hours=24))
        office.back_up()
        stored = generation(firm) / name
        shutil.copy2(stored, tmp_path / "kept")
        harm(stored, Harm.FLIP, 2)
        office.drill(seed="s")
        respond_to_runs(office.app)
        older = body_of(office.drill(seed="s", point="oldest"))
        respond_to_runs(office.app)
        still = failures_open(office)
        stored.chmod(0o600)
        shutil.copy2(tmp_path / "kept", stored)
        office.drill(seed="s")
        respond_to_runs(office.app)
        mended = failures_open(office)

    assert older["verdict"] == "PASS"
    assert (still, mended) == (["checksum-mismatch"], [])


def failures_open(office: Office) -> list[str]:
    with office.app.bench.store.reading() as reading:
        return [str(one.failure) for one in reading.incidents.open() if one.state in ACTIVE]
