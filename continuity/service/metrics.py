"""The numbers of the service for Prometheus; what is not known has no number, never a 0."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from continuity import __version__
from continuity.app import portfolio_of
from continuity.domain.assessment import Assessment, SystemAssessment
from continuity.domain.checkpoint import checkpoint_from_text
from continuity.domain.facts import Facts
from continuity.domain.slot import SlotState
from continuity.domain.ticket import Severity
from continuity.domain.verdict import Verdict
from continuity.service.serving import Service
from continuity.store.store import Store

METRICS_TYPE = CONTENT_TYPE_LATEST
MOST_JOBS = 2_000
"""Series of more jobs than this are left out, and their number is told."""

_DAY = timedelta(days=1)
_LEVELS = {None: -1, "L0": 0, "L1": 1, "L2": 2, "L3": 3, "L4": 4, "L5": 5}


def exposition(service: Service) -> bytes:
    """Write all numbers as they are now. Raises StoreError."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Numbers(service))
    return generate_latest(registry)


class _Numbers:
    """What is asked when somebody scrapes."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def describe(self) -> Iterable[Metric]:
        """Describe nothing beforehand: that would ask for everything once more."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Give all numbers."""
        app = self._service.app
        standing = portfolio_of(app.workspace.root, app.means.environ)
        assessment, facts = standing.assess(), standing.portfolio.facts
        yield from _of_service(self._service)
        yield from _verdicts(assessment)
        yield from _objectives(assessment)
        yield from _of_jobs(assessment, facts)
        yield from _of_store(app.bench.store, app.bench.now())


def _gauge(name: str, help_text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"continuity_{name}", help_text, labels=labels)


def _one(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    family = _gauge(name, help_text)
    family.add_metric([], value)
    return family


def _of_service(service: Service) -> Iterator[Metric]:
    info = _gauge("build_info", "The version that runs; always 1.", "version")
    info.add_metric([__version__], 1)
    yield info
    at = service.app.bench.monotonic()
    now = service.app.bench.now().timestamp()
    yield _one("well", "1 when the service looks at its slots as it should.", service.is_well())
    yield _one(
        "last_turn_timestamp_seconds",
        "When it last looked at its slots.",
        now - (at - service.health.turned),
    )
    yield _one("workspace_broken", "1 while files have problems.", service.broken)


def _verdicts(assessment: Assessment) -> Iterator[Metric]:
    family = _gauge("system_verdict", "1 for the verdict that a system has.", "system", "verdict")
    for system in assessment.systems:
        for verdict in Verdict:
            family.add_metric([system.plan.name, verdict.value], system.verdict is verdict)
    yield family


def _objectives(assessment: Assessment) -> Iterator[Metric]:
    rpo = _gauge("rpo_seconds", "Work at risk: now, at worst, by proven points.", "system", "kind")
    rpo_target = _gauge("rpo_target_seconds", "Work that may be lost.", "system")
    rto = _gauge("rto_seconds", "Time to recover, by where it comes from.", "system", "kind")
    rto_target = _gauge("rto_target_seconds", "How long it may be down.", "system")
    level = _gauge("proof_level", "Level of proof, 0 to 5; -1 for none.", "system")
    proven = _gauge("proof_timestamp_seconds", "When the weakest proof was made.", "system")
    for one in assessment.systems:
        name = one.plan.name
        for kind, span in _exposures(one):
            _add_span(rpo, [name, kind], span)
        _add_span(rpo_target, [name], one.rpo.target)
        _add_span(rto, [name, one.rto.total.kind.value], one.rto.total.high)
        _add_span(rto_target, [name], one.rto.target)
        level.add_metric([name], _LEVELS.get(one.proof.level, -1))
        if one.proof.age is not None:
            proven.add_metric([name], (assessment.at - one.proof.age).timestamp())
    yield from (rpo, rpo_target, rto, rto_target, level, proven)


def _exposures(one: SystemAssessment) -> Iterator[tuple[str, timedelta | None]]:
    yield "now", one.rpo.now
    yield "worst", one.rpo.worst
    yield "proven_now", one.rpo.proven_now
    yield "proven_worst", one.rpo.proven_worst


def _add_span(family: GaugeMetricFamily, labels: list[str], span: timedelta | None) -> None:
    if span is not None:
        family.add_metric(labels, span.total_seconds())


def _of_jobs(assessment: Assessment, facts: Facts) -> Iterator[Metric]:
    names = ("job", "system")
    verdict = _gauge("job_verdict", "1 for the verdict that a job has.", *names, "verdict")
    success = _gauge("last_success_timestamp_seconds", "When a run last passed.", *names, "kind")
    took = _gauge("last_run_seconds", "How long the last run took.", *names, "kind")
    covered = _gauge("coverage_ratio", "Files proven, as of the last restore test.", *names)
    jobs = [job for system in assessment.systems for job in system.jobs]
    for job in jobs[:MOST_JOBS]:
        labels, known = [job.plan.name, job.plan.system], facts.of(job.plan.name)
        for one in Verdict:
            verdict.add_metric([*labels, one.value], job.verdict is one)
        counted = [drill for drill in known.drills if drill.provable]
        if counted:
            covered.add_metric(labels, counted[-1].proven / counted[-1].provable)
        for kind, runs in (("backup", known.backups), ("drill", known.drills)):
            passed = [run.at for run in runs if run.verdict is Verdict.PASS]
            if passed:
                success.add_metric([*labels, kind], passed[-1].timestamp())
            if runs:
                took.add_metric([*labels, kind], runs[-1].milliseconds / 1_000)
    yield from (verdict, success, took, covered)
    left_out = max(len(jobs) - MOST_JOBS, 0)
    yield _one("jobs_left_out", "Jobs without series of their own.", left_out)


def _of_store(store: Store, now: datetime) -> Iterator[Metric]:
    with store.reading() as reading:
        incidents = Counter(one.severity for one in reading.incidents.open() if one.speaks)
        lanes = reading.outbox.states()
        slots = reading.slots.history(now - _DAY)
        due, held = reading.slots.due(), reading.slots.held()
    family = _gauge("incidents_open", "Incidents that are open.", "severity")
    for severity in Severity:
        family.add_metric([severity.value], incidents[severity])
    yield family
    states = _gauge("slots", "Slots that wait, and that run.", "state")
    states.add_metric([SlotState.DUE.value], len(due))
    states.add_metric([SlotState.RUNNING.value], len(held))
    yield states
    ended = Counter(slot.state for slot in slots)
    recent = _gauge("slots_last_day", "Slots planned in the last day, by their end.", "state")
    for state in (SlotState.RAN, SlotState.MISSED):
        recent.add_metric([state.value], ended[state])
    yield recent
    late = sum(slot.late is not None for slot in slots)
    yield _one("slots_late_last_day", "Slots of the last day that were run late.", late)
    waiting = _gauge("outbox_waiting_since_timestamp_seconds", "Oldest that waits.", "lane")
    told = _gauge("delivery_confirmed", "1 when the last try was confirmed.", "lane")
    for lane in lanes:
        told.add_metric([lane.lane], lane.outcome == "confirmed")
        if lane.waiting_since is not None:
            waiting.add_metric([lane.lane], lane.waiting_since.timestamp())
    yield from (waiting, told)
    signed = store.checkpoints()
    if signed:
        at = checkpoint_from_text(signed[-1].text).time
        yield _one("checkpoint_timestamp_seconds", "When the record was signed.", at.timestamp())
