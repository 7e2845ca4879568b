"""The channel to Slack, by whichever way people have set up."""

from __future__ import annotations

from dataclasses import dataclass

from continuity.domain.clock import Now
from continuity.domain.delivery import Confirmed, Outcome, Rejected
from continuity.domain.examined import Examined, doubtful
from continuity.domain.letter import Letter
from continuity.domain.secret import Secret
from continuity.domain.text import N_, say
from continuity.hosts.web import Ask, Body, Site, Web
from continuity.hosts.web_answer import Answer
from continuity.hosts.web_words import json_bytes
from continuity.hosts.web_writes import write
from continuity.notify.address import examine_address, refused_address
from continuity.notify.channel import Channel, ChannelOpening
from continuity.notify.slack.bot import Bot, examined_bot
from continuity.notify.slack.message import message_from_letter
from continuity.notify.slack.options import SlackOptions

_NAME = "Slack"
_NO_WAY = say(
    N_("Neither the secret webhook is written, nor the secret token with the option channel.")
)


@dataclass(frozen=True)
class _Hook:
    address: Secret
    now: Now

    def probe(self) -> tuple[Examined, ...]:
        what = say(N_("Reached. A webhook makes no threads; a bot would."))
        return (examine_address(_NAME, self.address, self.now, what),)

    def send(self, letter: Letter, to: str) -> Outcome:
        refused = refused_address(_NAME, self.address)
        if refused is not None:
            return refused
        web = Web(Site(name=_NAME, address=self.address, now=self.now))
        body = Body(content=json_bytes(message_from_letter(letter)), media_type="application/json")
        return write(web, Ask(method="POST", path="", body=body), _taken)


def _taken(answer: Answer) -> Outcome | None:
    return Confirmed() if answer.content.strip() == b"ok" else None


@dataclass(frozen=True)
class _ByBot:
    bot: Bot

    def probe(self) -> tuple[Examined, ...]:
        return examined_bot(self.bot)

    def send(self, letter: Letter, to: str) -> Outcome:
        return self.bot.send(letter)


@dataclass(frozen=True)
class _Nowhere:
    def probe(self) -> tuple[Examined, ...]:
        remedy = say(N_("Write one of the two: config/channels.yaml."))
        return (doubtful(say("{name}", name=_NAME), _NO_WAY, remedy),)

    def send(self, letter: Letter, to: str) -> Outcome:
        return Rejected(reason=_NO_WAY, fields=("secrets",))


def open_slack(opening: ChannelOpening) -> Channel:
    """Make the channel of what people wrote; a bot is preferred."""
    options = opening.options
    if not isinstance(options, SlackOptions):
        raise TypeError("these are not the options of Slack")
    token, webhook = opening.secrets.get("token"), opening.secrets.get("webhook")
    if token is not None and options.channel is not None:
        headers = {"Authorization": Secret(f"Bearer {token.reveal()}")}
        site = Site(name=_NAME, address=options.address, now=opening.now, headers=headers)
        return _ByBot(Bot(Web(site), options.channel, opening.now))
    return _Nowhere() if webhook is None else _Hook(webhook, opening.now)
