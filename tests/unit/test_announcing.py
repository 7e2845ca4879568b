"""Who hears of what: once, in order, and never of what another incident explains."""

from __future__ import annotations

from datetime import datetime

from continuity.domain.announcing import Lane, Voice
from continuity.domain.failure import FailureClass
from continuity.domain.fault import CheckKind
from continuity.domain.incident import Change, Event, Incident
from continuity.domain.incident_board import Board, Moved
from continuity.domain.incident_changes import after
from continuity.domain.incident_commands import acknowledge, decide
from continuity.domain.incident_plain import incident_from_plain, local_number, plain_from_incident
from continuity.domain.observing import Roster
from continuity.domain.retest import Retest, Way, retests_of
from tests.support.desks import ROSTER, announce_on
from tests.support.incidents import HOUR, NOW, PERSON, board, opened, seen

LANES = ("ticket:jira", "channel:mail")


def told(moves: tuple[Moved, ...], voice: Voice, known: bool = False) -> list[tuple[str, str]]:
    found = []
    for move in moves:
        known_now = known
        for change, incident in move.steps():
            notices = list(voice.notices(move, change, incident, known_now))
            known_now = known_now or bool(notices)
            found += [(one.lane, one.event) for one in notices]
    return found


def acted(table: Board, incident: Incident, changes: tuple[Change, ...]) -> Moved:
    moved = after(incident, changes)
    table.incidents[moved.fingerprint] = moved
    return Moved(before=incident, start=incident, changes=changes, after=moved)


def test_an_incident_that_opens_is_told_on_every_lane_once() -> None:
    moves = board().observe([seen("1")], NOW)

    assert told(moves, announce_on(LANES)) == [(lane, "opened") for lane in LANES]


def test_recurrences_are_told_nobody() -> None:
    table, _ = opened()

    assert told(table.observe([seen("2")], NOW + HOUR), announce_on(LANES), known=True) == []


def test_a_ticket_follows_an_acknowledgement_and_people_are_left_in_peace() -> None:
    table, incident = opened()
    move = acted(table, incident, decide(incident, None, acknowledge(PERSON)))

    assert told((move,), announce_on(LANES), known=True) == [("ticket:jira", "acknowledged")]


def test_what_was_never_told_has_no_end_to_tell_either() -> None:
    table, _ = opened()

    moves = table.observe([seen("2", None)], NOW + HOUR)

    assert told(moves, announce_on(LANES), known=False) == []


def test_the_end_of_what_was_told_is_told() -> None:
    table, _ = opened()

    moves = table.observe([seen("2", None)], NOW + HOUR)

    assert told(moves, announce_on(LANES), known=True)[-2:] == [(one, "resolved") for one in LANES]


def silent(_incident: Incident, at: datetime) -> bool:
    return at < NOW + HOUR


def test_maintenance_keeps_it_back_and_its_end_lets_it_speak() -> None:
    voice = Voice(lanes=announce_on(LANES).lanes, silent=silent)
    moves = board().observe([seen("1")], NOW)
    (move,) = moves

    assert told(moves, voice) == []
    assert list(voice.late(move.after, NOW)) == []
    assert [one.event for one in voice.late(move.after, NOW + HOUR)] == ["opened", "opened"]


def test_a_notice_has_the_same_key_however_often_it_is_made_and_no_other_has_it() -> None:
    (move,) = board().observe([seen("1")], NOW)
    voice = announce_on(LANES)
    change, incident = list(move.steps())[-1]

    first = [one.key for one in voice.notices(move, change, incident, False)]
    again = [one.key for one in voice.notices(move, change, incident, False)]

    assert first == again
    assert len(set(first)) == 2


def test_an_incident_is_the_same_after_it_was_plain() -> None:
    _table, incident = opened()

    assert incident_from_plain(plain_from_incident(incident)) == incident
    assert local_number(42) == "CONT-0042"


def test_a_failed_test_is_tested_by_its_own_kind() -> None:
    ways = {}
    for check in (CheckKind.BACKUP, CheckKind.DRILL, CheckKind.READ_BACK):
        table = board()
        for key in ("1", "2"):
            table.observe([seen(key, FailureClass.TIMEOUT, check=check)], NOW + HOUR)
        (incident,) = table.incidents.values()
        ways[check] = retests_of(incident, (), ROSTER)

    assert ways == {
        CheckKind.BACKUP: (Retest(way=Way.BACKUP, job="erp"),),
        CheckKind.DRILL: (Retest(way=Way.DRILL, job="erp"),),
        CheckKind.READ_BACK: (Retest(way=Way.READ_BACK, job="erp"),),
    }


def test_a_repository_is_asked_by_a_job_that_failed_with_it() -> None:
    table = board()
    table.observe(
        [seen("1", FailureClass.UNREACHABLE, job="mail", check=CheckKind.BACKUP)], NOW + HOUR
    )
    repository, child = table.incidents.values()

    assert retests_of(repository, (child,), ROSTER) == (Retest(way=Way.BACKUP, job="mail"),)
    assert retests_of(repository, (), ROSTER) == (Retest(way=Way.DRILL, job="erp"),)
    assert retests_of(repository, (), Roster(organisation="acme")) == ()


def test_a_dead_repository_is_as_grave_as_the_most_critical_of_its_jobs() -> None:
    table = board()
    table.criticality = ROSTER.criticality
    for key, place in (("1", "nas"), ("2", "cloud"), ("3", "unknown")):
        failure = FailureClass.UNREACHABLE
        table.observe([seen(key, failure, job=place, repository=place)], NOW)

    found = {one.repository: one.criticality for one in table.incidents.values() if not one.system}
    assert found == {"nas": "vital", "cloud": "high", "unknown": ""}


def test_people_are_called_by_ladders_and_hear_how_it_ends() -> None:
    mail = Lane(name="channel:mail", personal=True)
    chat = Lane(name="channel:chat")

    def change(event: Event, **details: str) -> Change:
        return Change(event=event, at=NOW, details=details)

    assert not mail.tells(change(Event.OPENED))
    assert chat.tells(change(Event.OPENED))
    assert mail.tells(change(Event.ESCALATED))
    assert not mail.tells(change(Event.ESCALATED, via="chat"))
    assert chat.tells(change(Event.ESCALATED, via="sms chat"))
    assert not chat.tells(change(Event.ESCALATED))
    assert mail.tells(change(Event.RESOLVED))
