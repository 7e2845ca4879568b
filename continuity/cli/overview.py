"""The table of all systems: one line each, the worst first, with the reasons beneath."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from continuity.cli.columns import cut, joined, left, plain, width, wrapped
from continuity.cli.language import _, plural, sentence
from continuity.cli.output import verdict_text
from continuity.cli.wording import brief
from continuity.domain.assessment import Assessment, SystemAssessment
from continuity.domain.portfolio import CRITICALITIES
from continuity.domain.reason import Reason, gravity
from continuity.domain.recovery_time import TimeKind
from continuity.domain.system_time import SystemTime
from continuity.domain.text import N_
from continuity.domain.verdict import Verdict

NONE = "-"

_CRITICALITY = {
    "vital": N_("vital"),
    "high": N_("high"),
    "normal": N_("normal"),
    "low": N_("low"),
}
_MARK = {
    TimeKind.MEASURED: "=",
    TimeKind.EXTRAPOLATED: "~",
    TimeKind.CLAIMED: "!",
    TimeKind.UNKNOWN: "?",
}
_GAP = "  "
_SHORTEST_TITLE = 10
_INDENT = "    "
_REASON_LINES = 2


def criticality_text(criticality: str) -> str:
    """Name a criticality in the language in use."""
    return _(_CRITICALITY.get(criticality, criticality))


def gravest_first(systems: Sequence[SystemAssessment]) -> list[SystemAssessment]:
    """Order systems: what is not proven comes above what passed."""
    known = (*CRITICALITIES, "")
    return sorted(
        systems,
        key=lambda system: (
            -gravity(system.verdict),
            known.index(system.plan.criticality if system.plan.criticality in known else ""),
            system.plan.name,
        ),
    )


def overview(
    systems: Sequence[SystemAssessment], columns: int, *, all_reasons: bool = False
) -> Iterator[str]:
    """Give the table line by line, each within the columns."""
    ordered = gravest_first(systems)
    header, *rows = _rows(ordered, columns)
    yield from header
    for system, row in zip(ordered, rows, strict=True):
        yield from row
        limit = None if all_reasons else _REASON_LINES
        yield from _reasons(system, columns, limit)


def _rows(systems: Sequence[SystemAssessment], columns: int) -> list[list[str]]:
    """Give the lines of the header, and then those of each system."""
    verdicts = [verdict_text(system.verdict) for system in systems]
    degrees = [criticality_text(system.plan.criticality) for system in systems]
    groups = [
        _group([""], [[degree] for degree in degrees], "<", _("Crit.")),
        _group([_("now"), _("worst"), _("target")], _losses(systems), ">>>", _("Work lost")),
        _group([_("time"), _("target")], _times(systems), ">>", _("Back in")),
        _group([_("and age")], _proofs(systems), "<", _("Proof")),
    ]
    first = _group([""], [[verdict] for verdict in verdicts], "<", _("Verdict"))
    others = sum(map(width, (group[0] for group in (first, *groups))))
    left_over = columns - others - len(_GAP) * (len(groups) + 1)
    titles = [plain(system.plan.title) for system in systems]
    longest = max(_SHORTEST_TITLE, min(left_over, max(map(width, titles), default=0)))
    second = _group(
        [""], [[cut(title, longest)] for title in titles], "<", cut(_("System"), longest)
    )
    lines = [_GAP.join(cells).rstrip() for cells in zip(first, second, *groups, strict=True)]
    return [lines[:2], *([line] for line in lines[2:])]


def _group(
    headings: Sequence[str], rows: Sequence[Sequence[str]], aligned: str, title: str
) -> list[str]:
    """Join columns that belong together, under one title."""
    body = joined([headings, *rows], aligned)
    wide = max(width(title), width(body[0]))
    return [left(line, wide) for line in (title, *body)]


def _losses(systems: Sequence[SystemAssessment]) -> list[list[str]]:
    return [
        [
            brief(system.rpo.now),
            brief(system.rpo.worst),
            NONE if system.rpo.target is None else brief(system.rpo.target),
        ]
        for system in systems
    ]


def _times(systems: Sequence[SystemAssessment]) -> list[list[str]]:
    return [
        [
            time_text(system.rto),
            NONE if system.rto.target is None else brief(system.rto.target),
        ]
        for system in systems
    ]


def time_text(time: SystemTime) -> str:
    """Write how long it takes to be back, with a mark that says where the time comes from."""
    if time.total.high is None:
        return _MARK[TimeKind.UNKNOWN]
    return _MARK[time.total.kind] + brief(time.total.high)


def _proofs(systems: Sequence[SystemAssessment]) -> list[list[str]]:
    return [[proof_text(system.proof.level, system.proof.age)] for system in systems]


def proof_text(level: str | None, age: timedelta | None) -> str:
    """Write a level of proof with its age."""
    if level is None:
        return NONE
    return level if age is None else f"{level} {brief(age)}"


def _reasons(system: SystemAssessment, columns: int, limit: int | None) -> Iterator[str]:
    """Give the gravest reasons, as much as fits; the first one always, and whole."""
    shown = 0
    for text in _distinct(system.reasons):
        lines = wrapped(text, _INDENT, columns)
        if limit is not None and shown:
            lines = _begun(lines, limit - shown, columns)
        yield from lines
        shown += len(lines)


def _begun(lines: Sequence[str], limit: int, columns: int) -> list[str]:
    """Cut off what has no room: how a cause begins says more than nothing of it."""
    if len(lines) <= limit:
        return list(lines)
    kept = list(lines[: max(limit, 0)])
    return [*kept[:-1], f"{cut(kept[-1], columns - 1).removesuffix('…')}…"] if kept else []


def _distinct(reasons: Sequence[Reason]) -> list[str]:
    """Say each sentence once, and whose it is when it is not everybody's."""
    said: dict[str, dict[str, None]] = {}
    for reason in reasons:
        if reason.verdict is not Verdict.PASS:
            said.setdefault(sentence(reason.message), {})[reason.job] = None
    return [f"{', '.join(jobs)}: {text}" if all(jobs) else text for text, jobs in said.items()]


def counts(assessment: Assessment) -> str:
    """Count the systems by verdict, the worst first."""
    total = len(assessment.systems)
    return plural("{total} system: {counts}", "{total} systems: {counts}", total).format(
        total=total, counts=tally([system.verdict for system in assessment.systems])
    )


def tally(verdicts: Sequence[Verdict]) -> str:
    """Count verdicts, the worst first."""
    found = Counter(verdicts)
    ordered = sorted(found, key=gravity, reverse=True)
    return ", ".join(f"{found[verdict]} {verdict_text(verdict)}" for verdict in ordered) or "0"
