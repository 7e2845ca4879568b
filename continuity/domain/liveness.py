"""Whether a channel lives: when it was tried, and whether a person saw it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from continuity.domain.evidence import Record, RecordKind
from continuity.domain.examined import Examined, doubtful, sound
from continuity.domain.text import N_, Message, say

TEST_EVERY = timedelta(days=31)
CONFIRM_WITHIN = timedelta(days=3)

LIVENESS_KINDS = (RecordKind.CHANNEL_TESTED, RecordKind.CHANNEL_CONFIRMED)

_SENT = ("confirmed", "uncertain")
# Nothing that is taken for something else when it is read from a telephone.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class LivenessTest:
    """One test of a channel; ``code_hash`` is of what only its reader knows."""

    sequence: int
    channel: str
    kind: str
    at: datetime
    outcome: str
    code_hash: str
    confirmed_at: datetime | None = None

    @property
    def sent(self) -> bool:
        """Whether it may have arrived."""
        return self.outcome in _SENT


def code_from_bytes(random: bytes) -> str:
    """Make a code that is easily read out and typed."""
    number, code = int.from_bytes(random, "big"), ""
    for _ in range(_LENGTH):
        number, place = divmod(number, len(_LETTERS))
        code += _LETTERS[place]
    return code


def hash_of_code(code: str) -> str:
    """Hash a code as people type it, in whatever case and with whatever between."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()


def liveness_from_records(records: Iterable[Record]) -> tuple[LivenessTest, ...]:
    """Read all tests, each with its confirmation; the oldest first."""
    found: dict[int, LivenessTest] = {}
    for record in records:
        body = record.body
        if record.kind is RecordKind.CHANNEL_TESTED:
            found[record.sequence] = LivenessTest(
                sequence=record.sequence,
                channel=str(body.get("channel", "")),
                kind=str(body.get("kind", "")),
                at=record.recorded_at,
                outcome=str(body.get("outcome", "")),
                code_hash=str(body.get("code_hash", "")),
            )
        elif record.kind is RecordKind.CHANNEL_CONFIRMED:
            _confirm(found, body.get("test"), record.recorded_at)
    return tuple(found.values())


def _confirm(found: dict[int, LivenessTest], sequence: object, at: datetime) -> None:
    test = found.get(sequence) if isinstance(sequence, int) else None
    if test is not None and test.confirmed_at is None:
        values = {name: getattr(test, name) for name in LivenessTest.__slots__}
        found[test.sequence] = LivenessTest(**{**values, "confirmed_at": at})


def examine_liveness(
    name: str, kind: str, tests: Iterable[LivenessTest], now: datetime
) -> Examined:
    """Say whether a channel is known to live; one that is now of another kind is a new one."""
    own = [test for test in tests if (test.channel, test.kind) == (name, kind)]
    subject = say(N_("channel {name}"), name=name)
    again = say(N_("Try it: continuity channels test {name}"), name=name)
    if not own:
        return doubtful(subject, say(N_("It was never tried.")), again)
    last, seen = own[-1], [test for test in own if test.confirmed_at is not None]
    at = last.at.date().isoformat()
    if not last.sent:
        what = N_("The last test, on {at}, did not go out.")
        return doubtful(subject, say(what, at=at), _mend(name))
    fresh = bool(seen) and now - seen[-1].at <= TEST_EVERY
    if last.confirmed_at is None and not (fresh and now - last.at <= CONFIRM_WITHIN):
        what = N_("Nobody has confirmed the test of {at}.")
        return doubtful(
            subject,
            say(what, at=at),
            say(N_("Ask who should have read it. Seen: continuity channels confirm CODE")),
        )
    if not fresh:
        return doubtful(subject, say(N_("The last test was on {at}."), at=at), again)
    return sound(
        subject,
        say(N_("A person saw the test of {at}."), at=seen[-1].at.date().isoformat()),
    )


def _mend(name: str) -> Message:
    return say(N_("Look why: continuity channels probe {name}"), name=name)


def found_by_code(tests: Iterable[LivenessTest], code: str, now: datetime) -> LivenessTest | None:
    """Find the newest test with a code; one that is too old proves nothing of today."""
    wanted = hash_of_code(code)
    found = [test for test in tests if test.code_hash == wanted and now - test.at <= TEST_EVERY]
    return found[-1] if found else None
