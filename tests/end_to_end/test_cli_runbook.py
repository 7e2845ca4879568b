"""`runbook list`, `check` and `show`, as somebody in a hurry meets them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.books import book, manual, step, with_book

ROOT = Path(__file__).resolve().parents[2]

DECISION = """decisions:
  - id: where
    question: Where to?
    decides: [technician]
    decide_within: 20m
    if_unreachable: {option: beside}
    options:
      - {id: beside, effect: Beside it, reversible: true}
      - {id: over, effect: Over it, reversible: false, cost: What was left}
reviewed_on: 2020-01-01
review_every: 30d
"""
RESTORE = """type: restore
risk: reversible
job: erp
target: parallel
place: /srv/new
timebox: 1h
expect: PASS
undo: empty
evidence: {required: [output]}
"""
TEXT = book(
    "## Meaning\n\nIt is\ndown.\n",
    step("where", "type: decision"),
    step("restore", RESTORE, "1. First\n   and more.\n2. Second \x9b31m."),
    manual("empty"),
    front=DECISION,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    code: int
    out: str
    err: str


def run(root: Path, *arguments: str) -> Said:
    words = [sys.executable, "-m", "continuity", "-w", str(root), "--lang", "en", *arguments]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, timeout=60, check=False)
    return Said(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return with_book(tmp_path, TEXT.replace("\x9b", ""))


def test_the_list_says_what_there_is_and_what_nobody_has_read_for_long(root: Path) -> None:
    said = run(root, "runbook", "list")
    told = json.loads(run(root, "runbook", "list", "--json").out)

    assert re.search(r"^book +recovery +active +3 +overdue +Billing is down$", said.out, re.M)
    assert said.code == 0
    assert told["broken"] == []
    assert [(one["id"], one["steps"], one["review_overdue"]) for one in told["runbooks"]] == [
        ("book", 3, True)
    ]


def test_a_runbook_that_cannot_be_used_is_not_passed_over(root: Path) -> None:
    (root / "runbooks/other.md").write_text("---\nid: other\n---\n")

    said = run(root, "runbook", "list")

    assert "other cannot be used; run: continuity runbook check other" in said.err
    assert said.code == 2


def test_check_names_every_problem_of_the_runbook_that_is_asked_for(root: Path) -> None:
    broken = book(manual("one", "when: nonsense =")).replace("id: book", "id: other")
    (root / "runbooks/other.md").write_text(broken)

    said = run(root, "runbook", "check", "other")

    assert said.out.startswith("runbooks/other.md:20: steps.one.when: expected a condition")
    assert (said.code, said.out.count("\n")) == (2, 1)
    assert run(root, "runbook", "check", "book").code == 0
    assert run(root, "runbook", "check").code == 2
    assert not json.loads(run(root, "runbook", "check", "--json").out)["ok"]


def test_check_says_what_is_left_to_fill_in_and_that_is_no_problem(root: Path) -> None:
    path = root / "runbooks/book.md"
    path.write_text(path.read_text().replace("It is\ndown.", "Call TO FILL IN (whom,\nand where)."))

    all_of_them, one = run(root, "runbook", "check"), run(root, "runbook", "check", "book")
    told = json.loads(run(root, "runbook", "check", "--json").out)

    assert "runbooks/book.md: 1 place to fill in." in all_of_them.out
    assert re.search(r"^runbooks/book.md:\d+: to be filled in: whom, and where$", one.out, re.M)
    assert (all_of_them.code, told["ok"], told["to_fill_in"][0]["what"]) == (
        *(0, True),
        "whom, and where",
    )


def test_show_numbers_the_steps_and_says_who_what_and_how_it_is_taken_back(root: Path) -> None:
    said = run(root, "runbook", "show", "book")

    for line in (
        "1. Title of where",
        "   where · decision · technician (Ana) · internal · changes nothing",
        "   If nobody is reachable within 20m: beside",
        "   [ ] over: Over it",
        "       CANNOT be taken back; costs What was left",
        "2. Title of restore",
        "   restore · restore · technician (Ana) · internal · 1h · can be taken back",
        "   Job erp, point newest-proven, into: beside the data (/srv/new)",
        "   Expected: PASS",
        "   Keep: the output",
        "   To take it back: empty",
        "   1. First and more.",
        "U1. Title of empty",
        "   It is down.",
    ):
        assert line in said.out.splitlines()
    assert said.code == 0


def test_show_gives_everything_to_programs(root: Path) -> None:
    told = json.loads(run(root, "runbook", "show", "book", "--json").out)

    assert len(told["hash"]) == 64
    assert [one["number"] for one in told["sections"]] == [None, "1", "2", "U1"]
    assert told["sections"][2]["step"]["job"] == "erp"
    assert told["sections"][2]["drill"] == "ask"


def test_an_unknown_runbook_is_met_with_those_there_are(root: Path) -> None:
    said = run(root, "runbook", "show", "bok")

    assert "There is no runbook named bok" in said.err
    assert "Runbooks: book." in said.err
    assert said.code == 2


def test_a_broken_runbook_leads_to_its_file_in_an_emergency(root: Path) -> None:
    (root / "runbooks/other.md").write_text("---\nid: other\n---\n")

    said = run(root, "runbook", "show", "other")

    assert "read the file runbooks/other.md itself" in said.err
    assert said.code == 2


def test_a_runbook_of_the_firm_can_be_shown_on_any_terminal() -> None:
    said = run(ROOT, "--lang", "es", "runbook", "show", "posible-cifrado")

    assert said.code == 0
    assert max(map(len, said.out.splitlines())) <= 80
    assert all(line.isprintable() for line in said.out.splitlines())
