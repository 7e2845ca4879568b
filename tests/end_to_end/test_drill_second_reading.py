"""Drills that restore a part of the sample and read the rest a second way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any  # JSON, or what a library leaves without types

import pytest

from continuity.domain.evidence import RecordKind
from continuity.domain.secret import Secret
from continuity.workflows.planning import DrillRequest, plan_drill
from tests.support.cheap_keys import cheapen
from tests.support.filled import filled
from tests.support.firm import PASSWORD, Firm, Office, Wishes, a_firm, at_work, body_of
from tests.support.programs import quickest_restic
from tests.support.sabotage import Harm, harm
from tests.support.witnessed import place_of

pytestmark = pytest.mark.tool("restic")

FILES = 200


def a_big_sample(root: Path, **more: object) -> Firm:
    sample = {"random": 70, "due": 40, "largest": 1, "newest": 1, "both_ways": 59, **more}
    wishes = Wishes(engines={"erp": "restic"}, job={"sample": sample})
    return filled(a_firm(root, wishes), FILES)


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return a_big_sample(tmp_path)


@pytest.fixture
def office(firm: Firm) -> Iterator[Office]:
    with at_work(firm) as office:
        office.back_up()
        cheapen(firm.repository(), PASSWORD)
        yield office


def ways_of(body: dict[str, Any]) -> dict[str, Any]:
    ways = body["ways"]
    assert isinstance(ways, dict)
    return ways


def test_what_was_proven_which_way_is_on_record(office: Office) -> None:
    body = body_of(office.drill(seed="a seed"))

    ways, drawn = ways_of(body), body["sample"]
    assert (body["verdict"], body["level"]) == ("PASS", "L3")
    assert ways["restored"] + ways["read"] == drawn["size"]
    assert ways["restored"] >= 59
    assert ways["read"] >= 10
    assert (ways["both"], ways["disagree"]) == (59, [])
    assert body["classes"]["match"] == drawn["size"]
    assert body["confidence"]["drawn"] == 70
    # Of the files drawn, the largest and the newest may be some: those are restored anyhow.
    assert body["confidence"]["restored"] + body["confidence"]["read"] == 70
    assert 59 <= body["confidence"]["restored"] <= 61
    assert "witness" in [phase["name"] for phase in body["phases"]]
    assert "read without it" in ways["sentence"]["template"]
    assert 0 < ways["packs"]["touched"] <= ways["packs"]["of"]


def test_what_was_read_a_second_way_is_covered_too(office: Office) -> None:
    size = body_of(office.drill(seed="a seed"))["sample"]["size"]

    assert len(list(office.app.bench.store.proofs("erp"))) == size


def test_a_job_can_demand_the_engine_for_everything(tmp_path: Path) -> None:
    with at_work(a_big_sample(tmp_path, independent=False)) as office:
        office.back_up()
        body = body_of(office.drill())

    assert body["verdict"] == "PASS"
    assert "ways" not in body


def read_apart(office: Office, seed: str) -> bytes:
    """Name a file of the sample that will not be restored."""
    plan = plan_drill(office.app.bench, office.protected(), office.facts(), DrillRequest(seed=seed))
    assert plan.sample is not None
    return plan.sample.random[-1]


def test_damage_in_what_is_only_read_fails_the_drill(firm: Firm, office: Office) -> None:
    path = read_apart(office, "a seed")
    pack, where = place_of(firm.repository(), path, Secret(PASSWORD))
    harm(pack, Harm.FLIP, where.offset + 20)

    body = body_of(office.drill(seed="a seed"))

    assert (body["verdict"], body["failure"]) == ("FAIL", "missing-files")
    assert [finding["path"] for finding in body["findings"]] == [os.fsdecode(path)]
    assert "is damaged" in str(body["complaints"])
    assert path not in [proof.path for proof in office.app.bench.store.proofs("erp")]


def test_what_keeps_the_second_reader_out_is_never_green(firm: Firm, office: Office) -> None:
    (firm.repository() / "index/no-index").write_bytes(b"unknown to everybody")

    body = body_of(office.drill())

    assert (body["verdict"], body["failure"]) == ("INCONCLUSIVE", "tool-error")
    assert body["classes"]["unverifiable"] > 0


LYING = """#!/bin/sh
"{real}" "$@" || exit $?
target=; last=
for word in "$@"; do [ "$last" = --target ] && target=$word; last=$word; done
if [ -n "$target" ]; then
    find "$target" -type f | while read -r file; do
        cp -p "$file" "$file.as-it-was"; printf X | dd of="$file" conv=notrunc status=none
        touch -r "$file.as-it-was" "$file"; rm "$file.as-it-was"
    done
fi
"""


def test_two_programs_that_disagree_are_never_green(tmp_path: Path) -> None:
    firm = a_big_sample(tmp_path)
    with at_work(firm) as office:
        office.back_up()
        cheapen(firm.repository(), PASSWORD)
    liar = tmp_path / "restic"
    liar.write_text(LYING.format(real=quickest_restic()))
    liar.chmod(0o755)
    job = firm.workspace / "jobs/erp.yaml"
    job.write_text(job.read_text()[:-1] + f', "options": {{"program": "{liar}"}}}}')

    with at_work(firm) as office:
        body = body_of(office.drill())
        proven = list(office.app.bench.store.proofs("erp"))
        records = office.records([RecordKind.DRILL_FINISHED])

    ways = ways_of(body)
    assert (body["verdict"], body["failure"]) == ("FAIL", "disagreement")
    assert len(ways["disagree"]) == 59
    assert len(proven) == ways["read"]
    assert len(records) == 1
