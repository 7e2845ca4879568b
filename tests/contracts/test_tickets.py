"""What every ticket system keeps to, on good days."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from continuity.domain.attachment import Attachment
from continuity.domain.delivery import Confirmed, Rejected
from continuity.domain.ticket import TicketRef, TicketState
from continuity.domain.verdict import Verdict
from continuity.tickets.registry import ticket_kinds
from tests.simulators.held import BEGINNING
from tests.support.programs import ROOT
from tests.support.trackers import TRACKERS
from tests.support.tracking import DRAFT, MARKER, Tracked, found, made

HOSTILE = {
    "html": "<script>alert(1)</script> <b>bold</b> &amp; &lt;",
    "markup": "*a* _b_ `c` [d](http://e) #1 @anna ~f~ |g| $h$ {code} h1. !x! \\o/ {{y}}",
    "lists": "- a\n1. b\n    c\n> d\n# e\n===",
    "bullets": "Ein Wort: ñ é 漢字 🙂 “quoted”",
}


def test_every_kind_has_a_simulator() -> None:
    assert sorted(TRACKERS) == sorted(ticket_kinds())


def test_every_kind_is_explained() -> None:
    page = (ROOT / "docs/tickets.md").read_text()

    assert [kind for kind in ticket_kinds() if f"| `{kind}` |" not in page] == []


def test_what_fits_is_found_to_fit(tracked: Tracked) -> None:
    rows = tracked.system.probe()

    assert rows
    assert [str(row.what) for row in rows if row.verdict is not Verdict.PASS] == []


def test_a_map_that_the_other_side_does_not_know_is_refused(tracked: Tracked) -> None:
    for wrong in tracked.tracker.wrong:
        rows = tracked.tracker.open(tracked.address, **wrong).probe()

        bad = [row for row in rows if row.verdict is not Verdict.PASS]
        assert bad, wrong
        assert [row for row in bad if row.remedy is None and "refused" not in str(row.what)] == []


def test_a_ticket_has_its_text_and_ends_with_its_marker(tracked: Tracked) -> None:
    made(tracked)

    held = tracked.only()
    assert "Accounting cannot be restored" in held.title
    assert "The copy of accounting is damaged.\n\nNewest proven point: 9 days old." in held.text
    assert held.text.rstrip().splitlines()[-1] == f"[{MARKER}]"
    assert DRAFT.url in held.text


def test_a_ticket_is_found_by_its_marker_and_by_no_other(answering: Tracked) -> None:
    ref = made(answering)
    answering.system.create(replace(DRAFT, marker=f"{MARKER}1"))

    assert found(answering) == (ref,)
    assert answering.system.find("continuity-acme-7") == ()


def test_two_tickets_with_one_marker_are_found_oldest_first(answering: Tracked) -> None:
    if answering.system.abilities.idempotent:
        pytest.skip("sending twice makes one")
    refs = (made(answering), made(answering))

    assert found(answering) == refs


def test_a_note_is_internal_where_the_system_has_that(noting: Tracked) -> None:
    ref = made(noting)

    outcome = noting.system.comment(ref, "The disk was exchanged.", "CONT-0042/3")

    (note,) = noting.only().notes
    assert isinstance(outcome, Confirmed)
    assert note.internal == noting.system.abilities.internal_notes
    assert "The disk was exchanged." in note.text


def test_a_note_that_is_sent_again_is_recognised(noting: Tracked) -> None:
    ref = made(noting)
    outcomes = [noting.system.comment(ref, "Once.", "CONT-0042/3") for _ in range(3)]
    other = noting.system.comment(ref, "Once.", "CONT-0042/4")

    assert all(isinstance(one, Confirmed) for one in (*outcomes, other))
    assert len(noting.only().notes) == 2


@pytest.mark.parametrize("state", list(TicketState))
def test_every_state_can_be_reached_with_its_note_and_reaching_it_twice_says_it_once(
    state: TicketState, tracked: Tracked
) -> None:
    ref = made(tracked)

    outcomes = [tracked.system.move(ref, state, "Proven by a restore.") for _ in range(2)]

    held = tracked.only()
    assert [type(outcome) for outcome in outcomes] == [Confirmed, Confirmed]
    assert held.state == tracked.tracker.done.get(state, held.state)
    said = sum("Proven by a restore." in note.text for note in held.notes)
    assert said == int(tracked.system.abilities.notes)


def test_a_ticket_can_be_opened_again(answering: Tracked) -> None:
    ref = made(answering)
    answering.system.move(ref, TicketState.RESOLVED, "Proven.")

    outcome = answering.system.move(ref, TicketState.OPEN, "It failed again.")

    assert isinstance(outcome, Confirmed)
    assert answering.system.fetch(ref).state in {TicketState.OPEN, TicketState.IN_PROGRESS}


def test_evidence_arrives_whole_or_is_refused(tracked: Tracked) -> None:
    ref = made(tracked)
    evidence = Attachment(
        name='proof "x"\n/../ñ.json', media_type="application/json", content=bytes(range(256))
    )

    outcomes = [tracked.system.attach(ref, evidence) for _ in range(2)]

    files = list(tracked.only().files.values())
    can = tracked.system.abilities.attachment_bytes > 0
    assert [type(one) for one in outcomes] == [Confirmed if can else Rejected] * 2
    assert files == [evidence.content] * can


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(tracked: Tracked) -> None:
    ref = made(tracked)
    limit = tracked.system.abilities.attachment_bytes
    large = Attachment(name="a", media_type="text/plain", content=b"x" * (limit + 1))

    assert isinstance(tracked.system.attach(ref, large), Rejected)
    assert tracked.only().files == {}


def test_the_state_of_the_other_side_is_read(answering: Tracked) -> None:
    ref = made(answering)
    before = answering.system.fetch(ref)
    answering.desk.moves(ref.key, answering.tracker.closing)

    after = answering.system.fetch(ref)
    assert before.ref == ref
    assert before.state is TicketState.OPEN
    assert after.state in {TicketState.RESOLVED, TicketState.CLOSED}
    assert after.updated > before.updated


def test_a_ticket_that_somebody_deleted_is_gone(answering: Tracked) -> None:
    ref = made(answering)
    answering.desk.removes(ref.key)

    assert answering.system.fetch(ref).gone
    assert isinstance(answering.system.comment(ref, "Hello?", "k"), Rejected)


def test_what_people_did_comes_back_and_what_we_did_does_not(answering: Tracked) -> None:
    ref = made(answering)
    answering.system.comment(ref, "A note of ours.", "CONT-0042/1")
    answering.desk.says(ref.key, "The courier brings the disk tomorrow.")
    answering.system.move(ref, TicketState.ON_HOLD, "Waiting.")
    answering.desk.moves(ref.key, answering.tracker.closing)

    changes = answering.system.changes_since(BEGINNING, (ref,))

    assert [change.comment.strip() for change in changes if change.comment] == [
        "The courier brings the disk tomorrow."
    ]
    assert changes[-1].state in {TicketState.RESOLVED, TicketState.CLOSED}
    assert [change.at for change in changes] == sorted(change.at for change in changes)
    assert {change.ref for change in changes} == {ref}
    assert answering.system.changes_since(changes[-1].at + timedelta(minutes=1), (ref,)) == ()
    assert answering.system.changes_since(BEGINNING, ()) == ()


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_texts_stay_text(name: str, tracked: Tracked) -> None:
    text = HOSTILE[name]
    ref = tracked.system.create(replace(DRAFT, body=text))
    assert isinstance(ref, Confirmed)

    tracked.system.comment(TicketRef(id=ref.id, key=ref.key, url=ref.url), text, "k1")

    held = tracked.only()
    assert text in held.text
    assert [text in note.text for note in held.notes] == [True] * tracked.system.abilities.notes


def test_control_characters_and_endless_texts_leave_the_marker_alone(tracked: Tracked) -> None:
    body = "a\x00b\x1b[31mc\x7f\u202ed\udcff\r\n" + "*long* <line> " * 8_000
    outcome = tracked.system.create(
        replace(DRAFT, body=body, title="t\r\nBcc: x@y\x00" + "x" * 999)
    )
    assert isinstance(outcome, Confirmed)
    ref = TicketRef(id=outcome.id, key=outcome.key, url=outcome.url)

    noted = tracked.system.comment(ref, body, "k1")

    held = tracked.only()
    said = "".join(note.text for note in held.notes)
    assert isinstance(noted, Confirmed) == tracked.system.abilities.notes
    assert held.text.rstrip().splitlines()[-1] == f"[{MARKER}]"
    assert not set("\x00\x1b\x7f\u202e\n\r") & set(held.title)
    assert not set("\x00\x1b\x7f\u202e\udcff") & set(held.text + said)
    assert "ab[31mcd" in held.text
    if tracked.system.abilities.reads:
        assert [one.id for one in found(tracked)] == [ref.id]
