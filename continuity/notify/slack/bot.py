"""A bot in Slack: one thread for each incident, found again by what the bot wrote beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from continuity.domain.clock import Now
from continuity.domain.delivery import Confirmed, Outcome, Rejected, Retryable, Uncertain
from continuity.domain.examined import Examined, doubtful, sound
from continuity.domain.failure import ContinuityError
from continuity.domain.letter import Letter
from continuity.domain.text import N_, Message, say
from continuity.hosts.web import Ask, Body, Web
from continuity.hosts.web_answer import Answer
from continuity.hosts.web_words import json_bytes
from continuity.hosts.web_writes import attempted, write
from continuity.notify.slack.message import message_from_letter

_EVENT = "continuity_letter"
_BACK = timedelta(days=30)
_PAGE = "200"
_LATER = frozenset(["ratelimited", "request_timeout", "service_unavailable", "team_added_to_org"])
_PERHAPS = frozenset(["internal_error", "fatal_error"])


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the bot wrote before: the message that began the thread, and whether this is there."""

    root: str = ""
    same: str = ""


@dataclass(frozen=True)
class Bot:
    """Writes into one channel."""

    web: Web
    channel: str
    now: Now

    def send(self, letter: Letter) -> Outcome:
        """Write into the incident's thread; what is there already is not written again."""
        return attempted(lambda: self._send(letter))

    def _send(self, letter: Letter) -> Outcome:
        earlier = self._earlier(letter)
        if earlier.same:
            return Confirmed(id=earlier.same, key=self.channel)
        told = {"thread": letter.thread, "key": letter.key}
        message = {
            **message_from_letter(letter),
            "channel": self.channel,
            "metadata": {"event_type": _EVENT, "event_payload": told},
        }
        if earlier.root:
            # That it is over is for all in the channel, not for those in the thread alone.
            message |= {"thread_ts": earlier.root, "reply_broadcast": letter.recovered}
        body = Body(content=json_bytes(message), media_type="application/json; charset=utf-8")
        return write(self.web, Ask(method="POST", path="chat.postMessage", body=body), self._taken)

    def _taken(self, answer: Answer) -> Outcome | None:
        said = _mapping(answer.value())
        if said.get("ok") is True:
            return Confirmed(id=str(said.get("ts", "")), key=self.channel)
        if "error" not in said:
            return None
        word = str(said["error"])
        reason = self._complaint(word)
        if word in _LATER:
            return Retryable(reason=reason)
        return Uncertain(reason=reason) if word in _PERHAPS else Rejected(reason=reason)

    def _complaint(self, word: str) -> Message:
        what = N_("Slack does not take it: {word}")
        return say(what, word=self.web.shown(word))

    def _earlier(self, letter: Letter) -> Earlier:
        since = f"{(self.now() - _BACK).timestamp():.6f}"
        history = self._ask("conversations.history", oldest=since, limit=_PAGE)
        # Without the right to read there are no threads, and letters nevertheless.
        roots = [
            (ts, told) for ts, told in _letters(history) if told.get("thread") == letter.thread
        ]
        if not roots:
            return Earlier()
        root = min(ts for ts, _ in roots)
        replies = _letters(self._ask("conversations.replies", ts=root, limit=_PAGE))
        keys = {str(told.get("key")): ts for ts, told in [*roots, *replies]}
        return Earlier(root=root, same=keys.get(letter.key, ""))

    def _ask(self, method: str, **query: str) -> Mapping[str, object]:
        asked = (("channel", self.channel), ("include_all_metadata", "true"), *query.items())
        return _mapping(self.web.read(Ask(method="GET", path=method, query=asked)).value())

    def examine(self) -> Iterator[Examined]:
        """Look who the bot is, and whether it may read what it wrote."""
        subject = say("{name}", name="Slack")
        found = _mapping(self.web.read(Ask(method="GET", path="auth.test")).value())
        if found.get("ok") is not True:
            what = self._complaint(str(found.get("error", "-")))
            yield doubtful(subject, what, say(N_("Make a new token, and write where it is kept.")))
            return
        who = self.web.shown(str(found.get("user", "-")))
        yield sound(subject, say(N_("Reached as {who}."), who=who))
        history = self._ask("conversations.history", limit="1")
        if history.get("ok") is True:
            yield sound(subject, say(N_("The channel is there; each incident gets a thread.")))
            return
        word = self.web.shown(str(history.get("error", "-")))
        yield doubtful(
            subject,
            say(N_("What was written to the channel cannot be read: {word}"), word=word),
            say(N_("Invite the bot, and give it the scopes chat:write and channels:history.")),
        )


def examined_bot(bot: Bot) -> tuple[Examined, ...]:
    """Examine, and let what went wrong be what was found."""
    found: list[Examined] = []
    try:
        found.extend(bot.examine())
    except ContinuityError as error:
        remedy = error.remedy or say(N_("Look at the network, and ask whether Slack works."))
        found.append(doubtful(say("{name}", name="Slack"), error.what, remedy))
    return tuple(found)


def _letters(said: Mapping[str, object]) -> Iterable[tuple[str, Mapping[str, object]]]:
    messages = said.get("messages")
    for message in messages if isinstance(messages, list) else []:
        one = _mapping(message)
        metadata = _mapping(one.get("metadata"))
        if metadata.get("event_type") == _EVENT:
            yield str(one.get("ts", "")), _mapping(metadata.get("event_payload"))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
