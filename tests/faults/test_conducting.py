"""Runbooks that are followed while things break: what people read, and what stays as it was."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.faults import Row
from tests.support.firm import Firm, a_firm
from tests.support.programs import ROOT
from tests.support.terminal import Said, argv, environ_of, filled, rot, run

RUN = "book-1"
FRONT = """---
format: continuity-runbook/1
id: book
title: Book
lang: en
owner: ana
scope: {systems: [billing]}
roles:
  head: {primary: ana}
  tech: {primary: luis}
---
"""
OVER = """
## May it {#permit}

~~~step
id: permit
type: approval
owner: head
roles: [head]
reason_required: false
~~~

## Over {#over}

~~~step
id: over
type: restore
owner: tech
risk: destructive
approval: permit
job: erp
point: POINT
target: production
~~~
"""
BESIDE = """
## Beside {#beside}

~~~step
id: beside
type: restore
owner: tech
risk: reversible
job: erp
point: ask
target: parallel
place: PLACE
~~~
"""
SLOW = """
## Slow {#slow}

~~~step
id: slow
type: command
owner: tech
risk: reversible
argv: [sh, -c, "touch BEGUN; sleep 30"]
~~~
"""
ASKING = """
## Asking {#asking}

~~~step
id: asking
type: verify
owner: tech
probe: {command: {argv: [sh, -c, "touch BEGUN; test -e READY"]}}
every: 1s
until: 10m
~~~
"""


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    firm = filled(a_firm(tmp_path), 3)
    people = {"ana": {"name": "Ana"}, "luis": {"name": "Luis"}}
    (firm.workspace / "config/people.yaml").write_text(json.dumps(people))
    (firm.workspace / "runbooks").mkdir()
    run(firm, "backup")
    return firm


def write(firm: Firm, step: str, point: str = "newest") -> None:
    words = {
        "POINT": point,
        "PLACE": str(firm.root / "beside"),
        "BEGUN": str(firm.root / "begun"),
        "READY": str(firm.root / "ready"),
    }
    for word, value in words.items():
        step = step.replace(word, value)
    (firm.workspace / "runbooks/book.md").write_text(FRONT + step)


def acts(firm: Firm, word: str, *rest: str, by: str = "luis") -> Said:
    return run(firm, "runbook", word, RUN, *rest, "--by", by)


def over(firm: Firm) -> Said:
    """Go as far as a restore over production goes."""
    write(firm, OVER, "newest-proven")
    run(firm, "runbook", "start", "book", "--by", "ana")
    acts(firm, "approve", "permit", by="ana")
    return acts(firm, "confirm", "over", "--system", "billing")


def beside(firm: Firm) -> Said:
    write(firm, BESIDE)
    run(firm, "runbook", "start", "book", "--by", "ana")
    return acts(firm, "answer", "beside", "newest", "--unproven", "--note", "to look at it")


def told(row: Row, said: Said) -> None:
    row.says(" ".join((said.out + said.err).split()))
    assert str(said.code) == row.exit, said
    assert "Traceback" not in said.err
    assert "completed" not in said.out or row.said == "done"


def whole(firm: Firm) -> None:
    names = sorted(path.name for path in firm.source().parent.iterdir())
    assert names == ["erp"]
    assert len(list(firm.source().iterdir())) == 3


@pytest.mark.fault("restore-unproven")
def test_a_point_that_nothing_proves_waits_for_a_person(firm: Firm, row: Row) -> None:
    told(row, over(firm))
    whole(firm)


@pytest.mark.fault("restore-over-nothing-mounted")
def test_a_production_place_that_is_not_mounted_is_not_written_to(firm: Firm, row: Row) -> None:
    run(firm, "drill", "--full")
    job = firm.workspace / "jobs/erp.yaml"
    job.write_text(
        job.read_text().replace('"paths"', f'"expect_mount": ["{firm.source()}"], "paths"')
    )
    told(row, over(firm))
    whole(firm)


@pytest.mark.fault("restore-over-with-damage")
def test_a_damaged_copy_replaces_nothing(firm: Firm, row: Row) -> None:
    run(firm, "drill", "--full")
    rot(firm)
    told(row, over(firm))
    whole(firm)


@pytest.mark.fault("restore-beside-full")
def test_a_full_disk_beside_takes_nothing(firm: Firm, row: Row) -> None:
    settings = firm.workspace / "config/continuity.yaml"
    settings.write_text(settings.read_text().replace("1 MiB", "8000000 GiB"))
    told(row, beside(firm))

    assert not (firm.root / "beside").exists()


@pytest.mark.fault("restore-beside-occupied")
def test_a_place_with_anything_in_it_takes_nothing(firm: Firm, row: Row) -> None:
    (firm.root / "beside").mkdir()
    (firm.root / "beside/mine").touch()
    told(row, beside(firm))

    assert [path.name for path in (firm.root / "beside").iterdir()] == ["mine"]


def killed(firm: Firm, *words: str, **environ: str) -> None:
    """Kill whoever does a step as soon as that has begun."""
    process = subprocess.Popen(
        argv(firm, "runbook", *words),
        cwd=ROOT,
        env=environ_of(firm, **environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    until = time.monotonic() + 60
    while not (firm.root / "begun").exists() and time.monotonic() < until:
        time.sleep(0.05)
    process.kill()
    process.wait()


@pytest.mark.fault("runbook-killed-in-a-command")
def test_of_a_command_that_was_cut_off_a_person_tells(firm: Firm, row: Row) -> None:
    write(firm, SLOW)
    killed(firm, "start", "book", "--by", "ana")
    told(row, acts(firm, "carry-on"))


@pytest.mark.fault("runbook-killed-in-a-restore")
def test_of_a_restore_that_was_cut_off_a_person_tells_and_the_next_try_is_whole(
    firm: Firm, row: Row
) -> None:
    slow = firm.root / "bin"
    slow.mkdir()
    (slow / "rsync").write_text(f"#!/bin/sh\ntouch {firm.root}/begun\nexec sleep 30\n")
    (slow / "rsync").chmod(0o755)
    write(firm, BESIDE)
    run(firm, "runbook", "start", "book", "--by", "ana")
    path = f"{slow}:{environ_of(firm)['PATH']}"
    answer = ("answer", RUN, "beside", "newest", "--unproven", "--note", "so be it", "--by", "luis")
    killed(firm, *answer, PATH=path)
    told(row, acts(firm, "carry-on"))
    acts(firm, "answer", "beside", "repeat", "--note", "nothing is there yet")
    acts(firm, "answer", "beside", "newest", "--unproven", "--note", "so be it")

    assert sorted(path.name for path in (firm.root / "beside").rglob("file*")) == [
        "file 00",
        "file 01",
        "file 02",
    ]
    assert list((firm.root / "beside").glob(".continuity-*")) == []


@pytest.mark.fault("runbook-killed-in-a-question")
def test_a_question_that_was_cut_off_is_asked_again(firm: Firm, row: Row) -> None:
    write(firm, ASKING)
    killed(firm, "start", "book", "--by", "ana")
    (firm.root / "ready").touch()
    told(row, acts(firm, "carry-on"))
