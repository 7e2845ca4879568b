"""What single channels promise beyond all others: threads in Slack, signs of life, an extra."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest

from continuity.domain.delivery import Confirmed, Rejected, Retryable, Uncertain
from continuity.domain.letter import Letter
from continuity.domain.ping import Signal
from continuity.domain.secret import Secret
from continuity.domain.ticket import Severity
from continuity.domain.verdict import Verdict
from continuity.notify.channel import Channel
from continuity.notify.heartbeat import Heartbeat
from tests.simulators.chats import SlackApi, Teams
from tests.simulators.receivers import CHECK, Watcher
from tests.simulators.simulator import simulator
from tests.support.channels import NOW, WAYS
from tests.support.letters import ENDLESS, HOSTILE, LETTER, OVER
from tests.support.programs import ROOT

OTHER = replace(LETTER, thread="f2-43", key="43")


@pytest.fixture
def slack() -> SlackApi:
    return SlackApi()


@pytest.fixture
def bot(slack: SlackApi) -> Iterator[Channel]:
    with simulator(slack) as server:
        yield WAYS["slack-bot"].open(server.address)


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


@pytest.fixture
def heart(watcher: Watcher) -> Iterator[Heartbeat]:
    with simulator(watcher) as server:
        yield Heartbeat(Secret(f"{server.address}/{CHECK}"), lambda: NOW)


def test_a_bot_keeps_one_thread_for_each_incident(bot: Channel, slack: SlackApi) -> None:
    for letter in (LETTER, OTHER, OVER):
        bot.send(letter, "")

    first, other, over = slack.seen
    assert (first.thread, other.thread, over.thread) == ("", "", first.name)
    assert slack.messages[2]["reply_broadcast"] is True


def test_a_letter_of_a_thread_is_not_written_twice(bot: Channel, slack: SlackApi) -> None:
    outcomes = [bot.send(letter, "") for letter in (LETTER, OVER, OVER, LETTER)]

    assert len(slack.seen) == 2
    assert outcomes[1:] == [outcomes[1], outcomes[1], outcomes[0]]


def test_without_the_right_to_read_letters_arrive_without_threads(
    bot: Channel, slack: SlackApi
) -> None:
    slack.deaf = True
    outcomes = [bot.send(letter, "") for letter in (LETTER, OVER)]
    verdicts = [one.verdict for one in bot.probe()]

    assert [type(one) for one in outcomes] == [Confirmed, Confirmed]
    assert [one.thread for one in slack.seen] == ["", ""]
    assert verdicts == [Verdict.PASS, Verdict.INCONCLUSIVE]


@pytest.mark.parametrize(
    ("word", "outcome"),
    [("ratelimited", Retryable), ("internal_error", Uncertain), ("not_in_channel", Rejected)],
)
def test_what_slack_says_with_a_200_is_no_success(
    word: str, outcome: type[object], bot: Channel, slack: SlackApi
) -> None:
    slack.error = word

    assert isinstance(bot.send(LETTER, ""), outcome)


def test_slack_without_any_secret_says_what_is_missing() -> None:
    way = replace(WAYS["slack"], written=lambda _address: ({}, {}))
    channel = way.open("")

    assert isinstance(channel.send(LETTER, ""), Rejected)
    assert [one.verdict for one in channel.probe()] == [Verdict.INCONCLUSIVE]


@pytest.mark.parametrize("letter", [LETTER, OVER, HOSTILE, ENDLESS])
def test_no_card_fails_where_nobody_sees_it(letter: Letter) -> None:
    teams = Teams()
    with simulator(teams) as server:
        outcome = WAYS["teams"].open(server.address).send(letter, "")

    assert outcome == Confirmed(key="202 queued")
    assert (len(teams.seen), teams.failed) == (1, 0)


@pytest.mark.parametrize(
    ("letter", "signal"),
    [
        (LETTER, "fail"),
        (OVER, "success"),
        (replace(LETTER, drill=True), "log"),
        (replace(LETTER, severity=Severity.S5), "log"),
    ],
)
def test_a_watcher_hears_what_is_serious_and_only_notes_what_tries(
    letter: Letter, signal: str, heart: Heartbeat, watcher: Watcher
) -> None:
    heart.send(letter, "")

    assert watcher.signals == [(signal, "")]


def test_start_and_end_of_a_run_are_paired(heart: Heartbeat, watcher: Watcher) -> None:
    run = UUID(int=7)
    for signal in (Signal.START, Signal.SUCCESS):
        heart.beat(signal, run=run)
    heart.beat(Signal.FAIL, status=3)

    assert watcher.signals == [("start", str(run)), ("success", str(run)), ("3", "")]


def test_a_watcher_that_hears_too_much_is_told_later(heart: Heartbeat, watcher: Watcher) -> None:
    watcher.too_often = True

    assert isinstance(heart.beat(Signal.SUCCESS), Retryable)
    assert watcher.signals == []


_WITHOUT = """if True:
    import sys
    sys.modules["apprise"] = None  # as if it were not installed
    from tests.support.channels import WAYS
    from tests.support.letters import LETTER
    channel = WAYS["apprise"].open("http://127.0.0.1:1")
    print(type(channel.send(LETTER, "")).__name__)
    print(channel.probe()[0].verdict, channel.probe()[0].remedy)
"""


def test_without_the_extra_nothing_is_sent_and_it_is_said() -> None:
    asked = [sys.executable, "-c", _WITHOUT]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout.splitlines() == [
        "Rejected",
        "INCONCLUSIVE Install it: pip install 'continuity[apprise]'",
    ]
