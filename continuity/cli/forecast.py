"""`continuity forecast`: what comes back when, and what would be lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from continuity.app import Standing, portfolio_of
from continuity.cli.columns import cut, joined, plain, room, width, wrapped
from continuity.cli.entry import Options
from continuity.cli.language import _, sentence
from continuity.cli.output import epilog, show, show_json
from continuity.cli.overview import NONE, criticality_text
from continuity.cli.warnings import warnings
from continuity.cli.wording import brief, moment
from continuity.domain.forecast import Forecast, Return, forecast, plain_from_forecast
from continuity.domain.recovery_time import TimeKind
from continuity.domain.surviving import EVERYTHING, Survival
from continuity.domain.text import N_
from continuity.domain.verdict import Verdict, exit_code, worst

if TYPE_CHECKING:
    from collections.abc import Sequence

_SURVIVAL = {
    Survival.PROVEN: N_("proven"),
    Survival.CLAIMED: N_("claimed"),
    Survival.LOST: N_("nothing"),
}
_KIND = {
    TimeKind.MEASURED: N_("measured"),
    TimeKind.EXTRAPOLATED: N_("computed"),
    TimeKind.CLAIMED: N_("claimed"),
    TimeKind.UNKNOWN: N_("unknown"),
}
_GAP = "  "
_SHORTEST_TITLE = 10


@click.command(
    help=_(
        "If everything had to be recovered now: in what order and when each system is back, and "
        "what work is lost. --lose also takes away copies. Exit code 0 when every system comes "
        "back from a proven point in a known time, 1 when one is lost, 3 otherwise."
    ),
    epilog=epilog("continuity forecast", "continuity forecast --lose site:office --lanes 2"),
)
@click.option(
    "--lose",
    default=EVERYTHING,
    metavar="site:X|repository:X|medium:X|everything",
    help=_("Copies that are gone as well; everything: all systems, but no copies."),
)
@click.option(
    "--lanes",
    type=click.IntRange(min=1),
    default=1,
    help=_("How many systems can be recovered at a time; 1 if not given."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def command(options: Options, lose: str, lanes: int, as_json: bool) -> int:
    """Forecast and print."""
    standing = portfolio_of(options.workspace)
    assessment = standing.assess()
    told = forecast(standing.portfolio, assessment, assessment.at, lanes=lanes, lose=lose)
    verdict = _verdict(told, standing)
    if as_json:
        plain_told = plain_from_forecast(told, sentence)
        problems = [problem.rendered(sentence) for problem in standing.problems]
        doubt = None if standing.doubt is None else sentence(standing.doubt)
        show_json({**plain_told, "verdict": verdict.value, "record": doubt, "problems": problems})
    else:
        columns = room()
        lines = [*warnings(standing, columns), *_screen(told, standing, columns)]
        show("\n".join(lines))
    return exit_code(verdict)


def _verdict(told: Forecast, standing: Standing) -> Verdict:
    verdicts = [_verdict_on(one) for one in told.returns]
    if standing.doubt is not None:
        verdicts.append(Verdict.FAIL)
    if standing.problems:
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
    yield from _table(told.returns, columns)
    yield ""
    for note in told.notes:
        yield from wrapped(sentence(note), "", columns)
    when = moment(told.at, ZoneInfo(standing.portfolio.zone))
    text = _("As of {moment}. Times count from the moment recovery begins.").format(moment=when)
    yield from wrapped(text, "", columns)


def _title(told: Forecast) -> str:
    if told.lose == EVERYTHING:
        text = _("If everything had to be recovered now, {lanes} at a time:")
    else:
        text = _(
            "If {lose} were lost as well and everything had to be recovered, {lanes} at a time:"
        )
    return text.format(lose=plain(told.lose), lanes=told.lanes)


def _table(returns: Sequence[Return], columns: int) -> Iterator[str]:
    heading = [_("Back after"), _("Time is"), _("Work lost"), _("Back from"), _("Crit.")]
    cells = [
        [
            NONE if one.back is None else brief(one.back),
            _(_KIND[one.kind]),
            brief(one.loss),
            _(_SURVIVAL[one.survival]),
            criticality_text(one.criticality),
        ]
        for one in returns
    ]
    numbers = [["#"], *([str(number)] for number in range(1, len(returns) + 1))]
    first, others = joined(numbers, ">"), joined([heading, *cells], "><><<", _GAP)
    left_over = columns - width(first[0]) - width(others[0]) - 2 * len(_GAP)
    longest = max(_SHORTEST_TITLE, left_over)
    titles = joined([[_("System")], *([cut(plain(one.title), longest)] for one in returns)], "<")
    for parts in zip(first, titles, others, strict=True):
        yield _GAP.join(parts).rstrip()
