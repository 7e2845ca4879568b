"""A runbook followed on the command line, by two people, with a real restore of real data."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any  # JSON, or keys of any dataclass

import pytest

from continuity.domain.conduct_record import CONDUCTING
from continuity.domain.evidence import Record, RecordKind
from continuity.store.store import open_store
from tests.support.firm import Firm, Wishes, a_firm
from tests.support.terminal import Said, filled, run

PASS, FAIL, USAGE, INCONCLUSIVE = 0, 1, 2, 3
NOW = datetime(2026, 11, 21, tzinfo=UTC)
RUN = "billing-down-1"
BOOK = """---
format: continuity-runbook/1
id: billing-down
title: Billing is down
lang: en
owner: ana
scope: {systems: [billing]}
roles:
  head: {primary: ana}
  tech: {primary: luis}
decisions:
  - id: where
    question: Where do we restore?
    decides: [head]
    decide_within: 20m
    if_unreachable: {option: beside}
    options:
      - {id: beside, effect: both live, reversible: true}
      - {id: over, effect: old data is gone, reversible: false}
---

## How far does it go {#scope}

~~~step
id: scope
type: manual
owner: tech
risk: read
evidence: {required: [note]}
~~~

Open the application at two desks.

## Where to {#where}

~~~step
id: where
type: decision
owner: head
~~~

## Bring it back {#restore}

~~~step
id: restore
type: restore
owner: tech
risk: reversible
job: erp
target: sandbox
~~~

## Switch it on {#switch}

~~~step
id: switch
type: command
owner: tech
risk: reversible
argv: [touch, FLAG]
undo: off
~~~

## Switch it off {#off}

~~~step
id: off
type: command
owner: tech
risk: reversible
argv: [rm, FLAG]
~~~

## Does it answer {#check}

~~~step
id: check
type: verify
owner: tech
probe: {file: {path: READY}}
every: 1s
until: 1s
on_failure: undo
~~~
"""


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    firm = filled(a_firm(tmp_path, Wishes(system={"rto": "4h", "runbook": "billing-down"})), 3)
    people = {"ana": {"name": "Ana"}, "luis": {"name": "Luis"}}
    (firm.workspace / "config/people.yaml").write_text(json.dumps(people))
    (firm.workspace / "runbooks").mkdir(exist_ok=True)
    text = BOOK.replace("FLAG", str(tmp_path / "flag")).replace("READY", str(tmp_path / "ready"))
    (firm.workspace / "runbooks/billing-down.md").write_text(text)
    return firm


def acts(firm: Firm, word: str, *rest: str, by: str = "luis") -> Said:
    return run(firm, "runbook", word, RUN, *rest, "--by", by)


def standing(firm: Firm) -> dict[str, Any]:
    (told,) = run(firm, "runbook", "status", RUN, "--json").objects()
    return told


def states(firm: Firm) -> dict[str, str]:
    return {one["step"]: one["state"] for one in standing(firm)["steps"]}


def test_billing_comes_back_after_a_failed_check_an_undo_and_a_second_try(firm: Firm) -> None:
    run(firm, "backup")
    proven = run(firm, "drill", "--full")
    begun = run(firm, "runbook", "start", "billing-down", "--by", "ana")
    bare = acts(firm, "done", "scope")
    taken = acts(firm, "claim", "scope")
    other = acts(firm, "done", "scope", "--note", "no login", by="ana")
    looked = acts(firm, "done", "scope", "--note", "no login at two desks")
    refused = acts(firm, "decide", "where", "beside")
    decided = acts(firm, "decide", "where", "beside", "--note", "safer", by="ana")
    undone = standing(firm)
    flag = (firm.root / "flag").exists()
    (firm.root / "ready").touch()
    again = acts(firm, "retry", "check")
    ended = standing(firm)
    (system,) = run(firm, "status", "--json").objects()[0]["systems"]

    assert [one.code for one in (proven, begun, taken, looked, again)] == [PASS] * 5
    assert decided.code == FAIL
    assert (bare.code, other.code, refused.code) == (USAGE, INCONCLUSIVE, USAGE)
    assert (undone["state"], undone["why"], flag) == ("paused", "undone", False)
    assert ended["state"] == "completed", again.out
    assert (firm.root / "flag").exists()
    assert ended["rto"]["total"] >= ended["rto"]["people"]
    assert ended["rpo"] is not None
    assert (system["proof"]["level"], system["rto"]["kind"]) == ("L5", "MEASURED")
    assert system["rto"]["seconds"] >= ended["rto"]["total"]
    assert run(firm, "audit", "verify").code == PASS


def test_the_record_of_a_decision_holds_what_was_known_when_it_was_taken(firm: Firm) -> None:
    run(firm, "backup")
    run(firm, "drill", "--full")
    begun = run(firm, "runbook", "start", "billing-down", "--by", "ana")
    asked = acts(firm, "done", "scope", "--note", "no login at two desks")
    (told,) = run(firm, "runbook", "info", RUN, "--json").objects()
    acts(firm, "decide", "where", "beside", "--note", "safer", by="ana")
    with open_store(f"sqlite:///{firm.state}/record.db", lambda: NOW) as store:
        (record,) = store.records(kinds=[RecordKind.RUNBOOK_DECIDED])
        shown = store.people()[int(str(record.body["people_shown"]))]
    text = str(record.body["information"])
    (frozen,) = json.loads(text)["systems"]

    assert "Newest proven point" in begun.out
    assert "[ ] over: old data is gone" in asked.out
    assert all(len(line) <= 80 for line in asked.out.splitlines())
    assert hashlib.sha256(text.encode()).hexdigest() == record.body["information_sha256"]
    assert frozen["proven_at"] == told["systems"][0]["proven_at"]
    assert json.loads(text)["repositories"] == [{"name": "erp", "site": "", "reachable": True}]
    assert (set(shown.values()), "ana" in text) == ({"ana", "luis"}, False)


def test_what_is_known_of_a_system_is_told_without_any_run(firm: Firm) -> None:
    known = run(firm, "runbook", "info", "--system", "billing")
    unknown = run(firm, "runbook", "info", "--system", "shop")
    twice = run(firm, "runbook", "info", RUN, "--system", "billing")

    assert "No restore point is proven" in known.out
    assert (known.code, unknown.code, twice.code) == (PASS, USAGE, USAGE)


def test_what_a_step_wants_is_said_at_once_and_people_may_be_called_by_their_names(
    firm: Firm,
) -> None:
    book = firm.workspace / "runbooks/billing-down.md"
    kept = "evidence: {required: [note]}\n"
    asks = "outputs: [{name: disk-broken, type: boolean}, {name: since, type: text}]\n"
    book.write_text(book.read_text().replace(kept, kept + asks))
    begun = run(firm, "runbook", "start", "billing-down", "--by", "Ana")
    odd = acts(firm, "answer", "scope", "yes")
    bare = acts(firm, "done", "scope", "--note", "no login", by="LUIS")
    given = ("--output", "disk-broken=no", "--output", "since=9:40")
    done = acts(firm, "done", "scope", "--note", "no login", *given, by="Luis")
    decided = acts(firm, "decide", "where", "beside", "--note", "safer", by="Ana")

    assert "scope --note … --output disk-broken=yes|no --output since=…" in begun.out
    assert odd.code == USAGE
    assert "is no answer to this step" in odd.err
    assert "asks for: disk-broken, since." in bare.err
    assert (done.code, decided.code) == (PASS, FAIL), decided
    assert "Led by: ana" in decided.out


def test_a_step_may_start_this_program_however_it_was_started_itself(firm: Firm) -> None:
    book = firm.workspace / "runbooks/billing-down.md"
    before, _, after = book.read_text().partition("## How far")
    step = "type: command\nid: sound\nowner: tech\nrisk: read\nargv: [continuity, check]\n"
    first = f"## Sound {{#sound}}\n\n~~~step\n{step}~~~\n\n"
    book.write_text(f"{before}{first}## How far{after}")
    bare = {"PATH": "/usr/bin:/bin"}
    ready = run(firm, "runbook", "ready", "billing-down", **bare)
    run(firm, "runbook", "start", "billing-down", "--by", "ana", **bare)

    assert "Programs that are not there" not in ready.out
    assert states(firm)["sound"] == "done"


def test_an_incident_names_the_command_that_begins_its_runbook_and_then_its_run(
    firm: Firm,
) -> None:
    run(firm, "drill")
    (before,) = run(firm, "incidents", "show", "1", "--json").objects()
    shown = run(firm, "incidents", "show", "1")
    command = str(before["runbook_command"]).split()
    begun = run(firm, *command[1:], "--by", "ana")
    after = run(firm, "incidents", "show", "1")

    assert command == ["continuity", "runbook", "start", "billing-down", "--incident", "1"]
    assert before["runbook_command"] in shown.out
    assert begun.code == PASS
    assert f"continuity runbook status {RUN}" in after.out


def test_an_edit_during_the_run_does_not_touch_it(firm: Firm) -> None:
    run(firm, "runbook", "start", "billing-down", "--by", "ana")
    book = firm.workspace / "runbooks/billing-down.md"
    book.write_text(book.read_text().replace("## Where to", "## Somewhere else"))

    assert "Where to" in run(firm, "runbook", "status", RUN).out


def test_a_drill_is_marked_wherever_it_is_shown(firm: Firm) -> None:
    run(firm, "runbook", "start", "billing-down", "--mode", "table-top", "--by", "ana")
    acts(firm, "done", "scope", "--note", "talked it through")
    acts(firm, "decide", "where", "over", by="ana")

    assert run(firm, "runbook", "status").out == f"[DRILL] {RUN}  completed\n"
    assert states(firm)["restore"] == "simulated"
    assert not (firm.root / "flag").exists()


def test_who_leads_hands_over_to_somebody_who_is_known_and_the_other_says_so(firm: Firm) -> None:
    run(firm, "runbook", "start", "billing-down", "--by", "ana")
    mistyped = acts(firm, "hand-over", "--to", "luisa", by="ana")
    unknown = acts(firm, "hand-over", "--to", "zeno", by="ana")
    acts(firm, "hand-over", "--to", "LUIS", by="ana")
    before = standing(firm)["commander"]
    acts(firm, "hand-over")

    assert (mistyped.code, unknown.code) == (USAGE, USAGE)
    assert "Nobody in config/people.yaml is called luisa." in mistyped.err
    assert "Did you mean luis? Known: ana, luis" in mistyped.err
    assert "Known: ana, luis. Write anybody else" in unknown.err
    assert (before, standing(firm)["commander"]) == ("ana", "luis")


def test_a_stranger_may_act_and_both_the_screen_and_the_record_say_so(firm: Firm) -> None:
    begun = run(firm, "runbook", "start", "billing-down", "--by", "ana")
    done = acts(firm, "done", "scope", "--note", "no login", by="luisa")
    with open_store(f"sqlite:///{firm.state}/record.db", lambda: NOW) as store:
        records = [*store.records(kinds=CONDUCTING)]
        names = [store.people()[one.sequence]["by"] for one in records if of_stranger(one)]

    assert done.code == PASS
    assert "Nobody in config/people.yaml is called luisa;" in done.err
    assert "Did you mean luis?" in done.err
    assert "people.yaml is called" not in begun.err
    assert names
    assert set(names) == {"luisa"}


def of_stranger(record: Record) -> bool:
    details = record.body["details"]
    return isinstance(details, dict) and details.get("in_people") is False
