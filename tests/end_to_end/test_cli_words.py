"""Steps that tell people, ask databases and follow other runbooks, on the command line."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any  # JSON

import pytest

from tests.simulators.mail import MailRoom, mail_server
from tests.support.firm import Firm, a_firm
from tests.support.terminal import Said, run

PASS = 0
RUN = "main-1"
FRONT = """---
format: continuity-runbook/1
id: {name}
title: {title}
lang: en
owner: ana
roles:
  head: {{primary: ana, deputies: [luis]}}
  tech: {{primary: luis}}
{more}---
"""
TELL = """
## Tell everybody {#tell}

~~~step
id: tell
type: notify
owner: head
audience: [role:head, person:luis]
template: |
  We restore on {parameters.host}.
~~~
"""
CHILD = """
## Do the other one {#other}

~~~step
id: other
type: runbook
owner: tech
runbook: small
~~~
"""
ASKED = """
## Are the invoices there {#invoices}

~~~step
id: invoices
type: verify
owner: tech
probe: {sql: {job: shop, query: "SELECT count(*) FROM invoice", at_least: 2}}
every: 1s
until: 1s
evidence: {required: [reading]}
~~~
"""
LOOK = """
## Look {#look}

~~~step
id: look
type: manual
owner: tech
risk: read
~~~
"""
PARAMETER = "parameters:\n  - {name: host, title: Which host}\n"
MAIL = """\
mail:
  kind: email
  options: {{sender: continuity@acme.example, host: 127.0.0.1, port: {port}, security: none}}
"""


@dataclass(frozen=True)
class Office:
    """A firm with two runbooks, and the mail that comes out of it."""

    firm: Firm
    room: MailRoom

    def acts(self, word: str, *rest: str, run_name: str = RUN) -> Said:
        return run(self.firm, "runbook", word, run_name, *rest, "--by", "luis")

    def begin(self, *more: str) -> Said:
        host = "host=a\nb {run}"
        return run(self.firm, "runbook", "start", "main", "--parameter", host, "--by", "ana", *more)

    def standing(self, name: str = RUN) -> dict[str, Any]:
        (told,) = run(self.firm, "runbook", "status", name, "--json").objects()
        return told

    def states(self, name: str = RUN) -> dict[str, str]:
        return {one["step"]: one["state"] for one in self.standing(name)["steps"]}

    def write(self, *steps: str) -> None:
        books = self.firm.workspace / "runbooks"
        books.mkdir(exist_ok=True)
        front = FRONT.format(name="main", title="Main", more=PARAMETER)
        (books / "main.md").write_text(front + "".join(steps))
        (books / "small.md").write_text(FRONT.format(name="small", title="Small", more="") + LOOK)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    room = MailRoom(needs_login=False)
    with mail_server(room) as port:
        firm = a_firm(tmp_path)
        people = {
            "ana": {"name": "Ana", "email": "ana@acme.example"},
            "luis": {"name": "Luis", "email": "luis@acme.example", "language": "es"},
        }
        (firm.workspace / "config/people.yaml").write_text(json.dumps(people))
        (firm.workspace / "config/channels.yaml").write_text(MAIL.format(port=port))
        yield Office(firm, room)


def test_people_are_told_once_by_the_channels_that_lead_to_them(office: Office) -> None:
    office.write(TELL, LOOK)
    office.begin()
    office.acts("carry-on")
    told = {str(one.mail["to"]): one.mail for one in office.room.arrived}

    assert sorted(told) == ["ana@acme.example", "luis@acme.example"]
    text = told["ana@acme.example"].get_body(("plain",))
    assert text is not None
    assert "We restore on a b {run}." in text.get_content()
    assert str(told["ana@acme.example"]["subject"]) == "[main-1] Main"
    assert office.states() == {"tell": "done", "look": "waiting"}


def test_in_a_drill_every_word_says_so(office: Office) -> None:
    office.write(TELL, LOOK)
    office.begin("--mode", "functional")
    subjects = sorted(str(one.mail["subject"]) for one in office.room.arrived)

    assert len(subjects) == 2
    assert all(subject.startswith(("[DRILL] ", "[SIMULACRO] ")) for subject in subjects)


def test_whom_no_channel_reaches_people_tell_themselves(office: Office) -> None:
    (office.firm.workspace / "config/channels.yaml").unlink()
    office.write(TELL, LOOK)
    office.begin()
    before = office.states()
    office.acts("done", "tell", "--note", "called both")

    assert before == {"tell": "waiting", "look": "pending"}
    assert office.states() == {"tell": "done", "look": "waiting"}


def test_a_runbook_that_is_a_step_is_followed_to_its_end_and_then_the_first_goes_on(
    office: Office,
) -> None:
    office.write(CHILD, LOOK)
    begun = office.begin()
    waiting = office.standing()
    child = office.standing("main-1.other")
    office.acts("done", "look", run_name="main-1.other")
    after = office.states()
    office.acts("done", "look")

    assert "continuity runbook status main-1.other" in begun.out
    assert (waiting["next"][0]["doing"], child["parent"]) == ("follow", RUN)
    assert office.standing("main-1.other")["state"] == "completed"
    assert after == {"other": "done", "look": "waiting"}
    assert office.standing()["state"] == "completed"
    assert run(office.firm, "audit", "verify").code == PASS


def test_a_runbook_that_ends_badly_is_a_step_that_failed_and_is_begun_anew(office: Office) -> None:
    office.write(CHILD, LOOK)
    office.begin()
    office.acts("abort", "--note", "wrong one", run_name="main-1.other")
    failed = office.standing()
    office.acts("retry", "other")

    assert (failed["state"], failed["why"]) == ("paused", "failed")
    assert office.standing()["next"][0]["child"] == "main-1.other.2"


def test_whoever_ends_a_run_ends_the_one_it_waits_for(office: Office) -> None:
    office.write(CHILD, LOOK)
    office.begin()
    office.acts("abort", "--note", "wrong day")

    assert office.standing("main-1.other")["state"] == "aborted"


def test_a_database_is_asked_until_it_is_right(office: Office) -> None:
    database = office.firm.root / "shop.db"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE invoice (id INTEGER)")
        connection.execute("INSERT INTO invoice VALUES (1)")
    job = {
        "name": "shop",
        "title": "Shop",
        "system": "billing",
        "repository": "erp",
        "source": {"kind": "sqlite", "path": str(database)},
    }
    (office.firm.workspace / "jobs/erp.yaml").unlink()
    (office.firm.workspace / "jobs/shop.yaml").write_text(json.dumps(job))
    office.write(ASKED)
    office.begin()
    failed = office.states()
    with sqlite3.connect(database) as connection:
        connection.execute("INSERT INTO invoice VALUES (2)")
    office.acts("retry", "invoices")

    assert failed == {"invoices": "failed"}
    assert office.standing()["state"] == "completed"
