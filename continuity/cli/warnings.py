"""What must be read before any verdict: a damaged record, files that could not be judged."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from continuity.app import Standing, now
from continuity.cli.columns import plain, wrapped
from continuity.cli.language import _, sentence
from continuity.cli.output import verdict_text
from continuity.domain.clock import time_from_text
from continuity.domain.failure import ContinuityError
from continuity.domain.verdict import Verdict
from continuity.store.peek import peek_note

if TYPE_CHECKING:
    from continuity.config.problem import Problem

_INDENT = "    "
_DEADLINES = "reports.deadlines"


def warnings(standing: Standing, columns: int) -> Iterator[str]:
    """Give the lines that stand above a table; none when all could be read and believed."""
    if standing.hindrance is not None:
        yield from hindered(standing.hindrance, columns)
        yield ""
    if standing.doubt is not None:
        text = _("The record is damaged, so nothing counts as passed. {doubt}")
        yield verdict_text(Verdict.FAIL)
        yield from wrapped(text.format(doubt=sentence(standing.doubt)), _INDENT, columns)
        yield from wrapped(_("What to do: continuity audit verify"), _INDENT, columns)
        yield ""
    late = late_reports(standing)
    if late:
        yield verdict_text(Verdict.OVERDUE)
        yield from wrapped(_late(late), _INDENT, columns)
        yield from wrapped(_("What to do: continuity report --send-due"), _INDENT, columns)
        yield ""
    if standing.problems:
        yield verdict_text(Verdict.INCONCLUSIVE)
        yield from wrapped(_broken_files(standing.problems), _INDENT, columns)
        yield from wrapped(_("What to do: continuity check"), _INDENT, columns)
        yield ""


def hindered(error: ContinuityError, columns: int) -> Iterator[str]:
    """Say why nothing can be recorded, above what was known last."""
    text = _("Nothing can be recorded now; this is what was known last. {reason}")
    mark = verdict_text(Verdict.INCONCLUSIVE)
    yield from wrapped(f"{mark}  {text.format(reason=sentence(error.what))}", "", columns)
    if error.remedy is not None:
        remedy = _("What to do: {remedy}").format(remedy=sentence(error.remedy))
        yield from wrapped(remedy, _INDENT, columns)


def unwritable(error: ContinuityError | None) -> str | None:
    """Say in JSON why nothing can be recorded; nothing where it can."""
    return None if error is None else sentence(error.what)


def late_reports(standing: Standing) -> Mapping[str, datetime]:
    """Give the reports that should have arrived by now, and by when."""
    text = _deadlines(standing)
    try:
        found = {name: time_from_text(moment) for name, moment in json.loads(text or "{}").items()}
    except (ValueError, AttributeError, TypeError):
        return {}
    return {name: moment for name, moment in found.items() if moment < now()}


def _deadlines(standing: Standing) -> str | None:
    database, beside = standing.database, standing.beside
    if database is None:
        return None if beside is None else beside.deadlines
    return peek_note(database, _DEADLINES) if database.exists() else None


def _late(late: Mapping[str, datetime]) -> str:
    names = ", ".join(plain(name) for name in sorted(late))
    return _("Reports that were to arrive and did not: {names}").format(names=names)


def _broken_files(problems: Sequence[Problem]) -> str:
    found = Counter(problem.file for problem in problems)
    files = ", ".join(f"{file} ({count})" for file, count in found.items())
    return _("Not everything is judged, because of problems in: {files}").format(files=files)
