"""Reports that are sent: what arrives in a mailbox, once for each reader."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from continuity.app import opened
from continuity.domain.evidence import RecordKind
from continuity.service.rounds import go_round
from continuity.store.store import open_store
from tests.simulators.mail import Arrived, MailRoom, mail_server
from tests.support.posted import DIGEST, HOUR, MONTH, expecting, with_reports
from tests.support.story import Story, drill

LUIS = "luis: {name: Luis, email: luis@acme.example, language: es}"
TECHNICAL = "tech: {to: luis, cc: [ana], cadence: monthly, detail: technical, attach: [json]}"
ONLY_DIGEST = f"subscriptions:\n  {DIGEST}\n"


@pytest.fixture(scope="module")
def room() -> MailRoom:
    return MailRoom()


@pytest.fixture(scope="module")
def written(room: MailRoom, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A firm with three kinds of readers, and a mail server that is there for all tests."""
    with mail_server(room) as port:
        root = tmp_path_factory.mktemp("sent") / "firm"
        story = with_reports(root, port, DIGEST, MONTH, TECHNICAL)
        people = root / "config/people.yaml"
        people.write_text(f"{people.read_text()}{LUIS}\n")
        yield expecting(story, "daily digest")


@pytest.fixture(scope="module")
def monthly(
    written: Story, room: MailRoom, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Arrived, ...]:
    """What arrives when the report of a month is sent."""
    room.arrived.clear()
    said = written.copied(tmp_path_factory.mktemp("monthly") / "firm").run("report", "--send")
    assert said.code == 0, said
    return tuple(room.arrived)


@pytest.fixture
def story(written: Story, room: MailRoom, tmp_path: Path) -> Story:
    room.arrived.clear()
    return written.copied(tmp_path / "firm")


def of(name: str, arrived: tuple[Arrived, ...]) -> list[Arrived]:
    return [one for one in arrived if one.mail["X-Continuity-Report"] == name]


def files_of(mail: EmailMessage) -> dict[str, bytes]:
    return {
        str(part.get_filename()): content
        for part in mail.iter_attachments()
        if isinstance(content := part.get_payload(decode=True), bytes)
    }


def said_in(mail: EmailMessage, form: str) -> str:
    body = mail.get_body((form,))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def test_each_reader_gets_a_mail_that_names_all_of_them_in_the_language_of_the_first(
    monthly: tuple[Arrived, ...],
) -> None:
    mails = of("tech", monthly)

    assert {("ana@acme.example",), ("luis@acme.example",)} == {one.to for one in mails}
    assert {("luis@acme.example", "ana@acme.example", "es")} == {
        (str(one.mail["To"]), str(one.mail["Cc"]), str(one.mail["Content-Language"]))
        for one in mails
    }
    assert len({str(one.mail["Message-ID"]) for one in mails}) == 1
    assert "informe mensual de recuperación" in str(mails[0].mail["Subject"])


def test_the_same_numbers_stand_in_text_page_and_data(monthly: tuple[Arrived, ...]) -> None:
    mail = of("tech", monthly)[0].mail
    (data,) = (json.loads(content) for content in files_of(mail).values())

    for form in ("plain", "html"):
        told = said_in(mail, form)
        assert data["annex"]["record"]["hash"] in told
        assert all(system["title"] in told for system in data["systems"])
        assert f"{data['lights']['green']} demostrados, de 3 sistemas" in told


def test_a_mail_fetches_nothing_and_brings_every_picture_it_shows(
    monthly: tuple[Arrived, ...],
) -> None:
    (arrived,) = of("month", monthly)
    page = said_in(arrived.mail, "html")
    shown = set(re.findall(r'src="cid:([^"]+)"', page))
    brought = {str(part["Content-ID"])[1:-1] for part in arrived.mail.walk() if part["Content-ID"]}
    ((name, pdf),) = files_of(arrived.mail).items()

    assert shown == brought
    assert len(shown) >= 1
    assert not re.search(r"https?://|url\(|<script|data:", page)
    assert (name[-4:], pdf[:5]) == (".pdf", b"%PDF-")


def test_a_due_digest_arrives_once_with_its_counts_however_often_it_is_started(
    story: Story, room: MailRoom
) -> None:
    (story.root / "config/reports.yaml").write_text(ONLY_DIGEST)
    with ThreadPoolExecutor(2) as starts:
        both = [starts.submit(story.run, "report", "--send-due") for _ in range(2)]
        codes = sorted(one.result().code for one in both)
    again = story.run("report", "--send-due")
    asked = story.run("report", "--digest", "--send")

    assert (codes[0], again.out, asked.code) == (0, "Nothing is due.\n", 0)
    assert len(room.arrived) == 1
    assert re.fullmatch(
        r"Acme, \d{4}-\d\d-\d\d: \d not as agreed, \d not known, \d overdue or set aside,"
        r" \d proven, of 3 systems",
        str(room.arrived[0].mail["Subject"]),
    )


def test_a_preview_shows_the_mails_and_sends_none(story: Story, room: MailRoom) -> None:
    said = story.run("report", "--digest", "--send", "--preview")

    assert said.code == 0, said
    assert room.arrived == []
    assert "To: ana@acme.example\nSubject: Acme, 20" in said.out
    assert "1 mail would be sent." in said.out


def test_what_was_sent_is_in_the_record_and_who_got_it_is_beside_it(story: Story) -> None:
    story.run("report", "--digest", "--send")
    with open_store(f"sqlite:///{story.database}", lambda: datetime.now(UTC)) as store:
        (record,) = store.records(kinds=(RecordKind.REPORT_SENT,))
        beside = store.personal_text(record.sequence)

    assert (record.body["subscription"], record.body["outcome"]) == ("digest", "confirmed")
    assert "ana" not in json.dumps(dict(record.body))
    assert beside is not None
    assert "ana" in beside[1]


def test_a_report_that_nobody_wants_says_where_to_write_who_gets_it(story: Story) -> None:
    said = story.run("report", "--send", "--period", "2020-Q1")

    assert said.code == 2
    assert "Nobody is to get such a report." in said.err
    assert "config/reports.yaml" in said.err


def test_files_that_do_not_fit_are_left_out_and_the_mail_says_how_to_get_them(
    story: Story, room: MailRoom
) -> None:
    wanted = "digest: {to: ana, cadence: daily, detail: digest, attach: [pdf, json]}"
    (story.root / "config/reports.yaml").write_text(
        f"largest: 100 KB\nsubscriptions:\n  {wanted}\n"
    )
    story.run("report", "--digest", "--send")
    (arrived,) = room.arrived

    assert [name[-5:] for name in files_of(arrived.mail)] == [".json"]
    for form in ("plain", "html"):
        told = said_in(arrived.mail, form)
        assert "Too large for this mail and left out: continuity-" in told
        assert "continuity report --period" in told


def test_a_restore_test_is_reported_once_to_those_who_want_it_and_from_then_on(
    story: Story, room: MailRoom
) -> None:
    wanted = "each: {to: ana, cadence: each-test, systems: [billing], attach: []}"
    (story.root / "config/reports.yaml").write_text(f"subscriptions:\n  {wanted}\n")
    before = story.run("report", "--send-due")
    story.record(HOUR, drill("erp", HOUR, verdict="FAIL"), drill("post", HOUR))
    after = story.run("report", "--send-due")
    again = story.run("report", "--send-due")
    subjects = Counter(str(one.mail["Subject"])[:35] for one in room.arrived)

    assert [before.out.strip(), again.out.strip()] == ["Nothing is due."] * 2
    assert after.code == 0, after
    assert "to ana (each): sent" in after.out
    assert subjects == {"FAIL: Acme: restore test of erp, 20": 1}


def test_the_service_sends_what_is_due_on_its_rounds_and_once(story: Story, room: MailRoom) -> None:
    (story.root / "config/reports.yaml").write_text(ONLY_DIGEST)
    for _ in range(2):
        with opened(story.root, story.environ) as app:
            done = go_round(app, "continuity tick")

    assert done.troubles == []
    assert len(of("digest", tuple(room.arrived))) == 1
