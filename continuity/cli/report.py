"""`continuity report`: what a period proved, what it did not, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypedDict, Unpack

import click

from continuity.app import now, opened
from continuity.cli.columns import plain
from continuity.cli.entry import Options
from continuity.cli.language import _, sentence, speaker
from continuity.cli.output import epilog, remark, show, show_json
from continuity.cli.report_evidence import evidence_of
from continuity.cli.report_grounds import Wish, grounds_of
from continuity.cli.report_sending import Errand, send
from continuity.domain.failure import ConfigurationError
from continuity.domain.light import Light
from continuity.domain.period import Cadence
from continuity.domain.report import Report
from continuity.domain.report_schema import report_schema
from continuity.domain.reporting import report_on
from continuity.domain.run import RunKind
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict, exit_code
from continuity.reporting.signing import digest_now, signed_digest
from continuity.reports.composing import page_from_digest, page_from_report, page_from_test
from continuity.reports.csv_tables import zip_from_page
from continuity.reports.html import html_from_page
from continuity.reports.json_form import json_from_report
from continuity.reports.page import Page
from continuity.reports.text import text_from_page
from continuity.service.report_desk import report_desk_of

_TERMINAL = Path("-")


class Asked(TypedDict):
    """What was asked for on the command line."""

    period: str
    digest: bool
    run: str
    form: str | None
    to: Path | None
    evidence: Path | None
    schema: bool
    send: bool
    send_due: bool
    preview: bool
    digest_out: Path | None


_FORMATS = ("text", "html", "pdf", "json", "csv")
_SUFFIXES = {
    ".txt": "text",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".json": "json",
    ".zip": "csv",
}
_VERDICTS = {
    Light.GREEN: Verdict.PASS,
    Light.AMBER: Verdict.OVERDUE,
    Light.RED: Verdict.FAIL,
    Light.UNKNOWN: Verdict.INCONCLUSIVE,
}


@click.command(
    help=_(
        "Report on a period: when each system would be back and what would be lost, what is not "
        "covered or overdue, what changed, what to do and to decide, and behind it every run, "
        "incident and number. The last whole month if nothing else is asked for."
    ),
    epilog=epilog(
        "continuity report",
        "continuity report --period 2026-Q3 --to quarter.html",
        "continuity report --digest",
        "continuity report --period 2026-Q3 --evidence evidence-2026-Q3.zip",
        "continuity report --send-due",
        "continuity report --run 20261031T020000Z-8f2a61c0de --to test.html",
    ),
)
@click.option(
    "--period",
    metavar="2026|2026-Q3|2026-10|2026-W42|2026-10-05|2026-10-05..2026-10-18",
    default="",
    help=_("What it is about; the last whole month if not given, with --digest the last day."),
)
@click.option("--digest", is_flag=True, help=_("Only what somebody looks at every day."))
@click.option("--run", metavar="ID", default="", help=_("Report on this one restore test."))
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    help=_("Form of the report; text if not given, or what the name of the file says."),
)
@click.option(
    "--to",
    type=click.Path(path_type=Path, dir_okay=False),
    help=_("Write it to this file, - for here; pdf and csv, a zip of tables, need a file."),
)
@click.option(
    "--evidence",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.zip",
    help=_(
        "Pack the report with its records, checkpoints and signatures, for an auditor who trusts "
        "only unzip, sha256sum, jq and ssh-keygen; VERIFY.txt in it tells how."
    ),
)
@click.option("--send", is_flag=True, help=_("Send it to those who are to get such a report."))
@click.option(
    "--send-due",
    is_flag=True,
    help=_("Send what is due now and was not sent, and try again what failed; for cron."),
)
@click.option(
    "--preview", is_flag=True, help=_("With --send or --send-due: show the mails, send none.")
)
@click.option(
    "--digest-out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=_("Write how all stands now, signed, to this file: for the provider."),
)
@click.option("--schema", is_flag=True, help=_("Print the JSON Schema of a report instead."))
@click.pass_obj
def command(options: Options, **asked: Unpack[Asked]) -> int:
    """Report, and print or write."""
    if asked["schema"]:
        show_json(report_schema())
        return 0
    if asked["send"] or asked["send_due"] or asked["preview"]:
        errand = Errand(wish=_wish(asked), due=asked["send_due"], preview=asked["preview"])
        return send(options.workspace, errand)
    if asked["evidence"] is not None:
        report, packed = evidence_of(options.workspace, _wish(asked))
        _write(asked["evidence"], packed)
        return exit_code(_VERDICTS[report.light])
    if asked["digest_out"] is not None:
        return _hand_out(options.workspace, asked["digest_out"])
    if asked["to"] == _TERMINAL:
        asked["to"] = None
    form = asked["form"] or _form_of(asked["to"])
    if form in {"csv", "pdf"} and asked["to"] is None:
        what = say(N_("PDF and tables are files, which cannot be shown here."))
        raise ConfigurationError(what, remedy=say(N_("Name a file with --to.")))
    present = now()
    grounds, period = grounds_of(options.workspace, _wish(asked), present)
    report = report_on(grounds, period, present)
    written = _written(form, report, asked)
    if asked["to"] is None:
        show(written.decode().rstrip("\n"))
    else:
        _write(asked["to"], written)
    return exit_code(_VERDICTS[report.light])


def _wish(asked: Asked) -> Wish:
    cadence = Cadence.DAY if asked["digest"] else Cadence.MONTH
    return Wish(cadence=cadence, period=asked["period"], run=asked["run"])


def _hand_out(workspace: Path, to: Path) -> int:
    with opened(workspace) as app:
        desk = report_desk_of(app)
        _write(to, signed_digest(desk, digest_now(desk)))
    return 0


def _form_of(to: Path | None) -> str:
    if to is None:
        return "text"
    form = _SUFFIXES.get(to.suffix.lower())
    if form is None:
        what = say(N_("The name {file} does not say which form is wanted."), file=str(to))
        raise ConfigurationError(what, remedy=say(N_("Give --format too.")))
    return form


def _written(form: str, report: Report, asked: Asked) -> bytes:
    if form == "json":
        return json_from_report(report, sentence)
    return _FORMS[form](_page(report, digest=asked["digest"], run=asked["run"]))


def _page(report: Report, *, digest: bool, run: str) -> Page:
    if run:
        drills = (one for one in report.annex.runs if one.kind is RunKind.DRILL)
        return page_from_test(report, next(one for one in drills if one.run_id == run), speaker())
    return page_from_digest(report, speaker()) if digest else page_from_report(report, speaker())


def _pdf(page: Page) -> bytes:
    from continuity.reports.pdf import pdf_from_page

    return pdf_from_page(page)


_FORMS: Mapping[str, Callable[[Page], bytes]] = {
    "text": lambda page: text_from_page(page).encode(),
    "html": lambda page: html_from_page(page).encode(),
    "pdf": _pdf,
    "csv": zip_from_page,
}


def _write(to: Path, written: bytes) -> None:
    """Write it beside its place first: a reader never finds half a report."""
    half = to.with_name(f".{to.name}.part")
    try:
        half.write_bytes(written)
        half.replace(to)
    except OSError as error:
        what = say(N_("{file} cannot be written: {why}"), file=str(to), why=str(error.strerror))
        raise ConfigurationError(what, remedy=say(N_("Name another file with --to."))) from error
    remark(_("Written: {file}").format(file=plain(str(to))))
