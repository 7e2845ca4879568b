"""A message to people, rendered in the reader's language and not yet in a channel's form."""

from __future__ import annotations

from dataclasses import dataclass

from continuity.domain.text import N_
from continuity.domain.ticket import Severity

SEVERITIES = {
    Severity.S1: N_("critical"),
    Severity.S2: N_("serious"),
    Severity.S3: N_("moderate"),
    Severity.S4: N_("minor"),
    Severity.S5: N_("planned"),
}
"""What each is called; translate it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """What one recipient is told about one state of one incident, in this order.

    ``number`` is the local one; ``subject`` begins with it. ``happened`` in business words;
    ``means``: what would be lost, how long; ``doing``: what is being done and by whom; ``expected``
    of the reader; ``url`` leads to it, empty where there is no console; ``facts`` are label and
    value; ``footer`` ends with the record's checkpoint. ``thread`` is the same for all letters
    about one incident; ``key`` for all tries to deliver this one. Plain text, escaped, no secrets.
    """

    number: str
    severity: Severity
    subject: str
    happened: str
    means: str
    doing: str
    expected: str
    url: str
    facts: tuple[tuple[str, str], ...]
    footer: str
    thread: str
    key: str
    language: str
    recovered: bool = False
    drill: bool = False
