"""Channels that fail, and what a person who tries them is told."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.simulators.chats import FLOW, Teams
from tests.simulators.mail import MailRoom, mail_server
from tests.simulators.simulator import simulator
from tests.support.announced import with_mail, with_webhook
from tests.support.faults import Row
from tests.support.ports import free_port
from tests.support.storages import certificate
from tests.support.story import Said, Story

TO_ANA = ("channels", "test", "mail", "--to", "ana")


@contextmanager
def mailing(root: Path, room: MailRoom) -> Iterator[Story]:
    with mail_server(room) as port:
        yield with_mail(root / "firm", port)


def red(story: Story, row: Row, said: Said) -> None:
    """Demand the row's words and code, and that no channel counts as alive since."""
    listed = json.loads(story.run("channels", "--json").out)

    row.says(" ".join((said.out + said.err).split()))
    assert str(said.code) == row.exit, said
    assert "Traceback" not in said.err
    assert {one["verdict"] for one in listed["outlets"]} == {row.verdict}


@pytest.mark.fault("mail-recipient-refused")
def test_a_refused_recipient_is_named(tmp_path: Path, row: Row) -> None:
    with mailing(tmp_path, MailRoom(unknown=True)) as story:
        red(story, row, story.run(*TO_ANA))


@pytest.mark.fault("mail-greylisted")
def test_greylisting_is_no_refusal(tmp_path: Path, row: Row) -> None:
    room = MailRoom(greylisted=1)
    with mailing(tmp_path, room) as story:
        red(story, row, story.run(*TO_ANA))
        assert story.run(*TO_ANA).code == 0

    assert len(room.arrived) == 1


@pytest.mark.fault("mail-login-refused")
def test_a_refused_login_is_told_without_the_password(tmp_path: Path, row: Row) -> None:
    room = MailRoom()
    room.nasty.locked_out = 9
    with mailing(tmp_path, room) as story:
        red(story, row, story.run(*TO_ANA))


@pytest.mark.fault("mail-untrusted")
def test_a_server_that_nobody_vouches_for_gets_no_password(tmp_path: Path, row: Row) -> None:
    vouched, key = certificate(tmp_path / "tls")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(vouched, key)
    room = MailRoom()
    with mail_server(room, context) as port:
        story = with_mail(tmp_path / "firm", port, security="starttls")
        red(story, row, story.run(*TO_ANA))

    assert room.arrived == []


@pytest.mark.fault("mail-down")
def test_a_server_that_is_down_is_named(tmp_path: Path, row: Row) -> None:
    story = with_mail(tmp_path / "firm", free_port())
    red(story, row, story.run(*TO_ANA))


@pytest.mark.slow
@pytest.mark.fault("mail-slow")
def test_a_server_that_takes_too_long_is_left(tmp_path: Path, row: Row) -> None:
    room = MailRoom()
    room.nasty.slow_seconds = 35
    with mailing(tmp_path, room) as story:
        red(story, row, story.run(*TO_ANA))

    assert room.arrived == []


@pytest.mark.fault("mail-answer-lost")
def test_a_mail_whose_answer_was_lost_may_have_arrived(tmp_path: Path, row: Row) -> None:
    room = MailRoom()
    room.nasty.drops = 1
    with mailing(tmp_path, room) as story:
        red(story, row, story.run(*TO_ANA))

    assert len(room.arrived) == 1


@pytest.mark.fault("webhook-gone")
def test_an_address_that_was_revoked_is_a_setting_to_change(tmp_path: Path, row: Row) -> None:
    with simulator(Teams(gone=True)) as server:
        story = with_webhook(tmp_path / "firm", f"{server.address}{FLOW}?sig=s3cret-sig-s3cret")
        said = story.run("channels", "test", "hook")
        red(story, row, said)

    assert "s3cret" not in said.out + said.err
