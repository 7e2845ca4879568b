"""Signs of life to a watcher elsewhere, in the protocol of Healthchecks.

It notices what nothing here can tell of: that this program, its machine or its network is dead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from pydantic import Field

from continuity.domain.clock import Now
from continuity.domain.delivery import Confirmed, Outcome, Rejected, Retryable
from continuity.domain.examined import Examined
from continuity.domain.letter import Letter
from continuity.domain.ping import LONGEST_BODY, Signal, ending_of
from continuity.domain.secret import Secret
from continuity.domain.text import N_, say
from continuity.domain.ticket import Severity
from continuity.domain.written import Written
from continuity.hosts.web import Ask, Body, Site, Web
from continuity.hosts.web_answer import Answer
from continuity.hosts.web_writes import write
from continuity.notify.address import examine_address, refused_address
from continuity.notify.channel import ChannelKind, ChannelOpening
from continuity.notify.paragraphs import plain_text

_NAME = "heartbeat"


class HeartbeatOptions(Written):
    """Nothing: the address of the check, which is a secret, says all."""

    kind: Literal["heartbeat"] = Field(
        default="heartbeat", description="signs of life to a watcher such as Healthchecks"
    )


@dataclass(frozen=True)
class Heartbeat:
    """A check at the watcher."""

    address: Secret
    now: Now

    def probe(self) -> tuple[Examined, ...]:
        """Look whether the watcher is there, without a sign of life."""
        what = say(N_("Reached; no sign of life was given."))
        return (examine_address(_NAME, self.address, self.now, what),)

    def send(self, letter: Letter, to: str) -> Outcome:
        """Tell the watcher of the incident: down, or up again. What only tries is only noted."""
        text = plain_text(letter)
        if letter.drill or letter.severity is Severity.S5:
            return self.beat(Signal.LOG, text)
        return self.beat(Signal.SUCCESS if letter.recovered else Signal.FAIL, text)

    def beat(
        self,
        signal: Signal,
        text: str = "",
        *,
        run: UUID | None = None,
        status: int | None = None,
    ) -> Outcome:
        """Give one sign of life; ``run`` pairs a start with its end."""
        refused = refused_address(_NAME, self.address)
        if refused is not None:
            return refused
        plain = self.address.reveal().rstrip("/")
        place = Secret(f"{plain}{ending_of(signal, status)}")
        web = Web(Site(name=_NAME, address=place, now=self.now, hidden=(self.address,)))
        content = text.encode("utf-8", "replace")[:LONGEST_BODY]
        query = () if run is None else (("rid", str(run)),)
        body = Body(content=content, media_type="text/plain; charset=utf-8")
        # Said twice it means the same, so a lost answer does no harm.
        ask = Ask(method="POST", path="", query=query, body=body, repeatable=True)
        return write(web, ask, _heard)


def _heard(answer: Answer) -> Outcome | None:
    said = answer.content[:200].decode("utf-8", "replace").strip().lower()
    # Said with 200, so that jobs of careless people do not fail.
    if "not found" in said:
        return Rejected(reason=say(N_("The watcher knows no check at this address.")))
    if "rate limited" in said:
        return Retryable(reason=say(N_("The watcher was told too often.")))
    return Confirmed() if said.startswith(("ok", "created")) else None


def _open(opening: ChannelOpening) -> Heartbeat:
    return Heartbeat(opening.secrets["address"], opening.now)


CHANNEL = ChannelKind(
    name="heartbeat", options=HeartbeatOptions, secrets=("address",), personal=False, open=_open
)
