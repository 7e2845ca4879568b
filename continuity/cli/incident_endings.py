"""How an incident ends: declared fixed and tested, waived, cancelled, reviewed, closed."""

from __future__ import annotations

from pathlib import Path
from typing import Unpack

import click

from continuity.answering.desk import roster_of
from continuity.app import App, opened
from continuity.cli.columns import plain
from continuity.cli.entry import Options
from continuity.cli.incident_options import (
    IncidentNumber,
    Said,
    carry_out,
    moment_given,
    number_argument,
    plain_action,
    said_options,
    tell,
)
from continuity.cli.incident_review import review_of
from continuity.cli.jobs import clear_up
from continuity.cli.language import _
from continuity.cli.output import epilog, remark, show, show_json, verdict_text
from continuity.cli.progress import watched
from continuity.cli.response import respond_to_all, try_to_tell
from continuity.domain.failure import ConfigurationError
from continuity.domain.incident import ACTIVE, Incident
from continuity.domain.incident_commands import (
    Command,
    Person,
    cancel,
    close,
    declare_fixed,
    mitigate,
    reopen,
    review,
    waive,
)
from continuity.domain.incident_plain import local_number, plain_from_incident
from continuity.domain.retest import Retest, retests_of
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict, exit_code, worst
from continuity.workflows.responding import unknown_incident
from continuity.workflows.retesting import run_retest

_HOWS = ("false-alarm", "duplicate", "test")


@click.command(
    name="waive",
    short_help=_("End an incident without proof, until a day."),
    help=_(
        "Decide to do without the test that would end an incident: a person's decision, with a "
        "reason and an end within three months. What still fails then is back."
    ),
    epilog=epilog('continuity incidents waive 12 --until 30d --note "decommissioned in May"'),
)
@number_argument
@click.option("--until", required=True, metavar="WHEN", help=_("4h, 2d, a day or a time; a must."))
@said_options
@click.pass_obj
def _waive(options: Options, number: int, until: str, **said: Unpack[Said]) -> int:
    def make(app: App, person: Person) -> Command:
        return waive(person, moment_given(until, person.at, app.workspace.settings.zone))

    return carry_out(options, number, make, said)


@click.command(
    name="cancel",
    short_help=_("Say that an incident never was one."),
    help=_("Say that it was a false alarm, a duplicate of another one, or a test."),
    epilog=epilog('continuity incidents cancel 12 --as false-alarm --note "the clock was wrong"'),
)
@number_argument
@click.option("--as", "how", type=click.Choice(_HOWS), default=_HOWS[0], help=_("What it was."))
@said_options
@click.pass_obj
def _cancel(options: Options, number: int, how: str, **said: Unpack[Said]) -> int:
    return carry_out(options, number, lambda _app, person: cancel(person, how), said)


@click.command(
    name="retest",
    short_help=_("Run now the test that can end an incident."),
    help=_(
        "Run the test of the kind that failed: only its success ends an incident. Without a number "
        "all that are declared fixed are tested."
    ),
    epilog=epilog("continuity incidents retest 12", "continuity incidents retest"),
)
@click.argument("number", required=False, type=IncidentNumber())
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def _retest(options: Options, number: int | None, as_json: bool) -> int:
    """Run the tests, then see what they ended."""
    with opened(options.workspace) as app:
        chosen = _chosen(app, number)
        clear_up(app)
        verdicts = [verdict for one in chosen for verdict in _test(app, one, quiet=as_json)]
        respond_to_all(app, options.workspace)
        try_to_tell(app)
        incidents = [_found(app, one.number) for one in chosen]
    if as_json:
        show_json({"incidents": [plain_from_incident(one) for one in incidents]})
        return _code(verdicts)
    if not incidents:
        show(_("No incident waits for a re-test."))
    for one in incidents:
        tell(one, as_json=False)
    return _code(verdicts)


def _code(verdicts: list[Verdict]) -> int:
    return exit_code(worst(verdicts)) if verdicts else 0


def _found(app: App, number: int) -> Incident:
    with app.bench.store.reading() as reading:
        incident = reading.incidents.find(number)
    if incident is None:
        raise unknown_incident(number)
    return incident


def _chosen(app: App, number: int | None) -> list[Incident]:
    if number is not None:
        return [_found(app, number)]
    with app.bench.store.reading() as reading:
        return [one for one in reading.incidents.open() if one.retest_at is not None]


def _test(app: App, incident: Incident, *, quiet: bool) -> list[Verdict]:
    with app.bench.store.reading() as reading:
        others = [one for one in reading.incidents.open() if one.parent == incident.number]
    wanted = retests_of(incident, others, roster_of(app.workspace))
    if not wanted and incident.state in ACTIVE:
        remark(
            _(
                "No test can answer {number}: continuity incidents update sees when it is over."
            ).format(number=local_number(incident.number))
        )
    return [_run(app, one, incident.evidence, quiet=quiet) for one in wanted]


def _run(app: App, wanted: Retest, evidence: int, *, quiet: bool) -> Verdict:
    with watched(wanted.job, quiet=quiet) as watch:
        ended = run_retest(app.bench, app.protected(wanted.job), wanted, evidence, watch)
    verdict = Verdict.PASS if ended is None else ended.conclusion.verdict
    if not quiet:
        show(f"{verdict_text(verdict, 12)}  {plain(wanted.job)}  {wanted.way.value}")
    return verdict


@click.command(
    name="review",
    short_help=_("Write the review of an incident, or file it."),
    help=_(
        "Print the review of an incident, filled in from the record: people add what they learned. "
        "With --file it is written there; with --done, once it was held, it can be closed."
    ),
    epilog=epilog(
        "continuity incidents review 12 --file review-12.md",
        'continuity incidents review 12 --done --note "held on Monday, two actions"',
    ),
)
@number_argument
@click.option(
    "--file",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help=_("Write it into this new file."),
)
@click.option("--done", is_flag=True, help=_("Say that the review was held; it needs a --note."))
@said_options
@click.pass_obj
def _review(
    options: Options, number: int, file: Path | None, done: bool, **said: Unpack[Said]
) -> int:
    if done:
        return carry_out(options, number, lambda _app, person: review(person), said)
    with opened(options.workspace) as app:
        incident = _found(app, number)
        text = review_of(app, incident)
    if said["as_json"]:
        show_json({"number": incident.number, "review": text})
    elif file is None:
        show(text)
    else:
        _write(file, text)
        show(_("Written: {path}").format(path=plain(str(file))))
    return 0


def _write(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text + "\n")
    except OSError as error:
        raise ConfigurationError(
            say(
                N_("{path} cannot be written: {cause}"),
                path=plain(str(file)),
                cause=error.strerror or type(error).__name__,
            ),
            remedy=say(N_("Name a file that does not exist yet.")),
        ) from None


COMMANDS = (
    plain_action(
        "mitigate",
        _("Say that the business can work again; proof is still to come."),
        mitigate,
        'continuity incidents mitigate 12 --note "on the old server"',
    ),
    plain_action(
        "resolve",
        _("Say that it is fixed; a test of the kind that failed is queued to show it."),
        declare_fixed,
        'continuity incidents resolve 12 --note "disk replaced"',
    ),
    _retest,
    _waive,
    _cancel,
    plain_action(
        "reopen",
        _("Say that a resolved incident is not over."),
        reopen,
        'continuity incidents reopen 12 --note "still slow"',
    ),
    _review,
    plain_action(
        "close",
        _("Close a resolved incident; a grave one after its review."),
        close,
        "continuity incidents close 12",
    ),
)
"""The actions of this module."""
