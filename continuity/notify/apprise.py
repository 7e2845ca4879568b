"""Letters through Apprise: SMS, Telegram, ntfy and a hundred others. An extra: ``apprise``.

It tells no more than whether something went wrong, so nothing is known to have arrived.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from continuity.domain.delivery import Confirmed, Outcome, Rejected, Uncertain
from continuity.domain.examined import Examined, doubtful, sound
from continuity.domain.letter import Letter
from continuity.domain.secret import Secret
from continuity.domain.text import N_, say
from continuity.domain.written import Written
from continuity.hosts.web_words import Redaction
from continuity.notify.channel import Channel, ChannelKind, ChannelOpening
from continuity.notify.paragraphs import plain_text, subject_of

if TYPE_CHECKING:
    import apprise

_NAME = say("{name}", name="Apprise")
_ABSENT = say(N_("Apprise is not installed."))
_INSTALL = say(N_("Install it: pip install 'continuity[apprise]'"))
_UNKNOWN = say(N_("Apprise knows no service of this address."))


class AppriseOptions(Written):
    """How much a service takes; which one it is stands in its address, which is a secret."""

    kind: Literal["apprise"] = Field(
        default="apprise", description="any service that Apprise knows, by its address"
    )
    longest: int = Field(
        default=1_000, ge=100, le=100_000, description="how many characters of a letter are sent"
    )


@dataclass(frozen=True)
class _Apprise:
    options: AppriseOptions
    address: Secret

    def probe(self) -> tuple[Examined, ...]:
        try:
            known = _service(self.address) is not None
        except ImportError:
            return (doubtful(_NAME, _ABSENT, _INSTALL),)
        if not known:
            remedy = say(N_("Write it as Apprise does: service://…"))
            return (doubtful(_NAME, _UNKNOWN, remedy),)
        what = N_("It knows the service; whether that answers only a test can tell.")
        return (sound(_NAME, say(what)),)

    def send(self, letter: Letter, to: str) -> Outcome:
        try:
            service = _service(self.address)
        except ImportError:
            return Rejected(reason=_ABSENT)
        if service is None:
            return Rejected(reason=_UNKNOWN, fields=("secrets",))
        with _heard() as said:
            done = service.notify(
                title=subject_of(letter, 100),
                body=plain_text(letter, self.options.longest),
                notify_type="success" if letter.recovered else "failure",
                body_format="text",
            )
        if done:
            return Confirmed()
        line = Redaction((self.address,)).line(said.getvalue().strip().rpartition("\n")[2])
        return Uncertain(reason=say(N_("Apprise could not send it: {line}"), line=line or "-"))


def _service(address: Secret) -> apprise.Apprise | None:
    import apprise  # an extra, and a second to load

    service = apprise.Apprise()
    with _heard():
        return service if service.add(address.reveal()) else None


@contextmanager
def _heard() -> Iterator[StringIO]:
    """Catch what it would log; addresses with passwords among it."""
    said = StringIO()
    logger = logging.getLogger("apprise")
    caught, before = logging.StreamHandler(said), logger.propagate
    logger.addHandler(caught)
    logger.propagate = False
    try:
        yield said
    finally:
        logger.removeHandler(caught)
        logger.propagate = before


def _open(opening: ChannelOpening) -> Channel:
    options = opening.options
    if not isinstance(options, AppriseOptions):
        raise TypeError("these are not the options of Apprise")
    return _Apprise(options, opening.secrets["address"])


CHANNEL = ChannelKind(
    name="apprise", options=AppriseOptions, secrets=("address",), personal=False, open=_open
)
