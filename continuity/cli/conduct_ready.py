"""`continuity runbook ready`: whether runbooks could be followed tonight."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

import click

from continuity.answering.readiness import conductable
from continuity.app import App, opened
from continuity.cli.columns import plain, room, wrapped
from continuity.cli.conduct_options import json_option
from continuity.cli.entry import Options
from continuity.cli.language import _, plural, sentence
from continuity.cli.output import epilog, show, show_json
from continuity.cli.paint import painted
from continuity.domain.clock import text_from_time
from continuity.domain.failure import ConfigurationError
from continuity.domain.readiness import Finding, Readiness, Ready
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict, exit_code, worst
from continuity.service.readiness import precheck_of
from continuity.speech.readiness_words import CHECKS, STATES

_COLOURS = {Ready.READY: "green", Ready.NEEDS_VERIFICATION: "yellow", Ready.NOT_READY: "red"}
_INDENT = "    "


@click.command(
    name="ready",
    short_help=_("Look whether runbooks could be followed tonight."),
    help=_(
        "Look whether runbooks could be followed tonight, without changing anything: are their "
        "people reachable, with two deputies and telephones that were answered; is everything "
        "they refer to there; are the newest proven points young enough; can secrets be read; are "
        "programs, channels and offline copies there; were they practised as they are now. What "
        "is found is recorded. 1 when one is NOT READY, 3 when one NEEDS VERIFICATION."
    ),
    epilog=epilog("continuity runbook ready", "continuity runbook ready recover-billing --json"),
)
@click.argument("names", metavar="[NAME]...", nargs=-1)
@json_option
@click.pass_obj
def ready(options: Options, names: tuple[str, ...], as_json: bool) -> int:
    """Look, record and print."""
    with opened(options.workspace) as app:
        precheck = precheck_of(app)
        found = precheck.look(_chosen(app, names))
        precheck.record(found)
    if as_json:
        show_json({"ready": _count(found), "runbooks": [_plain(one) for one in found]})
    else:
        _show(found)
    return exit_code(worst(map(_verdict, found))) if found else 0


def state_text(state: Ready) -> str:
    """Write how ready a runbook is: always the word, and a colour where a terminal shows one."""
    return painted(_(STATES[state]), _COLOURS[state])


def short_line(one: Readiness) -> str:
    """Say in one line how ready it is, and what failed."""
    failed = ", ".join(_(CHECKS[check]) for check in (*one.failed, *one.unknown))
    text = _("Readiness: {state}").format(state=state_text(one.state))
    return f"{text} ({failed})" if failed else text


def _chosen(app: App, names: tuple[str, ...]) -> tuple[str, ...]:
    known = conductable(app.workspace.books.values())
    for name in names:
        if name not in known:
            raise ConfigurationError(
                say(N_("There is no runbook {name} that can be followed."), name=plain(name)),
                remedy=say(N_("Known: {names}"), names=", ".join(known) or "-"),
            )
    return names or known


def _verdict(one: Readiness) -> Verdict:
    match one.state:
        case Ready.READY:
            return Verdict.PASS
        case Ready.NOT_READY:
            return Verdict.FAIL
        case Ready.NEEDS_VERIFICATION:
            return Verdict.INCONCLUSIVE
        case _:
            assert_never(one.state)


def _count(found: Iterable[Readiness]) -> int:
    return sum(one.state is Ready.READY for one in found)


def _show(found: tuple[Readiness, ...]) -> None:
    for one in found:
        show(f"{state_text(one.state)}  {one.runbook}")
        for line in _lines(one):
            show(line)
    text = plural(
        "{ready} of {count} runbook is ready.", "{ready} of {count} runbooks are ready.", len(found)
    )
    show(text.format(ready=_count(found), count=len(found)))


def _lines(one: Readiness) -> Iterator[str]:
    for finding in one.findings:
        if not finding.good:
            yield from wrapped(_found(finding), _INDENT, room())
            if finding.remedy is not None:
                remedy = _("What to do: {remedy}").format(remedy=sentence(finding.remedy))
                yield from wrapped(remedy, _INDENT * 2, room())
    for reason in one.reasons:
        yield from wrapped(sentence(reason), _INDENT, room())


def _found(finding: Finding) -> str:
    mark = "?" if finding.good is None else "✗"
    return f"{mark} {plain(sentence(finding.what))}"


def _plain(one: Readiness) -> dict[str, object]:
    return {
        "runbook": one.runbook,
        "state": one.state.value,
        "practised_at": None if one.exercised_at is None else text_from_time(one.exercised_at),
        "findings": [
            {
                "check": finding.check.value,
                "good": finding.good,
                "what": sentence(finding.what),
                "remedy": None if finding.remedy is None else sentence(finding.remedy),
            }
            for finding in one.findings
        ],
        "reasons": [sentence(reason) for reason in one.reasons],
    }


COMMANDS = (ready,)
"""The command of this module."""
