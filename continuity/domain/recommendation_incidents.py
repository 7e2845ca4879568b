"""What is recommended after incidents: what comes back, what nobody took, and who is waited for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from continuity.domain.advice import Rule, Size
from continuity.domain.recommendations import Derive, Findings, Found, Said, Subject
from continuity.domain.report_incidents import IncidentLine
from continuity.domain.shown import shown_duration
from continuity.domain.text import N_, say

_OFTEN = 2
_HALF = 50
_PERCENT = 100
_UNANSWERED_FOR = timedelta(hours=4)


def repeated(findings: Findings) -> Iterator[Found]:
    """The same fault again and again."""
    times: dict[str, list[IncidentLine]] = {}
    for line in _real(findings):
        times.setdefault(line.fingerprint, []).append(line)
    for _, lines in sorted(times.items()):
        count, last = sum(line.cycle for line in lines), lines[-1]
        if count >= _OFTEN or last.recurrence_of:
            yield _of_incident(
                Rule.REPEATED,
                last,
                Said(
                    what=say(
                        N_("Find the cause of {title}; until now only its effect was mended.")
                    ),
                    because=say(
                        N_("It came {count} times; it lasted {lasted} in all."),
                        count=max(count, _OFTEN),
                        lasted=shown_duration(sum((one.lasted for one in lines), timedelta())),
                    ),
                    effect=say(N_("It does not come back, and nobody is called for it again.")),
                ),
                (Size.MEDIUM, Size.MEDIUM),
            )


def unanswered(findings: Findings) -> Iterator[Found]:
    """An incident that nobody took."""
    for line in _real(findings):
        if line.acknowledged_at is not None or line.lasted < _UNANSWERED_FOR:
            continue
        yield _of_incident(
            Rule.UNANSWERED,
            line,
            Said(
                what=say(N_("Agree on who answers, and who stands in: {title}.")),
                because=say(N_("Nobody had it in {lasted}."), lasted=shown_duration(line.lasted)),
                effect=say(N_("The next one is worked on from its first hour.")),
            ),
            (Size.LARGE, Size.SMALL),
        )


def provider_wait(findings: Findings) -> Iterator[Found]:
    """An incident most of which was waiting for a provider."""
    for line in _real(findings):
        waited = sum((one.time for one in line.waited if one.reason == "provider"), timedelta())
        if not waited or _PERCENT * waited < _HALF * line.lasted:
            continue
        yield _of_incident(
            Rule.PROVIDER_WAIT,
            line,
            Said(
                what=say(N_("Agree with the provider on times, or learn to do it: {title}.")),
                because=say(
                    N_("{waited} of {lasted} were spent waiting for the provider."),
                    waited=shown_duration(waited),
                    lasted=shown_duration(line.lasted),
                ),
                effect=say(N_("Up to {waited} less the next time."), waited=shown_duration(waited)),
            ),
            (Size.MEDIUM, Size.MEDIUM),
        )


def _real(findings: Findings) -> Iterator[IncidentLine]:
    return (line for line in findings.incidents if not line.drill)


def _of_incident(rule: Rule, line: IncidentLine, said: Said, sizes: tuple[Size, Size]) -> Found:
    subject = Subject(line.fingerprint, line.number, line.system)
    return said.about(rule, subject, *sizes)


RULES: tuple[Derive, ...] = (repeated, unanswered, provider_wait)
