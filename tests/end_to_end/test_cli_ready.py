"""Whether a runbook could be followed tonight, in a real workspace."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any  # JSON

import pytest

from continuity.answering.readiness import Precheck
from continuity.app import opened, portfolio_of
from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.readiness import Check, Readiness, Ready
from continuity.store.store import open_store
from tests.support.firm import Firm, Wishes, a_firm
from tests.support.terminal import filled, run

TODAY = datetime.now(UTC).date()
BOOK = """---
format: continuity-runbook/1
id: billing-down
title: Billing is down
lang: en
owner: ana
reviewed_on: TODAY
review_every: 90d
scope: {systems: [billing]}
drill: {kinds: [table-top], every: 180d}
roles:
  head: {primary: ana, deputies: [luis, eva]}
---

## Look {#look}

~~~step
id: look
type: manual
owner: head
risk: read
~~~

## Restart {#restart}

~~~step
id: restart
type: command
owner: head
risk: reversible
argv: ["PROGRAM"]
~~~
"""
PEOPLE = ("ana", "luis", "eva")


def wrote_people(firm: Firm, **ana: object) -> None:
    answered = {"phone": "+34 600 000 001", "phone_confirmed_on": str(TODAY)}
    people = {name: {"name": name.title(), **answered} for name in PEOPLE}
    people["ana"] |= {name: str(value) for name, value in ana.items()}
    (firm.workspace / "config/people.yaml").write_text(json.dumps(people))


def wrote_book(firm: Firm, program: str = "true", **more: str) -> None:
    text = BOOK.replace("TODAY", str(TODAY)).replace("PROGRAM", program)
    for old, new in more.items():
        text = text.replace(old, new)
    (firm.workspace / "runbooks").mkdir(exist_ok=True)
    (firm.workspace / "runbooks/billing-down.md").write_text(text)


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    firm = filled(a_firm(tmp_path, Wishes(system={"rpo": "6h", "runbook": "billing-down"})), 3)
    wrote_people(firm)
    wrote_book(firm)
    return firm


def looked(firm: Firm) -> Readiness:
    with opened(firm.workspace) as app:
        precheck = Precheck(
            means=app.means,
            store=app.bench.store,
            now=app.bench.now,
            judge=lambda: portfolio_of(firm.workspace).assess(),
        )
        (found,) = precheck.look(("billing-down",))
    return found


def published(firm: Firm) -> None:
    """Write down that an offline copy has the runbook as it is now."""
    with opened(firm.workspace) as app:
        digest = app.workspace.books["billing-down"].hash
        body = {"place": "usb", "bundle": "b", "digest": "d", "runbooks": {"billing-down": digest}}
        app.bench.store.append(Draft(kind=RecordKind.BUNDLE_PUBLISHED, body=body))


def test_a_runbook_is_ready_once_everything_is_there_and_it_was_practised(firm: Firm) -> None:
    fresh = looked(firm)
    run(firm, "backup")
    run(firm, "drill")
    published(firm)
    there = looked(firm)
    run(firm, "runbook", "start", "billing-down", "--mode", "table-top", "--by", "ana")
    run(firm, "runbook", "done", "billing-down-1", "look", "--by", "ana")
    said = run(firm, "runbook", "ready")
    wrote_people(firm, phone="+34 600 000 009")
    called = looked(firm)
    wrote_people(firm, name="Another Ana")
    moved = looked(firm)

    assert set(fresh.failed) == {Check.POINTS, Check.OFFLINE}
    assert (there.state, there.failed) == (Ready.NEEDS_VERIFICATION, ())
    assert (said.code, said.out) == (0, "READY  billing-down\n1 of 1 runbook is ready.\n")
    assert called.state is Ready.READY
    assert moved.state is Ready.NEEDS_VERIFICATION


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        (lambda firm: wrote_people(firm, phone_confirmed_on=TODAY - timedelta(days=181)), "phones"),
        (lambda firm: wrote_book(firm, "no-such-program"), "programs"),
        (lambda firm: wrote_book(firm, **{"luis, eva": "luis"}), "deputies"),
        (lambda firm: wrote_book(firm, **{"90d": "1d", str(TODAY): "2026-01-01"}), "review"),
        (lambda firm: wrote_book(firm, **{"lang: en": "lang: en\nstatus: draft"}), "in-use"),
    ],
)
def test_each_thing_that_is_missing_is_named(firm: Firm, wrong: Any, check: str) -> None:
    wrong(firm)

    assert Check(check) in looked(firm).failed


def test_the_record_names_checks_and_nobody_and_a_start_is_not_held_up(firm: Firm) -> None:
    said = run(firm, "runbook", "ready", "billing-down", "--json")
    begun = run(firm, "runbook", "start", "billing-down", "--by", "ana")
    unknown = run(firm, "runbook", "ready", "shop-down")
    with open_store(f"sqlite:///{firm.state}/record.db", lambda: datetime.now(UTC)) as store:
        (record,) = store.records(kinds=[RecordKind.READINESS_CHECKED])
    body: dict[str, Any] = dict(record.body)
    (told,) = said.objects()

    assert (said.code, begun.code, unknown.code) == (1, 0, 2)
    assert body["state"] == told["runbooks"][0]["state"] == "NOT READY"
    assert body["failed"] == ["points", "offline"]
    assert not any(name in json.dumps(body) for name in PEOPLE)
    assert "Readiness: NOT READY (restore points, offline copies)" in begun.err


def test_the_night_looks_once_a_day_and_again_after_an_edit(firm: Firm) -> None:
    run(firm, "tick")
    run(firm, "tick")
    once = checked(firm)
    wrote_book(firm, **{"Billing is down": "Billing is gone"})
    run(firm, "tick")

    assert (once, checked(firm)) == (1, 2)


def checked(firm: Firm) -> int:
    with open_store(f"sqlite:///{firm.state}/record.db", lambda: datetime.now(UTC)) as store:
        return sum(1 for _ in store.records(kinds=[RecordKind.READINESS_CHECKED]))
