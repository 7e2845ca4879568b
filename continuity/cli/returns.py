"""The rows of a forecast, and what earlier ones were worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from continuity.cli.columns import cut, joined, plain, width, wrapped
from continuity.cli.language import _
from continuity.cli.overview import NONE, criticality_text
from continuity.cli.wording import brief
from continuity.domain.back_test import Hindsight
from continuity.domain.back_test import joined as joined_hindsight
from continuity.domain.restore_cost import MIN_RUNS
from continuity.domain.way_back import Return
from continuity.speech.terms import SURVIVALS, TIME_KINDS

_GAP = "  "
_SHORTEST_TITLE = 10
_INDENT = "    "


def rows_of(returns: Sequence[Return], columns: int) -> Iterator[str]:
    """Give a line for each system, or a few where there is no room for a table.

    The repositories from which systems come back are named where that leaves titles whole.
    """
    numbers = joined([["#"], *([str(number)] for number in range(1, len(returns) + 1))], ">")
    longest = max((width(plain(one.title)) for one in returns), default=0)
    named = joined([[*_heading(), _("Repository")], *map(_named_cells, returns)], "><><<<", _GAP)
    brief_rows = joined([_heading(), *map(_cells, returns)], "><><<", _GAP)
    for others, least in ((named, max(longest, _SHORTEST_TITLE)), (brief_rows, _SHORTEST_TITLE)):
        left_over = columns - width(numbers[0]) - width(others[0]) - 2 * len(_GAP)
        if left_over >= least:
            titles = [_("System"), *(cut(plain(one.title), left_over) for one in returns)]
            lined_up = joined([[title] for title in titles], "<")
            for parts in zip(numbers, lined_up, others, strict=True):
                yield _GAP.join(parts).rstrip()
            return
    for number, one in zip(numbers[1:], returns, strict=True):
        yield from _stacked(number, one, columns)


def _heading() -> list[str]:
    return [_("Back after"), _("Time is"), _("Work lost"), _("Back from"), _("Crit.")]


def _cells(one: Return) -> list[str]:
    return [
        _time(one),
        _(TIME_KINDS[one.kind]),
        brief(one.loss),
        _(SURVIVALS[one.survival]),
        criticality_text(one.criticality),
    ]


def _named_cells(one: Return) -> list[str]:
    return [*_cells(one), ", ".join(map(plain, one.repositories)) or NONE]


def _time(one: Return) -> str:
    """Write the safe time, and before it the likely one where it is computed."""
    if one.back is None:
        return NONE
    safe = brief(one.back)
    likely = safe if one.likely is None else brief(one.likely)
    return safe if likely == safe else f"{likely}-{safe}"


def _stacked(number: str, one: Return, columns: int) -> Iterator[str]:
    yield cut(f"{number}  {plain(one.title)}", columns)
    for name, cell in zip(_heading(), _cells(one), strict=True):
        yield from wrapped(f"{name}: {cell}", _INDENT, columns)


def past_predictions(
    seen: Mapping[tuple[str, str], Hindsight], columns: int, *, in_full: bool
) -> Iterator[str]:
    """Say how far off computed times were when past restores were predicted from earlier ones."""
    whole = joined_hindsight(seen.values())
    if not whole.count:
        text = _(
            "No computed time can be checked yet: that takes more than {least} restore tests of "
            "one job."
        ).format(least=MIN_RUNS)
        yield from wrapped(text, "", columns)
        return
    text = _(
        "{count} past restores predicted from those before them: half at most {median} % off, the "
        "worst {worst} %; {kept} took no longer than the safe time."
    ).format(
        count=whole.count,
        median=whole.median_percent,
        worst=abs(whole.worst_percent or 0),
        kept=whole.kept,
    )
    yield from wrapped(text, "", columns)
    if in_full:
        yield ""
        yield from _by_job(seen)


def _by_job(seen: Mapping[tuple[str, str], Hindsight]) -> list[str]:
    heading = [_("Job"), _("Repository"), _("Predicted"), _("Half within"), _("Worst"), _("Kept")]
    rows = [
        [
            plain(job),
            plain(repository),
            str(one.count),
            NONE if one.median_percent is None else f"{one.median_percent} %",
            NONE if one.worst_percent is None else f"{one.worst_percent:+} %",
            str(one.kept) if one.count else NONE,
        ]
        for (job, repository), one in sorted(seen.items())
    ]
    return [line.rstrip() for line in joined([heading, *rows], "<<>>>>", _GAP)]
