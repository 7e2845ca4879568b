"""A letter says what happened, what it means, who does what and what is expected."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from string import Formatter

from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.fault import FaultKind
from continuity.domain.fault_texts import FAULTS
from continuity.domain.incident import ACTIVE, Incident, State
from continuity.domain.text import say
from continuity.speech.speaker import speaker_of
from continuity.workflows.circumstances import Circumstances
from continuity.workflows.letters import body_of, draft_from, letter_from, marker_of, subject_of
from tests.support.incidents import NOW, opened

SPANISH, ENGLISH = speaker_of("es"), speaker_of("en")


def about(incident: Incident | None = None, **changes: object) -> Circumstances:
    found = opened()[1] if incident is None else incident
    plain = Circumstances(incident=found, organisation="Acme", at=NOW, zone="Europe/Madrid")
    return replace(plain, **changes)  # type: ignore[arg-type]  # any field of the dataclass


def test_the_subject_names_number_severity_and_what_it_is_about() -> None:
    assert subject_of(about(), ENGLISH) == "[CONT-0001] S2: Restore test failed: erp"


def test_a_drill_is_marked_before_anything_else() -> None:
    incident = replace(opened()[1], drill=True)

    assert "[DRILL] Restore test failed" in subject_of(about(incident), ENGLISH)
    assert "[SIMULACRO]" in subject_of(about(incident), SPANISH)


def test_what_is_over_says_so_and_asks_for_nothing() -> None:
    incident = replace(opened()[1], state=State.RESOLVED, proof=42)

    letter = letter_from(about(incident), ENGLISH, key="k")

    assert letter.recovered
    assert letter.subject.startswith("[CONT-0001] Over:")
    assert "has passed since" in letter.doing
    assert letter.expected == "Nothing: this is for you to know."


def test_a_letter_tells_what_it_took_people_to_bring_the_service_back() -> None:
    known = replace(
        opened()[1],
        recovered_at=NOW,
        recovery_milliseconds=5_400_000,
        lost_milliseconds=7_200_000,
    )
    letters = [letter_from(about(one), ENGLISH, key="k") for one in (known, opened()[1])]
    told, before = (dict(one.facts) for one in letters)

    assert told["Recovery time, from the impact to the verified service"] == "1 h 30 min"
    assert told["Work lost with the restored point"] == "2h"
    assert not {one for one in before if "verified" in one}


def test_what_a_person_ended_is_never_called_proven() -> None:
    incident = replace(opened()[1], state=State.RESOLVED, proof=0)

    assert "without proof" in letter_from(about(incident), ENGLISH, key="k").doing


def test_the_reader_is_told_the_remedy_only_when_asked_to_act() -> None:
    incident = replace(opened()[1], remedy=say("Replace the disk."))

    assert "Replace the disk." in letter_from(about(incident), ENGLISH, key="k").expected
    assert "disk" not in letter_from(about(incident), ENGLISH, key="k", acts=False).expected


def test_the_parts_of_a_letter_stand_in_their_order() -> None:
    incident = replace(opened()[1], reason=say("Came back with other content."))
    letter = letter_from(about(incident, spoken_for=29), ENGLISH, key="k")
    body = body_of(letter, ENGLISH)

    places = [body.index(part) for part in (letter.happened, letter.means, letter.doing)]
    assert places == sorted(places)
    assert "one by one: 29." in letter.happened
    assert body.endswith("record -")


def test_a_ticket_carries_a_marker_that_every_system_takes() -> None:
    draft = draft_from(about(organisation="Ñandú & Hijos, S.L."), ENGLISH)

    assert draft.marker == marker_of("Ñandú & Hijos, S.L.", 1)
    assert draft.marker.isascii()
    assert draft.marker == draft.marker.lower()


@given(st.text(max_size=300), st.integers(1, 10**9))
def test_a_marker_is_short_and_plain_whatever_the_organisation_is_called(
    organisation: str, number: int
) -> None:
    marker = marker_of(organisation, number)

    assert len(marker) < 100
    assert all(sign.isascii() and (sign.isalnum() or sign == "-") for sign in marker)


@given(
    st.sampled_from(FaultKind),
    st.sampled_from([*sorted(ACTIVE), State.RESOLVED, State.CLOSED, State.CANCELLED]),
    st.sampled_from([SPANISH, ENGLISH]),
)
def test_every_fault_in_every_state_can_be_told(
    kind: FaultKind, state: State, speaker: object
) -> None:
    incident = replace(opened()[1], kind=kind, state=state, first_seen=NOW - timedelta(days=3))
    reader = SPANISH if speaker is SPANISH else ENGLISH

    letter = letter_from(about(incident), reader, key="k")

    for text in (letter.subject, letter.happened, letter.doing, letter.expected):
        assert text
        assert not [name for _, name, _, _ in Formatter().parse(text) if name]
    assert FAULTS[kind].meaning in letter.happened or reader is SPANISH
