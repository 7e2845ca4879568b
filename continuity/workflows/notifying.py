"""Tell people: the same letter to each of them, once for each state of an incident."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from continuity.domain.delivery import Confirmed, Rejected
from continuity.domain.outbox import SAID, Notice, OutboxRow
from continuity.domain.plain import mapping_in, text_in
from continuity.domain.text import N_, say
from continuity.notify.channel import Channel
from continuity.speech.speaker import Speaker
from continuity.workflows.circumstances import Circumstances
from continuity.workflows.delivering import Send, Sent
from continuity.workflows.letters import letter_from
from continuity.workflows.words import TO, letter_of_word

ACTS = "acts"
"""In the payload of a notice: whether more than reading is expected."""

_NOBODY = say(N_("Nobody concerned can be reached by this channel."))
_NO_LONGER = say(N_("Whoever was to be told is no longer among those concerned."))


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Somebody who is told; ``address`` is where by this channel, ``acts`` who is to do more."""

    name: str
    address: str
    speaker: Speaker
    acts: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Outward:
    """A channel as incidents use it.

    ``readers`` are those concerned by a row who can be reached by a personal channel; None for a
    channel that has its own address, where ``speaker`` speaks. ``person`` gives the address and the
    speaker of somebody, and ``footer`` the last line of what is said outside of incidents.
    """

    name: str
    channel: Channel
    speaker: Speaker
    tell: Callable[[OutboxRow], Circumstances]
    readers: Callable[[OutboxRow], Iterable[Reader]] | None = None
    person: Callable[[str], tuple[str, Speaker] | None] = lambda _name: None
    footer: Callable[[], str] = lambda: ""

    @property
    def lane(self) -> str:
        """The lane of its notices."""
        return f"channel:{self.name}"


def sender_by(outward: Outward) -> Send:
    """Give what sends the notices of one channel."""

    def send(row: OutboxRow) -> Sent:
        if row.notice.event == SAID:
            return _said(outward, row)
        if outward.readers is None:
            letter = letter_from(outward.tell(row), outward.speaker, key=row.notice.key)
            return Sent(outcome=outward.channel.send(letter, ""))
        readers = outward.readers(row)
        to = row.notice.payload.get(TO)
        if not isinstance(to, str):
            more = tuple(_notice_to(row, reader, outward) for reader in readers)
            return Sent(outcome=Confirmed() if more else Rejected(reason=_NOBODY), more=more)
        reader = next((one for one in readers if one.name == to), None)
        if reader is None:
            return Sent(outcome=Rejected(reason=_NO_LONGER))
        acts = row.notice.payload.get(ACTS) is True
        letter = letter_from(outward.tell(row), reader.speaker, key=row.notice.key, acts=acts)
        return Sent(outcome=outward.channel.send(letter, reader.address))

    return send


def _said(outward: Outward, row: OutboxRow) -> Sent:
    """Send what a run of a runbook tells; whom it is for was settled when it was queued."""
    person = text_in(row.notice.payload, TO)
    known = outward.person(person) if person else ("", outward.speaker)
    if known is None:
        return Sent(outcome=Rejected(reason=_NO_LONGER))
    address, speaker = known
    letter = letter_of_word(row.notice, speaker, outward.footer())
    return Sent(outcome=outward.channel.send(letter, address))


def _notice_to(row: OutboxRow, reader: Reader, outward: Outward) -> Notice:
    """Make the notice for one reader: at most one for each state of an incident and each rung."""
    said = row.notice.payload
    rung = text_in(mapping_in(said, "details"), "rung")
    about = [said.get("number"), said.get("cycle"), said.get("state"), said.get("severity")]
    key = "-".join(str(one) for one in (*about, rung, outward.lane, reader.name))
    return replace(
        row.notice,
        key=key,
        lane=f"{outward.lane}:{reader.name}",
        payload={**said, TO: reader.name, ACTS: reader.acts},
    )
