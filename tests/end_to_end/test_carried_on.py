"""Runs of runbooks that nobody looks at: time passes for them all the same, and people hear."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any  # JSON

import pytest

from continuity.domain.clock import text_from_time
from continuity.domain.conduct import Conduct, Event
from continuity.domain.conduct_record import CONDUCTING, entries_of
from continuity.hosts.process import process_from_text
from continuity.store.store import open_store
from tests.simulators.mail import PASSWORD, USER, MailRoom, mail_server
from tests.support.firm import Firm, a_firm
from tests.support.nights import PEOPLE
from tests.support.serving import serving
from tests.support.slots import now, until
from tests.support.terminal import Said, filled, run

RUN = "book-1"
FRONT = """---
format: continuity-runbook/1
id: book
title: Billing is down
lang: en
owner: ana
roles:
  head: {primary: ana}
  tech: {primary: luis}
decisions:
  - id: where
    question: Where do we restore?
    decides: [head]
    decide_within: WITHIN
    if_unreachable: {option: beside}
    options:
      - {id: beside, effect: both live, reversible: true}
      - {id: over, effect: old data is gone, reversible: false}
---
"""
DECIDE = "type: decision\nid: where\nowner: head\n"
SWITCH = "type: command\nid: switch\nowner: tech\nrisk: reversible\nargv: [touch, FLAG]\n"
SLEEP = "type: wait\nid: sleep\nowner: tech\nlasts: 2s\n"
CHECK = "type: verify\nid: check\nowner: tech\nprobe: {file: {path: READY}}\nevery: 1s\nuntil: 2h\n"
CABLES = "type: manual\nid: cables\nowner: tech\nrisk: read\ntimebox: 2s\n"
PERMIT = "type: approval\nid: permit\nowner: head\nroles: [head]\nreason_required: false\n"
ERASE = (
    "type: command\nid: erase\nowner: tech\nrisk: destructive\napproval: permit\n"
    "argv: [touch, FLAG]\n"
)


@pytest.fixture
def room() -> MailRoom:
    return MailRoom()


@pytest.fixture
def firm(tmp_path: Path, room: MailRoom) -> Iterator[Firm]:
    firm = filled(a_firm(tmp_path), 1)
    (tmp_path / "smtp").write_text(PASSWORD)
    (tmp_path / "smtp").chmod(0o600)
    (firm.workspace / "runbooks").mkdir()
    with mail_server(room) as port:
        options = {"sender": "c@acme.example", "host": "127.0.0.1", "port": port}
        channel = {
            "kind": "email",
            "secrets": {"password": {"file": str(tmp_path / "smtp")}},
            "options": {**options, "security": "none", "user": USER},
        }
        write(firm, "people", PEOPLE)
        write(firm, "channels", {"mail": channel})
        yield firm


def write(firm: Firm, name: str, value: object) -> None:
    (firm.workspace / f"config/{name}.yaml").write_text(json.dumps(value))


def begin(firm: Firm, *steps: str, within: str = "4s") -> Said:
    blocks = []
    for text in steps:
        name = text.partition("id: ")[2].partition("\n")[0]
        blocks.append(f"## The {name} {{#{name}}}\n\n~~~step\n{text}~~~\n\nDo it.\n")
    text = FRONT.replace("WITHIN", within) + "\n" + "\n".join(blocks)
    text = text.replace("FLAG", str(firm.root / "flag")).replace("READY", str(firm.root / "ready"))
    (firm.workspace / "runbooks/book.md").write_text(text)
    return run(firm, "runbook", "start", "book", "--by", "luis")


def stored(firm: Firm) -> Conduct:
    with (
        open_store(f"sqlite:///{firm.state}/record.db", now) as store,
        store.reading() as reading,
    ):
        found = reading.conducts.find(RUN)
    assert found is not None
    return found


def states(firm: Firm) -> dict[str, str]:
    return {one.step: one.state.value for one in stored(firm).steps}


def moment_of(firm: Firm, event: Event, step: str) -> datetime:
    with open_store(f"sqlite:///{firm.state}/record.db", now) as store:
        entries = entries_of(store.records(kinds=CONDUCTING), RUN)
    return next(one.at for one in entries if one.event is event and one.step == step)


def heard(room: MailRoom, who: str, words: str) -> bool:
    """Whether a mail with these words reached somebody."""
    return any(
        f"{who}@acme.example" in one.to and words in " ".join(_text(one.mail).split())
        for one in room.arrived
    )


def _text(mail: Any) -> str:
    body = mail.get_body(("plain",))
    return "" if body is None else str(body.get_content())


def test_a_service_takes_the_default_waits_asks_and_tells_who_is_next(
    firm: Firm, room: MailRoom
) -> None:
    begin(firm, DECIDE, SWITCH, SLEEP, CHECK, CABLES)
    limit = stored(firm).of("where").due_at
    with serving(firm) as one:
        until(lambda: states(firm)["check"] == "running", 120)
        flag = (firm.root / "flag").exists()
        (firm.root / "ready").touch()
        until(lambda: heard(room, "luis", "It is your turn"), 120)
        until(lambda: heard(room, "luis", "takes longer than planned"), 120)
        code = one.stop()

    assert (code, flag) == (0, True)
    assert heard(room, "ana", "“The where” is to be decided until")
    assert heard(room, "ana", "Nobody decided “The where” in time, so the default holds: beside")
    assert limit is not None
    assert moment_of(firm, Event.DECIDED, "where") >= limit
    assert states(firm)["cables"] == "waiting"
    assert not stored(firm).of("cables").holder
    assert "run.carried-on" in one.events()


def test_a_tick_is_enough_and_a_second_one_tells_nobody_twice(firm: Firm, room: MailRoom) -> None:
    begin(firm, DECIDE, CABLES)
    limit = stored(firm).of("where").due_at
    assert limit is not None
    until(lambda: now() >= limit)
    ticked = run(firm, "tick", "--json").objects()[0]
    again = run(firm, "tick", "--json").objects()[0]
    told = sum("so the default holds" in _text(one.mail) for one in room.arrived)

    assert [one["run"] for one in ticked["runs"]] == [RUN]
    assert ticked["troubles"] == again["troubles"] == []
    assert states(firm)["where"] == "done"
    # To who might have decided, and to who leads the run.
    assert told == 2


def test_what_destroys_is_never_done_without_a_person(firm: Firm, room: MailRoom) -> None:
    begin(firm, SLEEP, PERMIT, ERASE)
    until(lambda: now() >= (stored(firm).of("sleep").due_at or now()))
    run(firm, "tick")
    asked = states(firm)
    run(firm, "runbook", "approve", RUN, "permit", "--by", "ana")
    run(firm, "tick")

    assert asked == {"sleep": "done", "permit": "waiting", "erase": "pending"}
    assert heard(room, "ana", "“The permit” waits for a permission")
    assert states(firm)["erase"] == "waiting"
    assert not (firm.root / "flag").exists()


def test_a_question_that_was_killed_with_its_service_is_asked_on_until_its_first_deadline(
    firm: Firm,
) -> None:
    begin(firm, SLEEP, CHECK)
    with serving(firm) as one:
        until(lambda: stored(firm).of("check").intent_at is not None, 120)
        before = stored(firm).of("check")
        one.process.kill()
        one.process.communicate(timeout=20)
        os.kill(process_from_text(before.process).pid, signal.SIGKILL)
    with serving(firm) as other:
        until(lambda: stored(firm).of("check").attempts == 2, 120)
        after = stored(firm).of("check")
        (firm.root / "ready").touch()
        until(lambda: stored(firm).over, 60)
        code = other.stop()

    assert code == 0
    assert after.due_at == before.due_at
    assert states(firm)["check"] == "done"


def test_a_service_and_somebody_who_follows_do_each_step_once(firm: Firm) -> None:
    begin(firm, SLEEP, SWITCH.replace("[touch, FLAG]", '[sh, -c, "echo x >> FLAG; sleep 2"]'))
    with serving(firm) as one:
        followed = run(firm, "runbook", "status", RUN, "--follow")
        until(lambda: stored(firm).over)
        one.stop()

    assert followed.code == 0
    assert (firm.root / "flag").read_text() == "x\n"


def test_after_a_long_silence_people_say_first_what_they_did_on_paper(
    firm: Firm, room: MailRoom
) -> None:
    settings = firm.workspace / "config/continuity.yaml"
    plain = json.loads(settings.read_text())
    settings.write_text(json.dumps({**plain, "service": {"silence": "3s"}}))
    begin(firm, DECIDE, CABLES, within="20s")
    limit = stored(firm).of("where").due_at
    assert limit is not None
    with (
        open_store(f"sqlite:///{firm.state}/record.db", now) as store,
        store.transaction() as transaction,
    ):
        transaction.note("service.looked", text_from_time(now()))
    until(lambda: now() >= limit + timedelta(seconds=3))
    run(firm, "tick")
    held = states(firm)["where"]
    done_at = ("--paper", "--at", (limit - timedelta(seconds=1)).isoformat())
    entered = run(
        firm, "runbook", "decide", RUN, "where", "over", "--note", "old", "--by", "ana", *done_at
    )
    run(firm, "runbook", "carry-on", RUN)

    assert held == "waiting"
    assert heard(room, "luis", "Enter first what was done on paper")
    assert entered.code == 0, entered
    assert [(one.option, one.by) for one in stored(firm).taken] == [("over", "ana")]
