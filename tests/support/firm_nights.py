"""The nights of a firm of five systems: copies, restore tests, looks at storage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any  # JSON, or keys of any dataclass

from continuity.domain.location import FactName
from continuity.domain.portfolio import JobPlan, SystemPlan
from continuity.domain.report import Report
from continuity.domain.reporting import report_on
from tests.support.judgement import DAY, FULL, HOUR, Diary, a_job, a_system
from tests.support.reported import MARCH, PHASES, grounds_of
from tests.support.sightings import LOCKED_BUCKET, OFFICE_DISK, Seen, look

FIRST = datetime(2026, 2, 1, 0, 30, tzinfo=UTC)
"""The first night of the month before."""

END = datetime(2026, 4, 1, 7, 0, tzinfo=UTC)
NIGHTS = 58
_SHARES = (11, 7, 5, 3)
_SUNDAY = 6

SYSTEMS = (
    ("facturacion", "Facturación y almacén (ERP)", "vital", 26, 4),
    ("tpv", "Cajas de las tres tiendas", "vital", 26, 8),
    ("correo", "Correo electrónico", "high", 26, 8),
    ("tienda", "Tienda en internet", "high", 26, 8),
    ("planos", "Planos y expedientes", "normal", 48, 24),
)
OWNERS = {
    "facturacion": "Lucía Herrero",
    "tpv": "Rubén Cano",
    "correo": "Marcos Salgado",
    "tienda": "Rubén Cano",
}


def firm() -> tuple[tuple[SystemPlan, ...], tuple[JobPlan, ...]]:
    systems = tuple(
        a_system(name=name, title=title, criticality=rank, rpo=rpo * HOUR, rto=rto * HOUR)
        for name, title, rank, rpo, rto in SYSTEMS
    )
    jobs = tuple(
        a_job(
            name=f"{name}{suffix}",
            title=title,
            system=name,
            repository=repository,
            path_set=name,
            site=site,
            home="oficina",
            medium=medium,
        )
        for name, title, *_ in SYSTEMS
        for suffix, repository, site, medium in (
            ("", "disco", "oficina", "disk"),
            ("-fuera", "nube", "nube", "object"),
        )
    )
    return systems, jobs


def nights(
    jobs: tuple[JobPlan, ...],
    first: int,
    last: int,
    odd: Callable[[str, int], Mapping[str, Any] | None] = lambda _job, _night: {},
) -> Diary:
    """Back up every night, test a sample each Sunday, and everything on the first of them.

    ``odd`` gives what was otherwise in a night, None for nothing at all.
    """
    diary = Diary()
    for night in range(first, last):
        at = FIRST + night * DAY
        for place, job in enumerate(jobs):
            changed, when = odd(job.name, night), at + timedelta(minutes=6 * place)
            if changed is not None:
                diary.backup(when, job.name, **_place(job), **changed)
        if at.weekday() == _SUNDAY:
            _test(diary, jobs, at, odd)
        if at.weekday() == 0:
            facts: Seen = {**LOCKED_BUCKET, FactName.IMMUTABLE: True}
            look(diary, at + 5 * HOUR, facts, kind="s3", repository="nube")
            look(diary, at + 5 * HOUR, OFFICE_DISK, repository="disco")
    return diary


def _place(job: JobPlan) -> dict[str, Any]:
    return {
        "repository": job.repository,
        "repository_id": f"id-{job.repository}",
        "path_set": job.path_set,
    }


def _test(
    diary: Diary,
    jobs: tuple[JobPlan, ...],
    at: datetime,
    odd: Callable[[str, int], Mapping[str, Any] | None],
) -> None:
    week = (at - FIRST).days // 7
    for place, job in enumerate(jobs):
        point = at + timedelta(minutes=6 * place)
        changed = odd(f"test:{job.name}", (at - FIRST).days)
        if changed is None:
            continue
        full = at.day <= 7 and not job.name.endswith("-fuera")
        what = {**FULL, **_phases(place)} if full else _sampled(week, place)
        diary.drill(point + 2 * HOUR, point, job.name, **{**what, **_place(job), **changed})


def _phases(place: int) -> dict[str, Any]:
    spent = (("resolve", 1), ("restore", 35 + 20 * place), ("compare", 6 + 4 * place))
    phases = [{"name": name, "milliseconds": 60_000 * cost} for name, cost in spent]
    whole = sum(60_000 * cost for _, cost in spent)
    sizes = {"files": 100, "bytes": 10_000_000}
    return {
        **PHASES,
        "phases": phases,
        "milliseconds": whole,
        "rto": {"kind": "MEASURED", "milliseconds": whole},
        "restored": sizes,
        "coverage": {"files": 100, "proven": 100},
    }


def _sampled(week: int, place: int) -> dict[str, Any]:
    drawn = 20 + place
    return {
        "sample": {
            "seed": f"5eed{week:02}{place:02}",
            "size": drawn + 9,
            "random": drawn,
            "due": 5,
            "always": 4,
            "bytes": 50_000_000,
            "cut": 0,
            "population": {"files": 100, "bytes": 500_000_000},
        },
        "milliseconds": 40_000 + 1_700 * place + 900 * week,
        "rto": {"kind": "SAMPLE", "milliseconds": 40_000 + 1_700 * place + 900 * week},
        "coverage": {"files": 100, "proven": min(30 + 9 * week + place, 100)},
        "sandbox": {"isolation": "B", "torn_down": True},
        "confidence": {
            "sentence": {
                "template": "{bad} of {drawn} randomly drawn files were bad: with 95 % confidence"
                " at most {most_bad} of all {population} files are ({percent} %). Damage often hits"
                " files that are stored together, and that makes small samples see less than this"
                " says.",
                "values": {
                    "bad": 0,
                    "drawn": drawn,
                    "most_bad": 12,
                    "population": 100,
                    "percent": "12.00",
                },
            }
        },
    }


def reported(
    diary: Diary,
    systems: tuple[SystemPlan, ...],
    jobs: tuple[JobPlan, ...],
    **more: Any,
) -> Report:
    diary.records.sort(key=lambda record: record.recorded_at)
    diary.records = [
        replace(record, sequence=place, hash=f"{place:064x}")
        for place, record in enumerate(diary.records, start=1)
    ]
    grounds = grounds_of(diary, MARCH, systems=systems, jobs=jobs, owners=OWNERS, **more)
    named = replace(grounds, organisation="Suministros Montelar, S.L.", checkpoint="990:3fa94c1e")
    return report_on(named, MARCH, END)
