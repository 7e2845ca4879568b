"""`continuity coverage`: what of a job is proven, and what is overdue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import click

from continuity.app import now, opened
from continuity.cli.columns import joined, plain, room, wrapped
from continuity.cli.entry import Options
from continuity.cli.language import _
from continuity.cli.output import epilog, show, show_json, verdict_text
from continuity.cli.wording import brief, moment, number, size
from continuity.domain.checks import checks_of
from continuity.domain.clock import text_from_time
from continuity.domain.coverage import Coverage, Step, plain_from_coverage
from continuity.domain.pack_facts import PackFacts
from continuity.domain.packs_judgement import late_reading, latest_packs
from continuity.domain.verdict import Verdict, exit_code, worst
from continuity.workflows.covering import Covered, cover
from continuity.workflows.history import read_history

_PERCENT = 100


@click.command(
    help=_(
        "Show how much of a job's newest backup was really restored and compared, how long ago, "
        "and what is overdue by the job's own deadline. Exit code 4 when a file or a pack is "
        "overdue, 3 when nothing is proven, when no deadline is set and something is not, or when "
        "the budget of read-backs does not suffice."
    ),
    epilog=epilog("continuity coverage erp", "continuity coverage erp --json"),
)
@click.argument("job", metavar="JOB")
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def command(options: Options, job: str, as_json: bool) -> int:
    """Count and print."""
    with opened(options.workspace) as app:
        protected = app.protected(job)
        facts = read_history(app.bench, job)
        covered = cover(app.bench, protected, facts)
    own = replace(facts, checks=checks_of(facts.checks, protected.job.repository))
    within, packs = protected.job.read_back.within, latest_packs(own.checks)
    late = late_reading(own, within, now(), protected.zone)
    verdict = worst((verdict_on(covered.coverage), *(reason.verdict for reason in late)))
    if as_json:
        show_json({**_plain(job, covered, verdict), "packs": _plain_packs(packs)})
    else:
        lines = _screen(job, covered, verdict, protected.zone)
        show("\n".join((*lines, *_packs(packs, within, protected.zone))))
    return exit_code(verdict)


def verdict_on(coverage: Coverage) -> Verdict:
    """Judge coverage: what nobody asks for by a time is not on time either."""
    if coverage.overdue_files:
        return Verdict.OVERDUE
    if not coverage.proven_files:
        return Verdict.INCONCLUSIVE
    left = coverage.files - coverage.proven_files
    return Verdict.INCONCLUSIVE if coverage.within is None and left else Verdict.PASS


def _plain(job: str, covered: Covered, verdict: Verdict) -> dict[str, object]:
    return {
        "job": job,
        "verdict": verdict.value,
        "restore_point": {
            "id": covered.point.id,
            "data_time": text_from_time(covered.point.data_time),
        },
        **plain_from_coverage(covered.coverage),
    }


def _plain_packs(packs: PackFacts | None) -> dict[str, object] | None:
    if packs is None:
        return None
    return {
        "packs": packs.packs,
        "bytes": packs.bytes,
        "proven": packs.proven,
        "proven_bytes": packs.proven_bytes,
        "oldest": None if packs.oldest is None else text_from_time(packs.oldest),
    }


def _packs(packs: PackFacts | None, within: timedelta | None, zone: str) -> Iterator[str]:
    """Say what read-backs have proven of the stored bytes, as of the latest one."""
    if packs is None:
        return
    counts = {
        "proven": number(packs.proven),
        "packs": number(packs.packs),
        "size": size(packs.proven_bytes),
        "all_size": size(packs.bytes),
        "oldest": "-" if packs.oldest is None else moment(packs.oldest, ZoneInfo(zone)),
    }
    told = _("Read back: {proven} of {packs} packs, {size} of {all_size}, oldest {oldest}.")
    if within is not None:
        told = _(
            "Read back within {within}: {proven} of {packs} packs, {size} of {all_size},"
            " oldest {oldest}."
        )
    yield from wrapped(told.format(within=brief(within), **counts), "", room())


def _screen(job: str, covered: Covered, verdict: Verdict, zone: str) -> Iterator[str]:
    coverage = covered.coverage
    title = _("{verdict}  {job}: {proven} of {files} files proven, {bytes} of {all_bytes}")
    yield title.format(
        verdict=verdict_text(verdict),
        job=plain(job),
        proven=number(coverage.proven_files),
        files=number(coverage.files),
        bytes=size(coverage.proven_bytes),
        all_bytes=size(coverage.bytes),
    )
    yield ""
    yield from (line.rstrip() for line in joined(_rows(coverage), "<>>>", "  "))
    yield ""
    for sentence in _remarks(covered, ZoneInfo(zone)):
        yield from wrapped(sentence, "", room())


def _rows(coverage: Coverage) -> list[list[str]]:
    """Count files; what is not proven comes first."""
    never = coverage.files - coverage.proven_files - coverage.unsealed
    never_bytes = None if coverage.unsealed else coverage.bytes - coverage.proven_bytes
    counted: list[tuple[str, int, int | None]] = [
        (_("Overdue"), coverage.overdue_files, coverage.overdue_bytes),
        (_("Never proven"), never, never_bytes),
        (_("Cannot be proven (not sealed)"), coverage.unsealed, None),
        *((_age_text(step), step.files, step.bytes) for step in coverage.ages),
    ]
    heading = ["", _("Files"), _("Share"), _("Size")]
    return [heading, *(_row(name, files, size_, coverage) for name, files, size_ in counted)]


def _row(name: str, files: int, bytes_: int | None, coverage: Coverage) -> list[str]:
    share = files * _PERCENT / coverage.files if coverage.files else 0.0
    return [name, number(files), f"{number(share, 1)} %", "" if bytes_ is None else size(bytes_)]


def _age_text(step: Step) -> str:
    if step.younger_than is None:
        return _("Proven longer ago")
    return _("Proven less than {age} ago").format(age=brief(step.younger_than))


def _remarks(covered: Covered, zone: ZoneInfo) -> Iterator[str]:
    coverage = covered.coverage
    yield _("Counted over the restore point {point} of {moment}.").format(
        point=plain(covered.point.id[:12]), moment=moment(covered.point.data_time, zone)
    )
    if coverage.within is None:
        yield _("No deadline is set (sample.within in the job), so nothing can be overdue.")
        return
    yield _("Every file must be proven once within {span}.").format(span=brief(coverage.within))
    if coverage.next_due is not None:
        due = moment(coverage.next_due, zone)
        yield _("The next file becomes overdue at {moment}.").format(moment=due)
