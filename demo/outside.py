"""Those who hear of a failure in the demonstration: a tracker like GitHub's, and a mail server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.post import Mailbox, post_office, text_of
from tests.simulators.github import TOKEN, Github
from tests.simulators.simulator import Nasty, simulator

_TRACKER = """\
tiques:
  kind: github
  secrets:
    token:
      file: secrets/tiques
  options:
    address: {tracker}
    repository: acme/it
"""


@dataclass(frozen=True, kw_only=True)
class Listeners:
    """What people see: the tickets and the mails."""

    tracker: Github
    mailbox: Mailbox

    @property
    def tickets(self) -> list[str]:
        """Each ticket in one line: its state and its title."""
        return [f"{one.state}: {one.title}" for one in self.tracker.held()]

    @property
    def numbers(self) -> list[str]:
        """The numbers of the incidents that have tickets."""
        return [_number(one.title) for one in self.tracker.held()]

    @property
    def closed(self) -> list[str]:
        """The numbers of the incidents whose tickets were closed as completed."""
        done = (one for one in self.tracker.held() if one.state == "closed completed")
        return [_number(one.title) for one in done]

    @property
    def letter(self) -> str:
        """The text of the first mail, as a plain reader shows it."""
        return text_of(self.mailbox.mails[0])


def _number(title: str) -> str:
    found = re.search(r"CONT-(\d+)", title)
    return "" if found is None else str(int(found[1]))


@contextmanager
def listening(firm: Path) -> Iterator[Listeners]:
    """Start both, and write them into the firm's workspace."""
    tracker, mailbox = Github(nasty=Nasty()), Mailbox(place=firm.with_name("mail"))
    with post_office(mailbox) as channel, simulator(tracker, tracker.nasty) as server:
        (firm / "secrets" / "tiques").write_text(TOKEN, encoding="ascii")
        (firm / "secrets" / "tiques").chmod(0o600)
        channels = channel + _TRACKER.format(tracker=server.address)
        (firm / "config" / "channels.yaml").write_text(channels, encoding="utf-8")
        yield Listeners(tracker=tracker, mailbox=mailbox)
