"""Where words go: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence

from continuity.cli.columns import joined, room, wrapped
from continuity.cli.language import _, sentence
from continuity.cli.paint import painted, write_line
from continuity.domain.failure import ContinuityError
from continuity.domain.verdict import Verdict

_COLOURS = {
    Verdict.PASS: "green",
    Verdict.FAIL: "red",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.SKIPPED: "cyan",
    Verdict.OVERDUE: "magenta",
}


def epilog(*examples: str) -> str:
    """Give the end of every command's help: examples and the exit codes."""
    return "\n\n".join(
        [
            "\b\n" + "\n".join([_("Examples:"), *(f"  {example}" for example in examples)]),
            _(
                "Exit codes: 0 PASS, 1 FAIL, 2 usage or configuration, 3 INCONCLUSIVE or SKIPPED,"
                " 4 OVERDUE, 130 interrupted."
            ),
        ]
    )


def verdict_text(verdict: Verdict, width: int = 0) -> str:
    """Write a verdict: always the word, and a colour where a terminal shows one."""
    return painted(f"{verdict.value:<{width}}", _COLOURS[verdict])


def show(text: str = "") -> None:
    """Print a line of the result."""
    write_line(sys.stdout, text)


def show_below(text: str, indent: int = 2) -> None:
    """Print a text below a result, indented and broken at the width there is."""
    for line in wrapped(text, " " * indent, room()):
        show(line)


def remark(text: str) -> None:
    """Print a line beside the result, to standard error."""
    write_line(sys.stderr, text)


def show_json(value: Mapping[str, object]) -> None:
    """Print one JSON object."""
    show(json.dumps(value, ensure_ascii=False, indent=2, sort_keys=False))


def complain(error: ContinuityError) -> None:
    """Say what went wrong and what to do next."""
    remark(painted(sentence(error.what), "red"))
    if error.remedy is not None:
        remark(_("What to do: {remedy}").format(remedy=sentence(error.remedy)))


def table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns; widths count what is seen, not colour codes."""
    if rows:
        for line in joined(rows, "<" * len(rows[0]), "  "):
            show(line.rstrip())
