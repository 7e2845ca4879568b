"""The answer of `status`: the verdict of every system, judged now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from continuity.app import Standing, portfolio_of
from continuity.cli.columns import joined, plain, room, wrapped
from continuity.cli.language import _, plural, sentence
from continuity.cli.output import show, show_json, verdict_text
from continuity.cli.overview import NONE, counts, overview, proof_text
from continuity.cli.warnings import late_reports, unwritable, warnings
from continuity.cli.wording import brief, moment
from continuity.domain.assessment import Assessment, SystemAssessment
from continuity.domain.assessment_plain import plain_from_assessment
from continuity.domain.failure import ConfigurationError
from continuity.domain.job_judgement import JobAssessment
from continuity.domain.portfolio import ITSELF
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict, exit_code
from continuity.store.peek import peek_open_incidents


def answer(workspace: Path, name: str | None, *, as_json: bool) -> int:
    """Judge and print; gives the exit code of the worst verdict.

    With a name only that system is shown, in full. Raises ConfigurationError for an unknown one.
    """
    standing = portfolio_of(workspace)
    assessment = standing.assess()
    if name is not None:
        assessment = _only(assessment, name, standing)
    if as_json:
        show_json(_plain(assessment, standing))
    else:
        show("\n".join(_screen(assessment, standing, in_full=name is not None)))
    return exit_code(assessment.verdict)


def _only(assessment: Assessment, name: str, standing: Standing) -> Assessment:
    systems = tuple(system for system in assessment.systems if system.plan.name == name)
    if not systems:
        known = ", ".join(system.plan.name for system in assessment.systems) or NONE
        raise ConfigurationError(
            say(N_("There is no system named {name}."), name=plain(name)),
            remedy=say(N_("Known systems: {names}"), names=known),
        )
    sound = standing.doubt is None and not standing.problems and standing.hindrance is None
    verdict = systems[0].verdict if sound else assessment.verdict
    return replace(assessment, systems=systems, verdict=verdict)


def _plain(assessment: Assessment, standing: Standing) -> dict[str, object]:
    return {
        **plain_from_assessment(assessment, sentence),
        "record": _plain_record(standing),
        "unwritable": unwritable(standing.hindrance),
        "problems": [problem.rendered(sentence) for problem in standing.problems],
        "incidents_open": _open_incidents(standing),
        "reports_late": sorted(late_reports(standing)),
    }


def _open_incidents(standing: Standing) -> int | None:
    """Count what is open; None where that is not known from a look."""
    database, beside = standing.database, standing.beside
    if database is None:
        return None if beside is None else beside.incidents_open
    return peek_open_incidents(database) if database.exists() else 0


def _plain_record(standing: Standing) -> Mapping[str, object]:
    doubt = standing.doubt
    verdict = Verdict.PASS if doubt is None else Verdict.FAIL
    return {
        "verdict": verdict.value,
        "records": standing.portfolio.facts.sequence,
        "reason": None if doubt is None else sentence(doubt),
    }


def _screen(assessment: Assessment, standing: Standing, *, in_full: bool) -> Iterator[str]:
    columns = room()
    yield from warnings(standing, columns)
    yield from overview(assessment.systems, columns, all_reasons=in_full)
    if in_full:
        yield ""
        yield from _jobs(assessment.systems)
    yield ""
    yield counts(assessment)
    yield from wrapped(_legend(assessment), "", columns)
    if not standing.portfolio.facts.jobs:
        yield ""
        yield from _first_steps(standing, columns)
    elif not _may_copy_itself(standing):
        text = _("Continuity itself is in no backup: its record and its keys exist only here.")
        yield from wrapped(text, "", columns)


def _may_copy_itself(standing: Standing) -> bool:
    """Tell whether a job copies Continuity; what has a problem, as is said, may be that job."""
    jobs = standing.portfolio.jobs
    return bool(standing.problems) or any(job.path_set == ITSELF for job in jobs)


def _legend(assessment: Assessment) -> str:
    return _(
        "As of {moment}; worst loss of the last {days} days. Back in: = measured, ~ computed, "
        "! claimed, ? unknown. Proof: from L3 on, data was restored and compared."
    ).format(moment=moment(assessment.at, ZoneInfo(assessment.zone)), days=assessment.window.days)


def _first_steps(standing: Standing, columns: int) -> Iterator[str]:
    names = [job.name for job in standing.portfolio.jobs]
    if not names:
        yield from wrapped(_("No job is usable yet. Next: continuity check"), "", columns)
        return
    yield from wrapped(_("Nothing was recorded yet, so nothing is known. Next:"), "", columns)
    yield f"    continuity backup {names[0]}"
    yield f"    continuity drill {names[0]}"


def _jobs(systems: Sequence[SystemAssessment]) -> Iterator[str]:
    heading = [_("Verdict"), _("Job"), _("Repository"), _("Newest"), _("Proven"), _("Proof")]
    rows = [
        row
        for system in systems
        for job in system.jobs
        for row in (_row(job, plain(job.plan.name)), *(_row(copy, "  =") for copy in job.copies))
    ]
    if rows:
        yield from (line.rstrip() for line in joined([heading, *rows], "<<<>><", "  "))
    else:
        yield plural("{total} job", "{total} jobs", 0).format(total=0)


def _row(job: JobAssessment, name: str) -> list[str]:
    return [
        verdict_text(job.verdict),
        name,
        plain(job.plan.repository),
        brief(job.rpo.now) if job.rpo.now is not None else NONE,
        brief(job.rpo.proven_now) if job.rpo.proven_now is not None else NONE,
        proof_text(job.proof.level, job.proof.age),
    ]
