"""Restores of a runbook on the command line: over production and beside, by who may and knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any  # JSON, or keys of any dataclass

import pytest

from tests.support.firm import Firm, a_firm
from tests.support.terminal import Said, filled, run

PASS, USAGE = 0, 2
RUN = "over-1"
BOOK = """---
format: continuity-runbook/1
id: over
title: Billing over what is there
lang: en
owner: ana
scope: {systems: [billing]}
roles:
  head: {primary: ana}
  tech: {primary: luis}
---

## May it be overwritten {#permit}

~~~step
id: permit
type: approval
owner: head
roles: [head]
~~~

## Overwrite it {#restore}

~~~step
id: restore
type: restore
owner: tech
risk: destructive
approval: permit
job: erp
target: production
~~~

## Lay it out beside {#beside}

~~~step
id: beside
type: restore
owner: tech
risk: reversible
job: erp
point: newest
target: parallel
place: PLACE
outputs:
  - {name: place, type: text, source: place}
~~~

## Look into it {#look}

~~~step
id: look
type: command
owner: tech
risk: read
argv: [ls, "{outputs.beside.place}"]
~~~
"""


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    firm = filled(a_firm(tmp_path), 3)
    people = {"ana": {"name": "Ana"}, "luis": {"name": "Luis"}}
    (firm.workspace / "config/people.yaml").write_text(json.dumps(people))
    (firm.workspace / "runbooks").mkdir(exist_ok=True)
    book = BOOK.replace("PLACE", str(tmp_path / "beside"))
    (firm.workspace / "runbooks/over.md").write_text(book)
    run(firm, "backup")
    return firm


def acts(firm: Firm, word: str, *rest: str, by: str = "luis") -> Said:
    return run(firm, "runbook", word, RUN, *rest, "--by", by)


def standing(firm: Firm) -> dict[str, Any]:
    (told,) = run(firm, "runbook", "status", RUN, "--json").objects()
    return told


def states(firm: Firm) -> dict[str, str]:
    return {one["step"]: one["state"] for one in standing(firm)["steps"]}


def test_production_is_overwritten_by_two_people_from_a_point_whose_proof_they_saw(
    firm: Firm,
) -> None:
    (firm.source() / "file 00").write_text("encrypted")
    run(firm, "runbook", "start", "over", "--by", "ana")
    acts(firm, "approve", "permit", "--note", "nothing left to lose", by="ana")
    alone = acts(firm, "confirm", "restore", "--system", "billing", by="ana")
    wrong = acts(firm, "confirm", "restore", "--system", "biling")
    held = acts(firm, "confirm", "restore", "--system", "billing")
    (point,) = standing(firm)["points"]["restore"]
    refused = acts(firm, "answer", "restore", point["id"])
    unsaid = acts(firm, "answer", "restore", point["id"], "--unproven")
    untouched = (firm.source() / "file 00").read_text()
    done = acts(firm, "answer", "restore", "newest", "--unproven", "--note", "all there is")
    acts(firm, "answer", "beside", "newest", "--unproven", "--note", "to compare")

    assert [one.code for one in (alone, wrong, refused, unsaid)] == [USAGE] * 4
    assert "not proven" in held.out
    assert (point["proven"], point["level"]) == (False, "L0")
    assert untouched == "encrypted"
    assert done.code == PASS
    assert (firm.source() / "file 00").read_text() == "erp 0\n"
    aside = firm.source().parent / "erp.before-over-1-restore"
    assert (aside / "file 00").read_text() == "encrypted"
    assert standing(firm)["state"] == "completed"
    assert Path(f"{firm.root}/beside{firm.source()}/file 01").exists()
    assert run(firm, "audit", "verify").code == PASS


def test_a_proven_point_needs_no_override_and_its_proof_is_listed(firm: Firm) -> None:
    run(firm, "drill", "--full")
    run(firm, "runbook", "start", "over", "--by", "ana")
    acts(firm, "approve", "permit", "--note", "nothing left to lose", by="ana")
    listed = run(firm, "runbook", "points", "erp")
    acts(firm, "confirm", "restore", "--system", "billing")

    assert "L4" in listed.out
    assert "PASS" in listed.out
    assert standing(firm)["state"] == "completed"


@pytest.mark.parametrize("mode", ["functional", "full"])
def test_no_drill_touches_production(firm: Firm, mode: str) -> None:
    (firm.source() / "file 00").write_text("newer")
    run(firm, "runbook", "start", "over", "--mode", mode, "--by", "ana")
    acts(firm, "approve", "permit", "--note", "as if", by="ana")

    assert states(firm)["restore"] == "simulated"
    assert (firm.source() / "file 00").read_text() == "newer"


def test_a_runbook_that_would_practise_over_production_is_refused(firm: Firm) -> None:
    book = firm.workspace / "runbooks/over.md"
    book.write_text(
        book.read_text().replace("target: production", "target: production\ndrill: run")
    )
    said = run(firm, "runbook", "check", "over")

    assert said.code == USAGE
    assert "no drill touches production" in said.out
