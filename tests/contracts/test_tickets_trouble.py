"""What every ticket system keeps to, on bad days."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from continuity.domain.attachment import Attachment
from continuity.domain.delivery import Confirmed, Outcome, Rejected, Retryable, Uncertain
from continuity.domain.failure import AuthenticationError, ContinuityError, UnreachableError
from continuity.domain.ticket import TicketRef, TicketState
from continuity.domain.verdict import Verdict
from tests.support.tracking import DRAFT, Tracked, found, made


@pytest.mark.parametrize("knob", ["drops", "mute"])
def test_a_ticket_whose_answer_was_lost_is_found_and_is_one(knob: str, tracked: Tracked) -> None:
    setattr(tracked.nasty, knob, 1)

    outcome = tracked.system.create(DRAFT)

    abilities = tracked.system.abilities
    lost = {Retryable, Uncertain} if abilities.idempotent else {Uncertain}
    assert type(outcome) in lost
    assert len(tracked.desk.held()) == 1
    if abilities.reads:
        assert len(found(tracked)) == 1
    if abilities.idempotent:
        assert isinstance(tracked.system.create(DRAFT), Confirmed)
        assert len(tracked.desk.held()) == 1


def test_an_index_that_lags_is_owned_up_to(answering: Tracked) -> None:
    made(answering)
    answering.nasty.blind = 1

    first, second = found(answering), found(answering)

    assert len(second) == 1
    assert len(first) == (0 if answering.system.abilities.lagging_find else 1)


def test_a_note_whose_answer_was_lost_is_written_once(noting: Tracked) -> None:
    ref = made(noting)
    noting.nasty.drops = 1

    first = noting.system.comment(ref, "Once.", "k1")
    second = noting.system.comment(ref, "Once.", "k1")

    assert isinstance(first, Uncertain | Retryable)
    assert isinstance(second, Confirmed)
    assert len(noting.only().notes) == 1


def outcomes_of_everything(tracked: Tracked, ref: TicketRef) -> list[Outcome]:
    system = tracked.system
    file = Attachment(name="a.txt", media_type="text/plain", content=b"a")
    outcomes = [system.create(DRAFT), system.move(ref, TicketState.RESOLVED, "b")]
    outcomes += [system.comment(ref, "a", "k")] if system.abilities.notes else []
    return outcomes + ([system.attach(ref, file)] if system.abilities.attachment_bytes else [])


def test_a_system_that_asks_for_patience_gets_it(tracked: Tracked) -> None:
    ref = made(tracked)
    tracked.nasty.throttle_headers = {"Retry-After": "77"}
    tracked.nasty.throttled = 100

    outcomes = outcomes_of_everything(tracked, ref)

    assert [type(one) for one in outcomes] == [Retryable] * len(outcomes)
    if not tracked.tracker.extra.get("no_patience"):
        asked = {one.after for one in outcomes if isinstance(one, Retryable)}
        assert asked == {timedelta(seconds=77)}


def test_credentials_that_do_not_work_are_a_setting_to_change_and_stay_secret(
    tracked: Tracked,
) -> None:
    ref = made(tracked)
    tracked.nasty.locked_out = 100

    outcomes = outcomes_of_everything(tracked, ref)
    rows = tracked.system.probe()

    told = repr(outcomes) + repr(rows) + repr(tracked.system)
    assert [type(one) for one in outcomes] == [Rejected] * len(outcomes)
    assert [row for row in rows if row.verdict is not Verdict.PASS]
    assert [secret for secret in tracked.tracker.secrets.values() if secret in told] == []


def test_a_system_in_trouble_never_gets_a_ticket_twice_and_never_a_crash(tracked: Tracked) -> None:
    ref = made(tracked)
    tracked.nasty.storm = 100

    outcomes = outcomes_of_everything(tracked, ref)

    assert {type(one) for one in outcomes} <= {Retryable, Uncertain}
    assert len(tracked.desk.held()) == 1


def test_a_request_that_was_cut_off_may_have_arrived(tracked: Tracked) -> None:
    ref = made(tracked)
    tracked.nasty.cuts = 100

    outcomes = outcomes_of_everything(tracked, ref)

    assert {type(one) for one in outcomes} <= {Retryable, Uncertain}


def test_nobody_there_is_no_ticket_surely(tracked: Tracked) -> None:
    ref = made(tracked)
    nobody = replace(tracked, system=tracked.tracker.open(tracked.tracker.nowhere))

    outcomes = outcomes_of_everything(nobody, ref)

    assert [type(one) for one in outcomes] == [Retryable] * len(outcomes)


def test_reading_in_bad_weather_is_an_error_with_words(answering: Tracked) -> None:
    ref = made(answering)
    weather = {"storm": UnreachableError, "cuts": UnreachableError, "throttled": UnreachableError}
    for knob, error in {**weather, "locked_out": AuthenticationError}.items():
        setattr(answering.nasty, knob, 100)
        for read in (lambda: answering.system.fetch(ref), lambda: found(answering)):
            with pytest.raises(error):
                read()
        setattr(answering.nasty, knob, 0)


def test_a_page_of_a_proxy_is_no_empty_list_and_no_ticket(answering: Tracked) -> None:
    ref = made(answering)
    for read in (lambda: answering.system.fetch(ref), lambda: found(answering)):
        answering.nasty.web_page = 3
        with pytest.raises(ContinuityError):
            read()


def test_a_field_that_is_not_taken_is_named(tracked: Tracked) -> None:
    if tracked.tracker.extra.get("no_fields"):
        pytest.skip("it has no fields")
    tracked.nasty.refused_fields = ("description",)

    outcome = tracked.system.create(DRAFT)

    assert isinstance(outcome, Rejected)
    assert "description" in " ".join((*outcome.fields, str(outcome.reason)))
    assert tracked.desk.held() == []
