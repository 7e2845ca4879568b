"""A diary of runs written by hand or drawn by hypothesis, and the facts that come of it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any  # JSON, or keys of any dataclass

from hypothesis import strategies as st

from continuity.domain.assessment import Assessment, assess
from continuity.domain.clock import text_from_time
from continuity.domain.evidence import Record, RecordKind
from continuity.domain.facts import Facts
from continuity.domain.folding import fold_all
from continuity.domain.portfolio import JobPlan, Portfolio, SystemPlan

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

Body = Mapping[str, Any]


def a_system(**changed: Any) -> SystemPlan:
    """Describe a system that asks for a day of loss at most and a test within ten."""
    values: dict[str, Any] = {
        "name": "billing",
        "title": "Billing",
        "rpo": 26 * HOUR,
        "prove": 10 * DAY,
    }
    return SystemPlan(**(values | changed))


def a_job(**changed: Any) -> JobPlan:
    """Describe the one job of that system."""
    values: dict[str, Any] = {
        "name": "billing-files",
        "title": "Invoices",
        "system": "billing",
        "repository": "vault",
        "engine": "restic",
        "site": "office",
        "path_set": "aa",
    }
    return JobPlan(**(values | changed))


class Diary:
    """Records of runs, one after the other."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self._runs = 0

    def write(
        self,
        kind: RecordKind,
        at: datetime,
        body: Body,
        job: str | None = "billing-files",
        run: str = "",
    ) -> "Diary":
        """Add a record at a time."""
        self.records.append(
            Record(
                sequence=len(self.records) + 1,
                recorded_at=at,
                kind=kind,
                job=job,
                run_id=run or self.next_run(),
                body=body,
                personal_hash=None,
                previous="",
                hash="",
            )
        )
        return self

    def next_run(self) -> str:
        """Make the id of another run."""
        self._runs += 1
        return f"run-{self._runs}"

    def backup(self, at: datetime, job: str = "billing-files", **changed: Any) -> "Diary":
        """Add a backup of everything that ended well."""
        return self.write(RecordKind.BACKUP_FINISHED, at, a_backup(at, **changed), job)

    def drill(
        self, at: datetime, point: datetime, job: str = "billing-files", **changed: Any
    ) -> "Diary":
        """Add a restore test of the point of a time that ended well."""
        return self.write(RecordKind.DRILL_FINISHED, at, a_drill(point, **changed), job)

    def check(self, at: datetime, job: str = "billing-files", **changed: Any) -> "Diary":
        """Add a check of the repository that ended well."""
        body = {"verdict": "PASS", **WHERE, **changed}
        return self.write(RecordKind.CHECK_FINISHED, at, body, job)

    def damage(self, at: datetime, job: str = "billing-files", **changed: Any) -> "Diary":  # keys
        """Add that a restore found the repository damaged."""
        return self.write(RecordKind.DAMAGE_FOUND, at, {**DAMAGE, **changed}, job)

    def facts(self) -> Facts:
        """Fold all of it."""
        return fold_all(Facts(), self.records)

    def judged(
        self,
        now: datetime,
        *,
        system: SystemPlan | None = None,
        job: JobPlan | None = None,
        copy: JobPlan | None = None,
    ) -> Assessment:
        """Judge the one system by all of it; ``copy`` is a second job for the same thing."""
        jobs = (job or a_job(),) if copy is None else (job or a_job(), copy)
        portfolio = Portfolio(systems=(system or a_system(),), jobs=jobs, facts=self.facts())
        return assess(portfolio, now)


WHERE: Body = {
    "repository": "vault",
    "repository_id": "r1",
    "engine": "restic",
    "tool": {"name": "restic", "version": "0.18.0"},
    "path_set": "aa",
}


def point_of(at: datetime) -> Body:
    """Name the point of a time; its data is five minutes older than the record of it."""
    return {
        "id": f"point-{text_from_time(at)}",
        "data_time": text_from_time(at - timedelta(minutes=5)),
        "usable_time": text_from_time(at),
        "files": 100,
        "bytes": 10_000_000,
    }


def a_backup(at: datetime, **changed: Any) -> Body:
    """Write what a good backup records."""
    return {"verdict": "PASS", **WHERE, "point": point_of(at), **changed}


def a_drill(point: datetime, **changed: Any) -> Body:
    """Write what a good restore test of a sample records."""
    return {
        "verdict": "PASS",
        **WHERE,
        "level": "L3",
        "full": False,
        "point": point_of(point),
        "classes": {"match": 59, "corrupt": 0, "missing": 0},
        "rto": {"kind": "SAMPLE", "milliseconds": 4_000},
        "restored": {"files": 59, "bytes": 5_000_000},
        **changed,
    }


FULL: Body = {"level": "L4", "full": True, "rto": {"kind": "MEASURED", "milliseconds": 600_000}}
CORRUPT: Body = {
    "verdict": "FAIL",
    "failure": "checksum-mismatch",
    "level": "L0",
    "classes": {"match": 58, "corrupt": 1},
}

DAMAGE: Body = {
    "verdict": "FAIL",
    "failure": "integrity",
    "repository": "vault",
    "engine": "restic",
    "reason": {"template": "The run {run} found damage.", "values": {"run": "run-x"}},
}


@st.composite
def diaries(draw: st.DrawFn) -> Diary:
    """Draw up to thirty runs of two copies of one thing, of every kind and outcome."""
    diary = Diary()
    now = START
    points = [START]
    for _ in range(draw(st.integers(0, 30))):
        now += timedelta(minutes=draw(st.integers(1, 4000)))
        _write_something(draw, diary, now, points)
    return diary


def _write_something(draw: st.DrawFn, diary: Diary, now: datetime, points: list[datetime]) -> None:
    outcome = draw(st.sampled_from(_OUTCOMES))
    where = draw(st.sampled_from(_PLACES))
    job = draw(st.sampled_from(_JOBS))
    match draw(st.sampled_from(_EVENTS)):
        case "backup":
            diary.backup(now, job, **outcome, **where)
            points.append(now)
        case "drill":
            full = draw(st.sampled_from(({}, FULL)))
            diary.drill(now, draw(st.sampled_from(points)), job, **{**full, **outcome, **where})
        case "check":
            part = {"k": draw(st.integers(1, 2)), "n": 2}
            diary.check(now, job, **outcome, **draw(st.sampled_from(({}, {"slice": part}))))
        case "damage":
            diary.damage(now, job, repository=draw(st.sampled_from(("vault", "cloud"))))
        case "retention":
            gone = draw(st.sampled_from(points))
            body = {"verdict": "PASS", "removed": [point_of(gone)["id"]]}
            diary.write(RecordKind.RETENTION_FINISHED, now, body, job)
        case "start":
            kind = draw(st.sampled_from((RecordKind.BACKUP_STARTED, RecordKind.DRILL_STARTED)))
            diary.write(kind, now, {}, job)
        case "close":
            run = f"run-{draw(st.integers(1, 40))}"
            diary.write(RecordKind.RUN_CLOSED, now, {"closes": run, "kind": "drill"}, run=run)
        case _:
            chosen = point_of(draw(st.sampled_from(points)))["id"]
            diary.write(RecordKind.BASELINE_ACCEPTED, now, {"by": "maria", "point": chosen}, job)


_JOBS = ("billing-files", "billing-files", "billing-away")
_EVENTS = (
    *("backup",) * 5,
    *("drill",) * 4,
    "check",
    "damage",
    "retention",
    "start",
    "close",
    "accept",
)
_GOOD: tuple[dict[str, Any], ...] = ({},)
_OUTCOMES: tuple[dict[str, Any], ...] = (
    *_GOOD * 6,
    {"verdict": "FAIL", "failure": "integrity"},
    {"verdict": "FAIL", "failure": "target-missed"},
    {"verdict": "INCONCLUSIVE", "failure": "locked"},
    {"verdict": "PASS", "quarantined": True},
    {"verdict": "nonsense"},
)
_PLACES: tuple[dict[str, Any], ...] = (
    *_GOOD * 8,
    {"repository_id": "r2"},
    {"tool": {"name": "restic", "version": "0.19.1"}},
)


def a_good_week() -> Diary:
    """Write a week of nightly backups, with a restore test of the last one."""
    diary = Diary()
    for day in range(7):
        diary.backup(START + day * DAY)
    return diary.drill(START + 6 * DAY + HOUR, START + 6 * DAY)


NOW = START + 6 * DAY + 2 * HOUR
"""An hour after the test of a good week."""
