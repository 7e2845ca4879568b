"""`tick`: run what is due now, once."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import click

from continuity.app import App, opened
from continuity.cli.columns import plain
from continuity.cli.conduct_words import outcome_text
from continuity.cli.entry import Options
from continuity.cli.incident_words import state_text, title_of
from continuity.cli.language import _, sentence
from continuity.cli.output import complain, epilog, show, show_json
from continuity.cli.slot_words import plain_from_slot, row_of_slot
from continuity.config.workspace import left_out
from continuity.domain.failure import ConfigurationError
from continuity.domain.incident import Incident
from continuity.domain.incident_plain import local_number
from continuity.domain.slot import Slot
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict, exit_code, worst
from continuity.service.escort import Escort, Stride
from continuity.service.rounds import Round
from continuity.service.shift import Shift, Told
from continuity.service.ticking import take_turn


@click.command(
    help=_(
        "Run what is due by the timetables of the jobs, once, and do all that time asks for: hear "
        "tickets, open and climb incidents, tell people, sign the record. For cron or a systemd "
        "timer, every few minutes; two at once never run anything twice."
    ),
    epilog=epilog("continuity tick", "continuity tick --json"),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def command(options: Options, as_json: bool) -> int:
    """Take a turn, and wait for what it began."""
    seen: dict[str, list[Slot]] = {"ended": [], "missed": [], "put back": []}
    with opened(options.workspace) as app:
        strides: list[Stride] = []
        shift = Shift(
            app=app,
            told=_teller(app, seen, quiet=as_json),
            environ=os.environ,
            escort=Escort(told=strides.append),
        )
        rounds = take_turn(shift)
        unusable = left_out(app.workspace)
    troubles = [trouble for one in rounds for trouble in one.troubles]
    for trouble in troubles:
        complain(trouble)
    if unusable:
        complain(_of_unusable(unusable))
    stuck = [one for one in strides if one.trouble is not None]
    if as_json:
        show_json({**_plain(seen, rounds), "runs": [_plain_stride(one) for one in strides]})
    else:
        _show(seen, rounds, strides)
    kept = Verdict.INCONCLUSIVE if troubles or stuck or unusable else Verdict.PASS
    verdicts = [slot.verdict for slot in seen["ended"] if slot.verdict is not None]
    return exit_code(worst([*verdicts, kept]))


def _of_unusable(names: Sequence[str]) -> ConfigurationError:
    what = say(
        N_("Jobs that cannot be used, so nothing of them is run: {names}."), names=", ".join(names)
    )
    return ConfigurationError(what, remedy=say(N_("Run: continuity check")))


def _teller(app: App, seen: Mapping[str, list[Slot]], *, quiet: bool) -> Told:
    zone = ZoneInfo(app.workspace.settings.zone)

    def told(event: str, slot: Slot) -> None:
        if event in seen:
            seen[event].append(slot)
            if not quiet:
                show("  ".join(row_of_slot(slot, zone)).rstrip())

    return told


def _show(
    seen: Mapping[str, list[Slot]], rounds: Sequence[Round], strides: Sequence[Stride]
) -> None:
    for stride in strides:
        why = "" if stride.trouble is None else sentence(stride.trouble)
        show(f"{plain(stride.run)}  {why or outcome_text(stride.state)}")
    for one in _moved(rounds):
        show(f"{local_number(one.number)}  {state_text(one.state)}  {title_of(one)}")
    # Cron mails whatever is printed, and this would come every five minutes.
    if not any(seen.values()) and not strides and sys.stdout.isatty():
        show(_("Nothing was due."))


def _plain_stride(stride: Stride) -> dict[str, str | None]:
    trouble = None if stride.trouble is None else sentence(stride.trouble)
    return {"run": stride.run, "state": stride.state or None, "trouble": trouble}


def _moved(rounds: Sequence[Round]) -> Sequence[Incident]:
    return list({number: one for done in rounds for number, one in done.moved.items()}.values())


def _plain(seen: Mapping[str, list[Slot]], rounds: Sequence[Round]) -> dict[str, object]:
    delivered = [done.delivered.plain() for done in rounds]
    reported = [done.reported.plain() for done in rounds]
    return {
        "ran": [plain_from_slot(slot) for slot in seen["ended"]],
        "missed": [plain_from_slot(slot) for slot in seen["missed"]],
        "put_back": [plain_from_slot(slot) for slot in seen["put back"]],
        "incidents_changed": [one.number for one in _moved(rounds)],
        "delivered": {name: sum(one[name] for one in delivered) for name in delivered[0]},
        "reports": {name: sum(one[name] for one in reported) for name in reported[0]},
        "checkpoint_signed": any(done.signed for done in rounds),
        "troubles": [sentence(one.what) for done in rounds for one in done.troubles],
    }
