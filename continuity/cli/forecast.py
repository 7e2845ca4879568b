"""`continuity forecast`: what comes back when, and what would be lost."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import click

from continuity.app import Standing, portfolio_of
from continuity.cli.columns import plain, room, wrapped
from continuity.cli.entry import Options
from continuity.cli.language import _, sentence
from continuity.cli.output import epilog, show, show_json
from continuity.cli.returns import past_predictions, rows_of
from continuity.cli.warnings import unwritable, warnings
from continuity.cli.wording import moment
from continuity.domain.back_test import look_back_on
from continuity.domain.forecast import Forecast, forecast
from continuity.domain.forecast_plain import plain_from_forecast, plain_from_hindsight
from continuity.domain.surviving import EVERYTHING, Survival
from continuity.domain.verdict import Verdict, exit_code, worst
from continuity.domain.way_back import Return

_NARROWEST = 32


@click.command(
    help=_(
        "If everything had to be recovered now: in what order and when each system is back, and "
        "what work is lost. --lose also takes away copies; with a host, only what lives on it has "
        "to be recovered. Exit code 0 when every system comes back from a proven point in a known "
        "time, 1 when one is lost, 3 otherwise."
    ),
    epilog=epilog(
        "continuity forecast",
        "continuity forecast --lose site:office --lanes 2",
        "continuity forecast --lose host:erp",
        "continuity forecast --predictions",
    ),
)
@click.option(
    "--lose",
    default=EVERYTHING,
    metavar="site:X|repository:X|medium:X|host:X|everything",
    help=_("What is gone as well; everything: all systems, but no copies."),
)
@click.option(
    "--lanes",
    type=click.IntRange(min=1),
    default=1,
    help=_("How many systems can be recovered at a time; 1 if not given."),
)
@click.option(
    "--predictions", is_flag=True, help=_("Show for each job how far off computed times were.")
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def command(options: Options, lose: str, lanes: int, predictions: bool, as_json: bool) -> int:
    """Forecast and print."""
    standing = portfolio_of(options.workspace)
    assessment = standing.assess()
    told = forecast(standing.portfolio, assessment, assessment.at, lanes=lanes, lose=lose)
    verdict = _verdict(told, standing)
    seen = look_back_on(standing.portfolio)
    if as_json:
        plain_told = plain_from_forecast(told, sentence)
        problems = [problem.rendered(sentence) for problem in standing.problems]
        doubt = None if standing.doubt is None else sentence(standing.doubt)
        plain_told["unwritable"] = unwritable(standing.hindrance)
        plain_told["predictions"] = plain_from_hindsight(seen)
        show_json({**plain_told, "verdict": verdict.value, "record": doubt, "problems": problems})
    else:
        columns = room(_NARROWEST)
        lines = [*warnings(standing, columns), *_screen(told, standing, columns)]
        lines += past_predictions(seen, columns, in_full=predictions)
        show("\n".join(lines))
    return exit_code(verdict)


def _verdict(told: Forecast, standing: Standing) -> Verdict:
    verdicts = [_verdict_on(one) for one in told.returns]
    if standing.doubt is not None:
        verdicts.append(Verdict.FAIL)
    if standing.problems or standing.hindrance is not None:
        verdicts.append(Verdict.INCONCLUSIVE)
    return worst(verdicts)


def _verdict_on(one: Return) -> Verdict:
    if one.survival is Survival.LOST:
        return Verdict.FAIL
    known = one.back is not None and one.survival is Survival.PROVEN
    return Verdict.PASS if known else Verdict.INCONCLUSIVE


def _screen(told: Forecast, standing: Standing, columns: int) -> Iterator[str]:
    yield from wrapped(_title(told), "", columns)
    yield ""
    yield from rows_of(told.returns, columns)
    yield ""
    for one in told.returns:
        if one.missing is not None:
            text = _("No time for {system}: {reason}").format(
                system=plain(one.title), reason=sentence(one.missing)
            )
            yield from wrapped(text, "", columns)
    for note in told.notes:
        yield from wrapped(sentence(note), "", columns)
    when = moment(told.at, ZoneInfo(standing.portfolio.zone))
    text = _("As of {moment}. Times count from the moment recovery begins.").format(moment=when)
    yield from wrapped(text, "", columns)


def _title(told: Forecast) -> str:
    if told.lose == EVERYTHING:
        text = _("If everything had to be recovered now, {lanes} at a time:")
    elif not told.all_lost:
        text = _(
            "If {lose} were lost, and what lives on it had to be recovered, {lanes} at a time:"
        )
    else:
        text = _(
            "If {lose} were lost as well and everything had to be recovered, {lanes} at a time:"
        )
    return text.format(lose=plain(told.lose), lanes=told.lanes)
