"""Months of a firm that reports are made of: a good, a bad and a first one, and a large firm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any  # JSON, or keys of any dataclass

from continuity.domain.calendar import ALWAYS
from continuity.domain.failure import FailureClass
from continuity.domain.incident import Incident
from continuity.domain.incident_changes import after
from continuity.domain.incident_clock import Term
from continuity.domain.incident_commands import Person, acknowledge, decide
from continuity.domain.outbox import TicketLink
from continuity.domain.report import Report
from continuity.domain.segment import Clock
from continuity.domain.text import say
from tests.support.firm_nights import FIRST, NIGHTS, firm, nights, reported
from tests.support.incidents import board, only, seen
from tests.support.judgement import DAY, HOUR, a_job, a_system


def good_month() -> Report:
    """Two months in which everything went as agreed."""
    systems, jobs = firm()
    return reported(nights(jobs, 0, NIGHTS + 1), systems, jobs)


def first_month() -> Report:
    """Three nights, one test, and two systems of which nothing was ever restored."""
    systems, jobs = firm()
    diary = nights(
        jobs,
        NIGHTS - 3,
        NIGHTS + 1,
        lambda job, _night: {} if not job.startswith("test:") or "facturacion" in job else None,
    )
    unset = replace(systems[3], rpo=None, rto=None)
    return reported(diary, (*systems[:3], unset, systems[4]), jobs)


def bad_month() -> Report:
    """A month with damage, a week without copies, a slow recovery, and an incident."""
    systems, jobs = firm()
    slow = replace(systems[0], rto=HOUR / 2)
    diary = nights(jobs, 0, NIGHTS + 1, _trouble)
    return reported(
        diary,
        (slow, *systems[1:]),
        jobs,
        incidents=[_incident()],
        tickets=[_TICKET],
        terms_of=_terms,
        unready={"tpv": say("Its runbook {name} is not in use.", name="recuperar-tpv")},
    )


def _trouble(job: str, night: int) -> Mapping[str, Any] | None:
    if job == "test:planos" and night >= 49:
        return {
            "verdict": "FAIL",
            "failure": "checksum-mismatch",
            "level": "L0",
            "classes": {"match": 27, "corrupt": 2},
            "findings_total": 2,
            "findings": [
                {"path": f"/srv/planos/2019/obra {number}.dwg", "class": "corrupt", "detail": None}
                for number in (12, 31)
            ],
            "reason": {
                "template": "Came back with other content: {count} of {compared} compared; the"
                " first: {path}.",
                "values": {"count": 2, "compared": 29, "path": "/srv/planos/2019/obra 12.dwg"},
            },
        }
    if job == "correo" and 40 <= night < 47:
        reason = {
            "template": "The restic repository is locked: {line}",
            "values": {"line": "pid 812"},
        }
        return {"verdict": "INCONCLUSIVE", "failure": "locked", "reason": reason}
    if "tienda" in job and night >= 50:
        return None
    return {}


def _incident() -> Incident:
    table = board()
    made = only(table.observe([seen("1", job="planos", repository="disco")], _OPENED))
    named = replace(made, system="planos")
    person = Person(name="Marcos Salgado", at=_OPENED + 3 * HOUR, reason="se mira el disco")
    return after(named, decide(named, None, acknowledge(person)))


_OPENED = FIRST + 49 * DAY + 3 * HOUR
_TICKET = TicketLink(
    incident=1,
    lane="ticket:jira",
    marker="c-1",
    remote_id="10017",
    remote_key="SIS-42",
    remote_url="https://montelar.example/browse/SIS-42",
    remote_state="En curso",
    seen_at=_OPENED + 5 * HOUR,
)


def _terms(_incident: Incident) -> tuple[Term, ...]:
    return (
        Term(clock=Clock.RESPONSE, target=HOUR, calendar=ALWAYS),
        Term(clock=Clock.RESOLUTION, target=16 * HOUR, calendar=ALWAYS),
    )


def many_systems(count: int = 200) -> Report:
    """A firm of many systems, of which some failed, some were never tested, and most are well."""
    systems = tuple(
        a_system(
            name=f"s{number:03}",
            title=f"Sistema {number:03}",
            criticality=("vital", "high", "normal", "low")[number % 4],
            rto=4 * HOUR,
        )
        for number in range(count)
    )
    jobs = tuple(
        a_job(name=f"job-{one.name}", title=f"Ficheros de {one.name}", system=one.name)
        for one in systems
    )

    def odd(job: str, night: int) -> Mapping[str, Any] | None:
        number = int(job[-3:])
        if job.startswith("test:") and number % 11 == 0:
            return None
        bad = not job.startswith("test:") and (number * 7 + night) % 97 == 0
        return {"verdict": "FAIL", "failure": FailureClass.INTEGRITY.value} if bad else {}

    return reported(nights(jobs, NIGHTS - 28, NIGHTS + 1, odd), systems, jobs)


HISTORIES: Mapping[str, Callable[[], Report]] = {
    "good-month": good_month,
    "bad-month": bad_month,
    "first-month": first_month,
    "many-systems": many_systems,
}
