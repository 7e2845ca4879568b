"""What shows that a step was done, on the command line: files, readings, paper, and no secret."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any  # JSON
from zoneinfo import ZoneInfo

import pytest

from continuity.domain.evidence import RecordKind
from continuity.store.store import open_store
from tests.support.firm import Firm, a_firm
from tests.support.incidents import NOW
from tests.support.terminal import Said, run

PASS, FAIL, USAGE = 0, 1, 2
RUN = "cables-1"
SECRET = "swordfish-7"
BOOK = """---
format: continuity-runbook/1
id: cables
title: Cables
lang: en
owner: ana
roles:
  tech: {primary: luis}
parameters:
  - {name: key, title: The key of the switch, secret: true}
---

## Look at the rack {#look}

~~~step
id: look
type: manual
owner: tech
risk: read
timeout: 1h
on_timeout: fail
evidence: {required: [photo, reading]}
~~~

## Ask the switch {#ask}

~~~step
id: ask
type: command
owner: tech
risk: read
argv: [sh, -c, 'echo "key $SWITCH_KEY up"']
secrets: {SWITCH_KEY: key}
evidence: {required: [output, note]}
outputs:
  - {name: said, type: text, source: output}
~~~
"""


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    firm = a_firm(tmp_path)
    people = {"ana": {"name": "Ana"}, "luis": {"name": "Luis"}}
    (firm.workspace / "config/people.yaml").write_text(json.dumps(people))
    (firm.workspace / "runbooks").mkdir()
    (firm.workspace / "runbooks/cables.md").write_text(BOOK)
    (tmp_path / "rack.jpg").write_bytes(b"\xff\xd8 a picture")
    (tmp_path / "key").write_text(SECRET)
    (tmp_path / "key").chmod(0o600)
    return firm


def begin(firm: Firm) -> Said:
    return run(firm, "runbook", "start", "cables", "--by", "ana", "--parameter", parameter(firm))


def parameter(firm: Firm) -> str:
    return f"key=file:{firm.root}/key"


def acts(firm: Firm, word: str, *rest: str) -> Said:
    return run(firm, "runbook", word, RUN, *rest, "--by", "luis")


def look(firm: Firm, *rest: str) -> Said:
    picture = str(firm.root / "rack.jpg")
    return acts(firm, "done", "look", "--photo", picture, "--reading", "all green", *rest)


def standing(firm: Firm) -> dict[str, Any]:
    (told,) = run(firm, "runbook", "status", RUN, "--json").objects()
    return told


def records(firm: Firm) -> list[dict[str, Any]]:
    with open_store(f"sqlite:///{firm.state}/record.db", lambda: NOW) as store:
        return [
            {"at": record.recorded_at, **record.body}
            for record in store.records(kinds=[RecordKind.RUNBOOK_RESULT])
        ]


def test_without_its_evidence_no_step_ends_and_with_it_the_record_holds_the_digest(
    firm: Firm,
) -> None:
    begin(firm)
    bare = acts(firm, "done", "look", "--reading", "all green")
    full = look(firm)
    asked = standing(firm)["next"]
    noted = acts(firm, "done", "ask", "--note", "as it should be")
    (told,) = run(firm, "runbook", "evidence", RUN, "--json").objects()
    digest = hashlib.sha256(b"\xff\xd8 a picture").hexdigest()

    assert (bare.code, full.code, noted.code) == (USAGE, PASS, PASS)
    assert [(one["doing"], one["step"]) for one in asked] == [("work", "ask")]
    assert standing(firm)["state"] == "completed"
    kept = [(one["step"], one["kind"], one["sound"]) for one in told["evidence"]]
    assert kept == [("look", "photo", True), ("look", "reading", True), ("ask", "output", True)]
    assert told["evidence"][0]["sha256"] == digest
    assert any(f"photo {digest}" in text for text in records(firm)[0]["details"]["exhibits"])


def test_evidence_that_was_altered_is_named_and_what_is_whole_is_copied_out(firm: Firm) -> None:
    begin(firm)
    look(firm)
    for path in (firm.state / "exhibits").rglob("*"):
        if path.is_file() and path.read_bytes() == b"all green":
            path.write_bytes(b"all red")
    said = run(firm, "runbook", "evidence", RUN, "--to", str(firm.root / "out"))

    assert said.code == FAIL
    assert "reading" in said.err
    copied = sorted(path.name.rsplit("-", 1)[0] for path in (firm.root / "out").iterdir())
    assert copied == ["ask-output", "look-photo"]


def test_a_secret_of_a_run_is_nowhere_but_where_it_is_kept(firm: Firm) -> None:
    open_secret = run(firm, "runbook", "start", "cables", "--by", "ana", "--parameter", "key=x")
    begin(firm)
    look(firm)
    shown = run(firm, "runbook", "status", RUN, "--json").out
    kept = [path for path in firm.state.rglob("*") if path.is_file()]

    assert open_secret.code == USAGE
    assert "key *** up" in shown
    assert [path for path in kept if SECRET.encode() in path.read_bytes()] == []


def test_what_was_done_on_paper_counts_by_its_own_time_and_shows_both(firm: Firm) -> None:
    begin(firm)
    zone = ZoneInfo("Europe/Madrid")
    now = datetime.now(zone)
    late = look(firm, "--paper", "--at", (now + timedelta(hours=1)).isoformat())
    early = look(firm, "--paper", "--at", (now - timedelta(hours=1)).isoformat())
    half = look(firm, "--paper")
    entered = look(firm, "--paper", "--at", datetime.now(zone).isoformat())
    (record,) = records(firm)

    assert [one.code for one in (late, early, half, entered)] == [USAGE, USAGE, USAGE, PASS]
    assert record["details"]["source"] == "paper"
    assert record["details"]["paper_at"] < record["details"]["entered_at"]
    # Nothing is done by the program until somebody lets it go on.
    assert standing(firm)["steps"][1]["state"] == "running"
