"""Reports that cannot be sent: what is said, and that none is lost, doubled or missed unnoticed."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.simulators.mail import MailRoom, mail_server
from tests.support.faults import Row
from tests.support.ports import free_port
from tests.support.posted import DAY, DIGEST, expecting, with_reports
from tests.support.story import REPOSITORY, Said, Story

SEND = ("report", "--digest", "--send")


@contextmanager
def sending(root: Path, room: MailRoom, wanted: str = DIGEST) -> Iterator[Story]:
    with mail_server(room) as port:
        yield with_reports(root / "firm", port, wanted)


def told(row: Row, said: Said) -> None:
    row.says(" ".join((said.out + said.err).split()))
    assert str(said.code) == row.exit, said
    assert "Traceback" not in said.err
    assert said.out.startswith(row.verdict)


def later(story: Story) -> None:
    """Let the time pass after which everything that waits is due again."""
    with closing(sqlite3.connect(story.database)) as connection, connection:
        connection.execute("UPDATE outbox SET due_at = '2020-01-01T00:00:00.000000Z'")


@pytest.mark.fault("report-refused")
def test_a_reader_that_the_server_does_not_know_is_named(tmp_path: Path, row: Row) -> None:
    room = MailRoom(unknown=True)
    with sending(tmp_path, room) as story:
        told(row, story.run(*SEND))
        room.unknown = False
        due = story.run("report", "--send-due")
        mended = story.run(*SEND)

    assert due.out == "Nothing is due.\n"
    assert mended.code == 0, mended
    assert len(room.arrived) == 1


@pytest.mark.fault("report-reader-without-email")
def test_a_reader_without_an_address_is_named_and_stops_no_other(tmp_path: Path, row: Row) -> None:
    room = MailRoom()
    other = "other: {to: luis, cadence: daily, detail: digest}"
    with sending(tmp_path, room, f"{DIGEST}\n  {other}") as story:
        people = story.root / "config/people.yaml"
        people.write_text(f"{people.read_text()}luis: {{name: Luis}}\n")
        expecting(story, "daily digest", "daily other")
        first = story.run("report", "--send-due")
        told(row, story.run("report", "--send-due"))

    assert "to ana (digest): sent" in first.out
    assert first.code == 3
    assert [one.to for one in room.arrived] == [("ana@acme.example",)]


@pytest.mark.fault("report-greylisted")
def test_a_greylisted_report_waits_and_arrives_once(tmp_path: Path, row: Row) -> None:
    room = MailRoom(greylisted=1)
    with sending(tmp_path, room) as story:
        told(row, story.run(*SEND))
        later(story)
        again = story.run("report", "--send-due")

    assert again.code == 0, again
    assert len(room.arrived) == 1


@pytest.mark.fault("report-too-large")
def test_a_report_that_is_too_large_for_the_server_arrives_without_its_files(
    tmp_path: Path, row: Row
) -> None:
    room = MailRoom(largest=60_000)
    wanted = "digest: {to: ana, cadence: daily, detail: digest, attach: [pdf]}"
    with sending(tmp_path, room, wanted) as story:
        told(row, story.run(*SEND))
    (arrived,) = room.arrived
    text = arrived.mail.get_body(("plain",))

    assert list(arrived.mail.iter_attachments()) == []
    assert text is not None
    assert "left out: continuity-" in " ".join(str(text.get_content()).split())


@pytest.mark.fault("report-answer-lost")
def test_a_report_whose_answer_was_lost_is_sent_again_under_its_name(
    tmp_path: Path, row: Row
) -> None:
    room = MailRoom()
    room.nasty.drops = 1
    with sending(tmp_path, room) as story:
        told(row, story.run(*SEND))
        later(story)
        again = story.run("report", "--send-due")

    assert again.code == 0, again
    assert len({str(one.mail["Message-ID"]) for one in room.arrived}) == 1


@pytest.mark.fault("report-killed")
def test_a_report_that_was_made_and_not_sent_when_all_died_arrives_once(
    tmp_path: Path, row: Row
) -> None:
    room = MailRoom()
    room.nasty.slow_seconds = 20
    with sending(tmp_path, room) as story:
        _killed_while_sending(story)
        room.nasty.slow_seconds = 0
        waiting = story.run("report", "--send-due")
        later(story)
        told(row, story.run(*SEND))

    assert "is being sent" in waiting.out
    assert len(room.arrived) == 1


def _killed_while_sending(story: Story) -> None:
    asked = [sys.executable, "-m", "continuity", "--workspace", str(story.root), *SEND]
    with subprocess.Popen(asked, cwd=REPOSITORY, env=story.environ) as started:
        deadline = time.monotonic() + 60
        while _states(story) != ["sending"] and time.monotonic() < deadline:
            time.sleep(0.2)
        time.sleep(3)
        os.kill(started.pid, signal.SIGKILL)


def _states(story: Story) -> list[str]:
    with closing(sqlite3.connect(story.database)) as connection:
        return [str(row[0]) for row in connection.execute("SELECT state FROM outbox")]


@pytest.mark.fault("report-missed")
def test_a_digest_that_did_not_arrive_is_told_by_everything_that_still_speaks(
    tmp_path: Path, row: Row
) -> None:
    story = with_reports(tmp_path / "firm", free_port(), DIGEST, more="grace: 1m")
    expecting(story, "daily digest", since=3 * DAY + timedelta(hours=1))
    silent = story.run("report", "--send-due")
    status = story.run("status")
    data = json.loads(story.run("status", "--json").out)
    doctor = story.run("doctor")
    story.run("incidents", "update")
    incidents = json.loads(story.run("incidents", "--json").out)
    preview = story.run(*SEND, "--preview")

    assert silent.code == 3, silent
    row.says(" ".join(status.out.split()))
    assert status.out.startswith(row.verdict)
    assert data["reports_late"] == ["digest"]
    assert "report digest: The one of" in " ".join(doctor.out.split())
    assert "report-missed" in [one["kind"] for one in incidents["incidents"]]
    assert "These did not reach everybody before: 20" in " ".join(preview.out.split())
