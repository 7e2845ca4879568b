"""Letters as people get them, and such as somebody means harm with."""

from __future__ import annotations

from dataclasses import replace

from continuity.domain.letter import Letter
from continuity.domain.ticket import Severity

URL = "https://continuity.acme.example/incidents/42"

LETTER = Letter(
    number="CONT-0042",
    severity=Severity.S1,
    subject="[CONT-0042] S1: Accounting (erp) cannot be restored",
    happened="The last restore test failed. 14 files are missing, Núñez & Co. among them.",
    means="If Accounting were lost now: back in 3 h (measured), losing at most 9 days.",
    doing="Nobody has taken it yet.",
    expected="Take it, so that others know: continuity incidents ack 42",
    url=URL,
    facts=(("Since", "21 Nov 2026, 03:12"), ("Repository", "office-nas")),
    footer="Acme, S.L. · incident CONT-0042 · record 1834 9f86d081884c7d65",
    thread="f1-42",
    key="42-1-open-S1-channel-ana",
    language="en",
)

OVER = replace(
    LETTER,
    subject="[CONT-0042] Over: Accounting (erp) cannot be restored",
    doing="It is over: a test of the same kind has passed since.",
    expected="Nothing: this is for you to know.",
    recovered=True,
    key="42-1-resolved-S1-channel-ana",
)

EVIL = (
    "<!channel> <@U012AB3CD> <https://evil.example|here> [here](https://evil.example) "
    "<script>alert(1)</script> <img src=x onerror=alert(1)> \"'><b>&amp;\r\nBcc: all@acme.example"
    "\r\n\r\n*bold* _under_ ~gone~ `code`\x1b[31m\x00\u202egnp.exe"
)

HOSTILE = replace(
    LETTER,
    number="CONT-0666",
    subject=f"[CONT-0666] S1: {EVIL}",
    happened=EVIL,
    means=EVIL,
    expected=EVIL,
    facts=((EVIL, EVIL),),
    footer=EVIL,
)

ENDLESS = replace(
    LETTER,
    happened="ñ" * 100_000,
    means="word " * 20_000,
    expected="<&>" * 30_000,
    facts=tuple((f"label {number} " * 50, "value " * 1_000) for number in range(200)),
)
