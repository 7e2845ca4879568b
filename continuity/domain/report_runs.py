"""What a finished run recorded, as a report shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from continuity.domain.evidence import Record, RecordKind
from continuity.domain.plain import flag_in, list_in, mapping_in, moment_in, number_in, text_in
from continuity.domain.reading import compared_outcome_in, outcome_in, packs_in
from continuity.domain.run import RunKind
from continuity.domain.text import N_, Message, message_from_plain, say
from continuity.domain.verdict import Verdict

NAMED_FINDINGS = 10
"""How many findings of a run are named; all of them are in its record."""

_FINISHED = {
    RecordKind.BACKUP_FINISHED: RunKind.BACKUP,
    RecordKind.DRILL_FINISHED: RunKind.DRILL,
    RecordKind.CHECK_FINISHED: RunKind.CHECK,
    RecordKind.RETENTION_FINISHED: RunKind.RETENTION,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class PhaseLine:
    """A phase of a run and what it took."""

    name: str
    milliseconds: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SampleLine:
    """What was drawn of how much; ``cut`` counts what a budget left out."""

    seed: str
    files: int
    bytes: int
    random: int
    due: int
    always: int
    cut: int
    population_files: int
    population_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CoverageLine:
    """How many files a restore test left proven, by it or by one before it, of how many."""

    files: int
    proven: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PacksLine:
    """How much of a repository's stored bytes a read-back left proven within its deadline.

    ``oldest`` is from when the deadline of the pack counts that waits longest. ``short`` says that
    the budget cannot keep the deadline: ``needed`` bytes a round against ``allowed``, or requests
    where ``in_requests``.
    """

    packs: int
    bytes: int
    proven: int
    proven_bytes: int
    within: timedelta | None
    oldest: datetime | None
    overdue: int
    short: bool
    needed: int
    allowed: int
    in_requests: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class CountLine:
    """How many of the compared entries are of a class."""

    outcome: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingLine:
    """One entry that did not come back as it was."""

    path: str
    outcome: str
    detail: Message | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RunLine:
    """A finished run; ``record`` is its place in the record of evidence.

    ``outcomes`` counts the compared entries by class; ``coverage`` and ``read_back`` are None where
    none were noted. ``packs`` says what the sample implies for the packs it lies in.
    ``torn_down`` is None where nothing was restored; ``tool`` is the backup program with its
    version.
    """

    record: int
    run_id: str
    kind: RunKind
    job: str
    repository: str
    at: datetime
    verdict: Verdict
    reason: Message | None
    remedy: Message | None
    milliseconds: int
    phases: tuple[PhaseLine, ...]
    tool: str
    level: str
    full: bool
    point: str
    data_time: datetime | None
    files: int
    bytes: int
    sample: SampleLine | None
    coverage: CoverageLine | None
    read_back: PacksLine | None
    outcomes: tuple[CountLine, ...]
    findings_total: int
    findings: tuple[FindingLine, ...]
    confidence: Message | None
    packs: Message | None
    ways: Message | None
    isolation: str
    torn_down: bool | None


def run_from_record(record: Record) -> RunLine | None:
    """Read one finished run; None for a record of something else."""
    kind = _FINISHED.get(record.kind)
    if kind is None or record.job is None:
        return None
    body = record.body
    verdict = (compared_outcome_in if kind is RunKind.DRILL else outcome_in)(body)[0]
    point, restored = mapping_in(body, "point"), mapping_in(body, "restored")
    tool, sandbox = mapping_in(body, "tool"), mapping_in(body, "sandbox")
    phases = _phases(body)
    return RunLine(
        record=record.sequence,
        run_id=record.run_id or "",
        kind=kind,
        job=record.job,
        repository=text_in(body, "repository"),
        at=record.recorded_at,
        verdict=verdict,
        reason=None if verdict is Verdict.PASS else message_in(body, "reason") or _unexplained(),
        remedy=message_in(body, "remedy"),
        milliseconds=number_in(body, "milliseconds") or sum(one.milliseconds for one in phases),
        phases=phases,
        tool=f"{text_in(tool, 'name')} {text_in(tool, 'version')}".strip(),
        level=text_in(body, "level"),
        full=flag_in(body, "full"),
        point=text_in(point, "id"),
        data_time=moment_in(point, "data_time"),
        files=number_in(restored or point, "files"),
        bytes=number_in(restored or point, "bytes"),
        sample=_sample(mapping_in(body, "sample")),
        coverage=_coverage(mapping_in(body, "coverage")),
        read_back=_packs(body),
        outcomes=_outcomes(mapping_in(body, "classes")),
        findings_total=number_in(body, "findings_total"),
        findings=_findings(body),
        confidence=message_in(mapping_in(body, "confidence"), "sentence"),
        packs=message_in(mapping_in(body, "pack_confidence"), "sentence"),
        ways=message_in(mapping_in(body, "ways"), "sentence"),
        isolation=text_in(sandbox, "isolation"),
        torn_down=flag_in(sandbox, "torn_down") if sandbox else None,
    )


def message_in(plain: Mapping[str, object], key: str) -> Message | None:
    """Read a message; None where there is none that could be shown."""
    try:
        message = message_from_plain(mapping_in(plain, key))
        str(message)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return None
    return message


def _unexplained() -> Message:
    return say(N_("The run gave no reason that could be read."))


def _mappings(body: Mapping[str, object], key: str) -> Iterable[Mapping[str, object]]:
    return (one for one in list_in(body, key) if isinstance(one, Mapping))


def _phases(body: Mapping[str, object]) -> tuple[PhaseLine, ...]:
    return tuple(
        PhaseLine(name=text_in(one, "name"), milliseconds=number_in(one, "milliseconds"))
        for one in _mappings(body, "phases")
    )


def _sample(plain: Mapping[str, object]) -> SampleLine | None:
    if not plain:
        return None
    population = mapping_in(plain, "population")
    return SampleLine(
        seed=text_in(plain, "seed"),
        files=number_in(plain, "size"),
        bytes=number_in(plain, "bytes"),
        random=number_in(plain, "random"),
        due=number_in(plain, "due"),
        always=number_in(plain, "always"),
        cut=number_in(plain, "cut"),
        population_files=number_in(population, "files"),
        population_bytes=number_in(population, "bytes"),
    )


def _coverage(plain: Mapping[str, object]) -> CoverageLine | None:
    files = number_in(plain, "files")
    return (
        CoverageLine(files=files, proven=min(number_in(plain, "proven"), files)) if files else None
    )


def _packs(body: Mapping[str, object]) -> PacksLine | None:
    known, plain = packs_in(body), mapping_in(body, "packs")
    if known is None:
        return None
    seconds = number_in(plain, "within_seconds")
    return PacksLine(
        packs=known.packs,
        bytes=known.bytes,
        proven=known.proven,
        proven_bytes=known.proven_bytes,
        within=timedelta(seconds=seconds) if seconds else None,
        oldest=known.oldest,
        overdue=number_in(plain, "overdue"),
        short=known.short,
        needed=known.needed,
        allowed=known.allowed,
        in_requests=known.in_requests,
    )


def _outcomes(plain: Mapping[str, object]) -> tuple[CountLine, ...]:
    return tuple(CountLine(outcome=name, count=number_in(plain, name)) for name in sorted(plain))


def _findings(body: Mapping[str, object]) -> tuple[FindingLine, ...]:
    found = (
        FindingLine(
            path=text_in(one, "path"),
            outcome=text_in(one, "class"),
            detail=message_in(one, "detail"),
        )
        for one in _mappings(body, "findings")
    )
    return tuple(found)[:NAMED_FINDINGS]
