"""Where words go: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence

import click

from continuity.cli.language import _, sentence
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
    return click.style(f"{verdict.value:<{width}}", fg=_COLOURS[verdict], bold=True)


def show(text: str = "") -> None:
    """Print a line of the result."""
    click.echo(text)


def remark(text: str) -> None:
    """Print a line beside the result, to standard error."""
    click.echo(text, err=True)


def show_json(value: Mapping[str, object]) -> None:
    """Print one JSON object."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, sort_keys=False)
    sys.stdout.write("\n")
    sys.stdout.flush()


def complain(error: ContinuityError) -> None:
    """Say what went wrong and what to do next."""
    remark(click.style(sentence(error.what), fg="red", bold=True))
    if error.remedy is not None:
        remark(_("What to do: {remedy}").format(remedy=sentence(error.remedy)))


def table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns; widths count what is seen, not colour codes."""
    seen = [[len(click.unstyle(cell)) for cell in row] for row in rows]
    widths = [max(lengths) for lengths in zip(*seen, strict=True)]
    for row, lengths in zip(rows, seen, strict=True):
        cells = [
            cell + " " * (width - length)
            for cell, width, length in zip(row, widths, lengths, strict=True)
        ]
        show("  ".join(cells).rstrip())
