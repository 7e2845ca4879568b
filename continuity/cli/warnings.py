"""What must be read before any verdict: a damaged record, files that could not be judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from continuity.app import Standing
from continuity.cli.columns import wrapped
from continuity.cli.language import _, sentence
from continuity.cli.output import verdict_text
from continuity.domain.verdict import Verdict

if TYPE_CHECKING:
    from continuity.config.problem import Problem

_INDENT = "    "


def warnings(standing: Standing, columns: int) -> Iterator[str]:
    """Give the lines that stand above a table; none when all could be read and believed."""
    if standing.doubt is not None:
        text = _("The record is damaged, so nothing counts as passed. {doubt}")
        yield verdict_text(Verdict.FAIL)
        yield from wrapped(text.format(doubt=sentence(standing.doubt)), _INDENT, columns)
        yield from wrapped(_("What to do: continuity audit verify"), _INDENT, columns)
        yield ""
    if standing.problems:
        yield verdict_text(Verdict.INCONCLUSIVE)
        yield from wrapped(_broken_files(standing.problems), _INDENT, columns)
        yield from wrapped(_("What to do: continuity check"), _INDENT, columns)
        yield ""


def _broken_files(problems: Sequence[Problem]) -> str:
    found = Counter(problem.file for problem in problems)
    files = ", ".join(f"{file} ({count})" for file, count in found.items())
    return _("Not everything is judged, because of problems in: {files}").format(files=files)
