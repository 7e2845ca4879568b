"""`continuity channels`: the ways to people, and whether anybody sees what comes by them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from continuity.answering.trying import trial_of
from continuity.app import App, now, opened, recorded
from continuity.cli.columns import plain
from continuity.cli.entry import Options
from continuity.cli.language import _, sentence
from continuity.cli.output import epilog, show, show_below, show_json, verdict_text
from continuity.config.outlets import channel_names, channel_of, examine_outlet
from continuity.config.workspace import Workspace
from continuity.domain.clock import text_from_time
from continuity.domain.delivery import Confirmed, Uncertain
from continuity.domain.examined import Examined
from continuity.domain.failure import ConfigurationError
from continuity.domain.liveness import LivenessTest, examine_liveness
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict, exit_code, worst
from continuity.workflows.liveness import Trial, confirm_seen, read_tests, try_channel

_NOBODY = N_("Nobody is told of anything: there are no channels in config/channels.yaml.")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Listed:
    """A way out; ``examined`` is None for a ticket system, which nobody confirms."""

    name: str
    kind: str
    examined: Examined | None
    last: LivenessTest | None


@click.group(
    invoke_without_command=True,
    help=_(
        "List the ways to people and to ticket systems, and whether a person lately saw a test. "
        "No answer of a machine tells that, so each channel is tried once a month."
    ),
    epilog=epilog(
        "continuity channels",
        "continuity channels probe",
        "continuity channels test mail --to ana",
        "continuity channels confirm K7P3XQ",
    ),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_context
def command(context: click.Context, as_json: bool) -> int:
    """List them, unless something else is to be done."""
    if context.invoked_subcommand is not None:
        return 0
    options: Options = context.obj
    with recorded(options.workspace) as (workspace, store):
        listed = list(_listed(workspace, () if store is None else read_tests(store)))
    verdict = _worst_of([one.examined.verdict for one in listed if one.examined], listed)
    if as_json:
        show_json({"verdict": verdict.value, "outlets": [_plain(one) for one in listed]})
    else:
        _show(listed)
    return exit_code(verdict)


def _worst_of(verdicts: Sequence[Verdict], looked_at: Sequence[object]) -> Verdict:
    """Give the worst; where there was nothing to look at, nothing is known to reach anybody."""
    return worst([Verdict.PASS, *verdicts]) if looked_at else Verdict.INCONCLUSIVE


def _listed(workspace: Workspace, tests: tuple[LivenessTest, ...]) -> Iterator[_Listed]:
    channels = channel_names(workspace)
    for name, outlet in workspace.outlets.items():
        own = [test for test in tests if (test.channel, test.kind) == (name, outlet.kind)]
        examined = examine_liveness(name, outlet.kind, tests, now()) if name in channels else None
        last = own[-1] if own else None
        yield _Listed(name=name, kind=outlet.kind, examined=examined, last=last)


def _show(listed: list[_Listed]) -> None:
    if not listed:
        show(_(_NOBODY))
    for one in listed:
        verdict = "-" + " " * 11 if one.examined is None else verdict_text(one.examined.verdict, 12)
        show(f"{verdict}  {plain(one.name)}  {plain(one.kind)}")
        if one.examined is not None:
            _show_below(one.examined)


def _show_below(examined: Examined) -> None:
    show_below(sentence(examined.what), 14)
    if examined.remedy is not None:
        show_below(_("What to do: {remedy}").format(remedy=sentence(examined.remedy)), 14)


def _plain(one: _Listed) -> dict[str, object]:
    examined, last = one.examined, one.last
    seen = None if last is None else last.confirmed_at
    return {
        "name": one.name,
        "kind": one.kind,
        "role": "tickets" if examined is None else "channel",
        "verdict": None if examined is None else examined.verdict.value,
        "tested_at": None if last is None else text_from_time(last.at),
        "outcome": None if last is None else last.outcome,
        "confirmed_at": None if seen is None else text_from_time(seen),
        "what": None if examined is None else sentence(examined.what),
        "remedy": _remedy(examined),
    }


def _remedy(examined: Examined | None) -> str | None:
    if examined is None or examined.remedy is None:
        return None
    return sentence(examined.remedy)


@command.command(
    name="probe",
    short_help=_("Look whether channels and ticket systems are reached."),
    help=_(
        "Look whether channels and ticket systems are reached, let this program in, and know every "
        "name in the settings. Nobody is told anything, and no ticket is made."
    ),
    epilog=epilog("continuity channels probe", "continuity channels probe mail jira --json"),
)
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def probe(options: Options, names: tuple[str, ...], as_json: bool) -> int:
    """Probe those named, or all."""
    with recorded(options.workspace) as (workspace, _store):
        found = list(_probed(workspace, names, quiet=as_json))
    verdict = _worst_of([one.verdict for _name, one in found], found)
    if not found and not as_json:
        show(_(_NOBODY))
    if as_json:
        rows = [_plain_examined(name, one) for name, one in found]
        show_json({"verdict": verdict.value, "examined": rows})
    return exit_code(verdict)


def _probed(
    workspace: Workspace, names: tuple[str, ...], *, quiet: bool
) -> Iterator[tuple[str, Examined]]:
    known = tuple(workspace.outlets)
    for name in names:
        _demand(name, known)
    for name in names or known:
        for one in examine_outlet(workspace, name, os.environ, now):
            if not quiet:
                _show_examined(name, one)
            yield name, one


def _show_examined(name: str, one: Examined) -> None:
    verdict = verdict_text(one.verdict, 12)
    show(f"{verdict}  {plain(name)}  {plain(sentence(one.subject))}")
    _show_below(one)


def _plain_examined(name: str, one: Examined) -> dict[str, object]:
    return {
        "name": name,
        "subject": sentence(one.subject),
        "verdict": one.verdict.value,
        "what": sentence(one.what),
        "remedy": _remedy(one),
    }


@command.command(
    name="test",
    short_help=_("Send a test that a person confirms."),
    help=_(
        "Send a message with a short code by a channel. Whoever sees it confirms the code; a "
        "channel that nobody confirms is a doubt in “continuity doctor”."
    ),
    epilog=epilog("continuity channels test mail --to ana", "continuity channels test teams"),
)
@click.argument("name")
@click.option("--to", metavar="PERSON", help=_("Who gets it, by the name in config/people.yaml."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def send_test(options: Options, name: str, to: str | None, as_json: bool) -> int:
    """Send one, and say what became of it."""
    with opened(options.workspace) as app:
        _demand(name, channel_names(app.workspace))
        outcome = try_channel(app.bench, _trial(app, name, to))
    sent = isinstance(outcome, Confirmed | Uncertain)
    verdict = Verdict.PASS if isinstance(outcome, Confirmed) else Verdict.INCONCLUSIVE
    reason = None if isinstance(outcome, Confirmed) else sentence(outcome.reason)
    if as_json:
        word = type(outcome).__name__.lower()
        show_json({"verdict": verdict.value, "name": name, "outcome": word, "reason": reason})
        return exit_code(verdict)
    if reason is not None:
        show_below(reason, 0)
    if not sent:
        what = _("What to do: look why with “continuity channels probe {name}”, then test again.")
        show_below(what.format(name=plain(name)), 0)
    else:
        show(_("Sent. Whoever sees it: continuity channels confirm CODE"))
    return exit_code(verdict)


def _trial(app: App, name: str, to: str | None) -> Trial:
    workspace = app.workspace
    kind, channel = channel_of(workspace, name, os.environ, app.bench.now)
    if kind.personal == (to is None):
        raise click.UsageError(
            _("Say who gets it: --to PERSON.")
            if kind.personal
            else _("This channel has its own address: leave --to out.")
        )
    if to is not None:
        _demand(to, tuple(workspace.people))
    return trial_of(workspace, name, channel, to)


def _demand(name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        raise ConfigurationError(
            say(N_("There is nothing named {name}."), name=plain(name)),
            remedy=say(N_("Known: {names}"), names=", ".join(known) or "-"),
        )


@command.command(
    name="confirm",
    short_help=_("Say that a test was seen."),
    help=_("Record that a person saw a test, by the code that stands in it."),
    epilog=epilog("continuity channels confirm K7P3XQ"),
)
@click.argument("code")
@click.pass_obj
def confirm(options: Options, code: str) -> int:
    """Record it."""
    with opened(options.workspace) as app:
        test = confirm_seen(app.bench, code)
    show(_("Recorded: the channel {name} was seen.").format(name=plain(test.channel)))
    return exit_code(Verdict.PASS)
