"""`continuity runbook`: what is done on the bad day, before anybody has to do it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from zoneinfo import ZoneInfo

import click

from continuity.app import now
from continuity.cli import (
    conduct_actions,
    conduct_done,
    conduct_information,
    conduct_leading,
    conduct_points,
    conduct_ready,
    conduct_start,
)
from continuity.cli.columns import plain, room
from continuity.cli.entry import USAGE, Options
from continuity.cli.language import _, plural, sentence
from continuity.cli.output import epilog, remark, show, show_json, table
from continuity.cli.runbook_screen import Reading, lines_of, plain_of
from continuity.cli.runbook_words import word
from continuity.config.blanks import Blank, blanks_in
from continuity.config.loading import load_tolerant
from continuity.config.problem import Problem, text_shown
from continuity.config.workspace import Workspace
from continuity.domain.failure import ConfigurationError
from continuity.domain.runbook import Runbook, review_due
from continuity.domain.runbook_document import RunbookDocument
from continuity.domain.text import N_, say


@click.group(
    help=_("List, check and show runbooks: what is done when something is down, and by whom."),
    epilog=epilog("continuity runbook list", "continuity runbook show recover-billing"),
)
def command() -> None:
    """Hold the subcommands."""


@command.command(
    name="list",
    short_help=_("List the runbooks."),
    help=_("List the runbooks: what each is about, how many steps it has, when it is read again."),
    epilog=epilog("continuity runbook list", "continuity runbook list --json"),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def list_all(options: Options, as_json: bool) -> int:
    """Print a line for each runbook."""
    reading = load_tolerant(options.workspace)
    workspace = reading.workspace
    today = now().astimezone(ZoneInfo(workspace.settings.zone)).date()
    if as_json:
        rows = [_plain_row(book, today) for book in workspace.books.values()]
        show_json({"runbooks": rows, "broken": _broken(workspace)})
    else:
        _table(workspace, today)
    for name in _broken(workspace):
        remark(
            _("{name} cannot be used; run: continuity runbook check {name}").format(
                name=plain(name)
            )
        )
    return USAGE if _broken(workspace) else 0


@command.command(
    name="check",
    short_help=_("Report every problem of the runbooks."),
    help=_(
        "Read the runbooks and report every problem with file and line: steps that lead nowhere, "
        "people who do not exist, conditions that can never be true. Then what is left to fill in. "
        "Without NAME, of all of them."
    ),
    epilog=epilog("continuity runbook check", "continuity runbook check recover-billing"),
)
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def check(options: Options, names: tuple[str, ...], as_json: bool) -> int:
    """Print the problems."""
    reading = load_tolerant(options.workspace)
    files = {f"runbooks/{name}.md" for name in names}
    missing = sorted(files - set(reading.workspace.files))
    if missing:
        raise _unknown(reading.workspace, missing[0].removeprefix("runbooks/").removesuffix(".md"))
    problems = [one for one in reading.problems if _concerns(one, files)]
    looked = sorted(files or {f"runbooks/{name}.md" for name in _written(reading.workspace)})
    blanks = [blank for file in looked for blank in blanks_in(options.workspace, file)]
    if as_json:
        plain_problems = [_plain_problem(one) for one in problems]
        left = [asdict(one) for one in blanks]
        show_json({"ok": not problems, "problems": plain_problems, "to_fill_in": left})
    else:
        _report(problems, len(looked))
        _tell_blanks(blanks, each=bool(names))
    return USAGE if problems else 0


@command.command(
    name="show",
    short_help=_("Show one runbook, step by step."),
    help=_("Show one runbook: who does what, what it takes, every step with what to expect of it."),
    epilog=epilog("continuity runbook show recover-billing"),
)
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def show_one(options: Options, name: str, as_json: bool) -> int:
    """Print one runbook."""
    workspace = load_tolerant(options.workspace).workspace
    book = workspace.books.get(name)
    if book is None:
        raise _unknown(workspace, name)
    if as_json:
        show_json(plain_of(book))
        return 0
    for line in lines_of(Reading(book=book, people=workspace.people, columns=room())):
        show(line)
    return 0


def _table(workspace: Workspace, today: date) -> None:
    heading = [_("Name"), _("Kind"), _("State"), _("Steps"), _("Review"), _("Title")]
    rows = [
        [
            name,
            word(book.front.kind),
            word(book.front.status.value),
            str(len(book.steps) or "-"),
            _review(book.front, today),
            plain(book.front.title),
        ]
        for name, book in sorted(workspace.books.items())
    ]
    if rows:
        table([heading, *rows])
    else:
        show(_("There are no runbooks that can be used."))


def _review(front: Runbook, today: date) -> str:
    due = review_due(front)
    if due is None:
        return "-"
    return _("overdue") if due < today else due.isoformat()


def _plain_row(book: RunbookDocument, today: date) -> dict[str, object]:
    front, due = book.front, review_due(book.front)
    return {
        "id": front.id,
        "title": front.title,
        "kind": front.kind,
        "status": front.status.value,
        "lang": front.lang,
        "owner": front.owner,
        "steps": len(book.steps),
        "systems": list(front.scope.systems),
        "failure_classes": [one.value for one in front.scope.failure_classes],
        "review_due": None if due is None else due.isoformat(),
        "review_overdue": due is not None and due < today,
        "hash": book.hash,
    }


def _written(workspace: Workspace) -> set[str]:
    """Name the runbooks there are, also those that cannot be used."""
    files = (file for file in workspace.files if file.startswith("runbooks/"))
    return {file.removeprefix("runbooks/").removesuffix(".md") for file in files}


def _broken(workspace: Workspace) -> list[str]:
    return sorted(_written(workspace) - workspace.books.keys())


def _concerns(problem: Problem, files: set[str]) -> bool:
    return problem.file in files if files else problem.file.startswith("runbooks/")


def _plain_problem(problem: Problem) -> dict[str, object]:
    return {
        "file": problem.file,
        "line": problem.line,
        "key": problem.key,
        "expected": sentence(problem.expected),
        "found": sentence(problem.found),
    }


def _report(problems: Sequence[Problem], count: int) -> None:
    for problem in problems:
        show(problem.rendered(sentence))
    if problems:
        text = plural("{count} problem.", "{count} problems.", len(problems))
        remark(text.format(count=len(problems)))
    else:
        text = plural("No problems in {count} runbook.", "No problems in {count} runbooks.", count)
        show(text.format(count=count))


def _tell_blanks(blanks: Sequence[Blank], *, each: bool) -> None:
    """Say what is left to fill in: each place of a runbook that was named, else how many."""
    if each:
        for one in blanks:
            place = f"{plain(one.file)}:{one.line}"
            show(_("{place}: to be filled in: {what}").format(place=place, what=plain(one.what)))
        return
    for file, count in Counter(one.file for one in blanks).items():
        text = plural(
            "{file}: {count} place to fill in.", "{file}: {count} places to fill in.", count
        )
        show(text.format(file=plain(file), count=count))


def _unknown(workspace: Workspace, name: str) -> ConfigurationError:
    if name in _written(workspace):
        return ConfigurationError(
            say(N_("The runbook {name} has problems."), name=text_shown(name)),
            remedy=say(
                N_(
                    "In an emergency read the file runbooks/{name}.md itself; otherwise run: "
                    "continuity runbook check {name}"
                ),
                name=text_shown(name),
            ),
        )
    return ConfigurationError(
        say(N_("There is no runbook named {name} in this workspace."), name=text_shown(name)),
        remedy=say(N_("Runbooks: {names}."), names=", ".join(sorted(workspace.books)) or "-"),
    )


_MORE = (
    conduct_start,
    conduct_information,
    conduct_ready,
    conduct_done,
    conduct_actions,
    conduct_leading,
    conduct_points,
)
for _command in (one for module in _MORE for one in module.COMMANDS):
    command.add_command(_command)
