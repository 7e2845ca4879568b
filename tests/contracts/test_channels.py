"""What every channel to people promises, tried on the other end of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from continuity.domain.delivery import Confirmed, Rejected, Retryable, Uncertain
from continuity.domain.verdict import Verdict
from continuity.notify.channel import Channel
from continuity.notify.registry import channel_kinds
from tests.simulators.seen import Wall
from tests.simulators.simulator import Nasty
from tests.support.channels import WAYS, Way
from tests.support.letters import ENDLESS, HOSTILE, LETTER, OVER, URL
from tests.support.ports import free_port


@pytest.fixture(params=list(WAYS))
def way(request: pytest.FixtureRequest) -> Way:
    return WAYS[request.param]


@pytest.fixture
def nasty() -> Nasty:
    return Nasty()


@pytest.fixture
def ends(way: Way, nasty: Nasty) -> Iterator[tuple[Channel, Wall]]:
    """Both ends of a channel."""
    with way.running(nasty) as (wall, address):
        yield way.open(address), wall


@pytest.fixture
def channel(ends: tuple[Channel, Wall]) -> Channel:
    return ends[0]


@pytest.fixture
def wall(ends: tuple[Channel, Wall]) -> Wall:
    return ends[1]


def test_every_kind_is_tried() -> None:
    assert {way.kind for way in WAYS.values()} == set(channel_kinds())


def test_a_reader_learns_in_order_what_happened_and_what_is_expected(
    way: Way, channel: Channel, wall: Wall
) -> None:
    outcome = channel.send(LETTER, way.to)

    (seen,) = wall.seen
    parts = (LETTER.happened, LETTER.means, LETTER.doing, LETTER.expected)
    places = [seen.text.find(part) for part in parts]
    assert isinstance(outcome, Confirmed)
    assert -1 not in places
    assert places == sorted(places)
    assert [word for word in ("CONT-0042", "Critical (S1)") if word not in seen.text] == []
    assert seen.links == ((URL,) if way.linked else ())


def test_that_it_is_over_is_said_in_words(way: Way, channel: Channel, wall: Wall) -> None:
    channel.send(OVER, way.to)

    assert "Over · critical (S1)" in wall.seen[0].text


def test_looking_tells_nobody_anything(channel: Channel, wall: Wall) -> None:
    examined = channel.probe()

    assert {one.verdict for one in examined} == {Verdict.PASS}
    assert wall.seen == []


def test_a_dead_address_is_seen_before_it_is_needed(way: Way) -> None:
    if way.blind:
        pytest.skip("only a test can tell")
    examined = way.open(f"http://127.0.0.1:{free_port()}").probe()

    assert Verdict.PASS not in {one.verdict for one in examined}


def test_nobody_there_means_another_try(way: Way) -> None:
    outcome = way.open(f"http://127.0.0.1:{free_port()}").send(LETTER, way.to)

    assert isinstance(outcome, Uncertain if way.blind else Retryable)


def test_a_lost_answer_is_never_taken_for_yes_or_no(
    way: Way, channel: Channel, wall: Wall, nasty: Nasty
) -> None:
    nasty.drops = 1
    outcome = channel.send(LETTER, way.to)

    assert isinstance(outcome, Retryable if way.repeatable else Uncertain)
    assert len(wall.seen) == 1


def test_sent_again_it_is_recognised_as_the_same(
    way: Way, channel: Channel, wall: Wall, nasty: Nasty
) -> None:
    nasty.drops = 1
    channel.send(LETTER, way.to)
    outcome = channel.send(LETTER, way.to)

    assert isinstance(outcome, Confirmed)
    assert len(wall.seen) == (1 if way.looks else 2)
    assert len({one.name for one in wall.seen}) == 1


def test_whoever_asks_for_patience_gets_it(way: Way, channel: Channel, nasty: Nasty) -> None:
    nasty.throttled, nasty.throttle_headers = 1, {"Retry-After": "90"}
    outcome = channel.send(LETTER, way.to)

    if way.blind:
        assert isinstance(outcome, Uncertain)
    else:
        assert isinstance(outcome, Retryable)
        assert outcome.after in {None, timedelta(seconds=90)}


def test_an_address_that_is_gone_is_a_setting_to_change(
    way: Way, channel: Channel, wall: Wall
) -> None:
    wall.gone = True
    outcome = channel.send(LETTER, way.to)

    assert isinstance(outcome, Uncertain if way.blind else Rejected)
    assert wall.seen == []


@pytest.mark.parametrize("trouble", ["storm", "cuts", "web_page", "huge", "mute"])
def test_trouble_at_the_other_end_is_never_taken_for_success(
    way: Way, channel: Channel, nasty: Nasty, trouble: str
) -> None:
    if way.name in {"webhook", "teams", "apprise"} and trouble == "mute":
        pytest.skip("a status is all that they promise")
    if way.name == "apprise" and trouble in {"web_page", "huge"}:
        pytest.skip("it looks at the status alone, and hears everybody out")
    if way.name == "email" and trouble in {"web_page", "huge"}:
        pytest.skip("not over HTTP")
    setattr(nasty, trouble, 3)

    assert not isinstance(channel.send(LETTER, way.to), Confirmed)


@pytest.mark.parametrize("trouble", ["locked_out", "storm", "drops"])
def test_secrets_stay_secret_whatever_goes_wrong(
    way: Way, channel: Channel, nasty: Nasty, trouble: str
) -> None:
    setattr(nasty, trouble, 9)
    said = [channel.send(LETTER, way.to), *channel.probe(), channel]

    told = " ".join(map(repr, said))
    assert [secret for secret in way.hidden if secret in told] == []


def test_secrets_stay_secret_when_the_address_is_gone(
    way: Way, channel: Channel, wall: Wall
) -> None:
    wall.gone = True
    told = repr(channel.send(LETTER, way.to))

    assert [secret for secret in way.hidden if secret in told] == []


def test_hostile_names_stay_names(way: Way, channel: Channel, wall: Wall) -> None:
    outcome = channel.send(HOSTILE, way.to)

    (seen,) = wall.seen
    assert isinstance(outcome, Confirmed)
    assert seen.links == ((URL,) if way.linked else ())
    assert seen.called == ()
    assert "<script>alert(1)</script>" in seen.text
    assert [sign for sign in "\x00\x1b\u202e" if sign in seen.text] == []


def test_only_web_addresses_become_links(way: Way, channel: Channel, wall: Wall) -> None:
    if way.kind == "webhook":
        pytest.skip("a program gets it as it is")
    channel.send(replace(LETTER, url="javascript:alert(1)"), way.to)

    assert wall.seen[0].links == ()


def test_a_letter_without_an_end_is_cut_and_keeps_its_number(
    way: Way, channel: Channel, wall: Wall
) -> None:
    outcome = channel.send(ENDLESS, way.to)

    (seen,) = wall.seen
    assert isinstance(outcome, Confirmed)
    assert "CONT-0042" in seen.text
    assert seen.links == ((URL,) if way.linked else ())
    assert len(seen.raw) < 200_000
