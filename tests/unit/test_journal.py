"""The service's journal: a sentence for people, fields for machines, one entry each."""

from __future__ import annotations

import io
import json
import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from continuity.domain.failure import NoSpaceError
from continuity.domain.text import say
from continuity.service.journal import Form, Journal, Level
from continuity.service.journald import Journald, leads_to_journald
from continuity.speech.speaker import speaker_of
from tests.support.programs import ROOT

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
_NAMED = re.compile(r'journal\.(?:say|trouble)\(\s*"([^"]+)"')


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[socket.socket]:
    """What listens as systemd's journal does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
        one.bind(str(tmp_path / "journal"))
        one.settimeout(20)
        yield one


def journal(stream: io.StringIO, form: Form, place: Path | None = None) -> Journal:
    journald = None if place is None else Journald(place=str(place))
    return Journal(
        stream=stream,
        sentence=speaker_of("en").sentence,
        now=lambda: NOW,
        form=form,
        journald=journald,
    )


def missed(one: Journal, job: str = "erp") -> None:
    message = say("The backup of {job} was missed.", job=job)
    one.say("slot.missed", message, Level.WARNING, job=job, kind="backup")


def entry(datagram: bytes) -> dict[str, str]:
    """Read an entry as the journal does."""
    found, rest = {}, datagram
    while rest:
        line, _, rest = rest.partition(b"\n")
        name, sign, text = line.partition(b"=")
        if not sign:
            size = int.from_bytes(rest[:8], "little")
            text, rest = rest[8 : 8 + size], rest[8 + size + 1 :]
        found[name.decode()] = text.decode()
    return found


def test_people_read_a_sentence_and_machines_one_object_a_line() -> None:
    text, lines = io.StringIO(), io.StringIO()
    missed(journal(text, Form.TEXT))
    missed(journal(lines, Form.JSON), "two\nlines")

    assert text.getvalue() == "2026-11-20T09:00:00+00:00 The backup of erp was missed.\n"
    (line,) = lines.getvalue().splitlines()
    assert json.loads(line)["event"] == "slot.missed"
    assert json.loads(line)["job"] == "two\nlines"


def test_systemds_journal_gets_the_sentence_and_each_field_apart(
    tmp_path: Path, ear: socket.socket
) -> None:
    stream = io.StringIO()
    missed(journal(stream, Form.JOURNALD, tmp_path / "journal"))

    assert stream.getvalue() == ""
    assert entry(ear.recv(10_000)) == {
        "MESSAGE": "The backup of erp was missed.",
        "PRIORITY": "4",
        "SYSLOG_IDENTIFIER": "continuity",
        "CONTINUITY_EVENT": "slot.missed",
        "CONTINUITY_JOB": "erp",
        "CONTINUITY_KIND": "backup",
    }


def test_what_is_named_with_lines_cannot_pass_for_other_fields(
    tmp_path: Path, ear: socket.socket
) -> None:
    missed(journal(io.StringIO(), Form.JOURNALD, tmp_path / "journal"), "erp\nPRIORITY=0")
    told = entry(ear.recv(10_000))

    assert told["PRIORITY"] == "4"
    assert told["CONTINUITY_JOB"] == "erp\nPRIORITY=0"


def test_where_nobody_listens_the_line_goes_where_it_always_does(tmp_path: Path) -> None:
    stream = io.StringIO()
    missed(journal(stream, Form.JOURNALD, tmp_path / "nobody"))

    assert stream.getvalue().startswith('<4>{"at":')


def test_a_trouble_comes_with_its_remedy() -> None:
    stream = io.StringIO()
    error = NoSpaceError(say("The disk is full."), remedy=say("Make room."))
    journal(stream, Form.JSON).trouble("round.trouble", error)

    told = json.loads(stream.getvalue())
    assert (told["message"], told["remedy"]) == ("The disk is full.", "Make room.")
    assert (told["failure"], told["level"]) == ("no-space", "error")


def test_only_the_stream_that_systemd_connected_is_taken_for_its_journal(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as stream:
        place = (tmp_path / "log").stat()
        mine = {"JOURNAL_STREAM": f"{place.st_dev}:{place.st_ino}"}

        assert leads_to_journald(stream, mine)
        assert not leads_to_journald(stream, {"JOURNAL_STREAM": "1:1"})
        assert not leads_to_journald(stream, {})
        assert not leads_to_journald(io.StringIO(), mine)


def test_every_event_is_explained_to_operators() -> None:
    told = (ROOT / "docs/operations.md").read_text()
    programs = (ROOT / "continuity/service").glob("*.py")
    events = {name for path in programs for name in _NAMED.findall(path.read_text())}
    silent = sorted(name for name in events if f"`{name}`" not in told)

    assert len(events) > 10
    assert silent == []
