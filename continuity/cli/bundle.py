"""`continuity bundle`: what is needed when this program is gone too, made and kept elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import click

from continuity.app import App, opened, portfolio_of
from continuity.cli.columns import joined, plain
from continuity.cli.entry import Options
from continuity.cli.language import _, sentence
from continuity.cli.output import complain, epilog, remark, show, show_json, verdict_text
from continuity.config.offline_sites import too_few
from continuity.domain.failure import ConfigurationError
from continuity.domain.shown import shown_duration
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict, exit_code, worst
from continuity.offline.bundle import Bundle, make_bundle
from continuity.offline.folders import new_folder, write_folder
from continuity.offline.grounds import Grounds, gather
from continuity.offline.places import doors_of
from continuity.offline.publishing import Delivered, publish
from continuity.offline.standing import PlaceStanding, standings


@click.group(
    invoke_without_command=True,
    help=_(
        "Make the offline copy: all runbooks, whom to call, decision cards, a paper log, and the "
        "recovery kit of stock commands, as HTML without a network, as PDF and as scripts. No "
        "secret is in it. Without a command it is written into a directory, to be looked at."
    ),
    epilog=epilog(
        "continuity bundle --to /tmp/bundle",
        "continuity bundle publish",
        "continuity bundle status",
    ),
)
@click.option(
    "--to",
    type=click.Path(path_type=Path, file_okay=False),
    help=_("Write it into this new directory."),
)
@click.pass_context
def command(context: click.Context, to: Path | None) -> int:
    """Make it, unless a command follows."""
    if context.invoked_subcommand is not None:
        if to is not None:
            raise click.UsageError(_("--to is for a copy of your own; places are configured."))
        return 0
    if to is None:
        raise ConfigurationError(
            say(N_("Nobody said where the copy is to be written.")),
            remedy=say(N_("Name a new directory with --to, or run: continuity bundle publish")),
        )
    options: Options = context.obj
    new_folder(to)
    with opened(options.workspace) as app:
        bundle = made(app)
    write_folder(to, bundle.files)
    show(_("{files} files in {path}").format(files=len(bundle.files), path=plain(str(to))))
    return 0


def made(app: App) -> Bundle:
    """Make a bundle of a workspace, and say what it had to do without."""
    bundle = make_bundle(grounds_of(app))
    for missing in bundle.without:
        remark(sentence(missing))
    return bundle


def grounds_of(app: App) -> Grounds:
    """Gather what a copy is made of, as judged now."""
    standing = portfolio_of(app.workspace.root, os.environ)
    return gather(app.means, app.bench, standing.portfolio, standing.assess())


@command.command(
    name="publish",
    short_help=_("Bring a new copy to every configured place."),
    help=_(
        "Make the offline copy and bring it to every place under `offline: places:` in "
        "config/continuity.yaml. A place that is away or full keeps nothing from the others; it is "
        "named, and the exit code says so. What was there before stays until the new one is whole."
    ),
    epilog=epilog("continuity bundle publish"),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def publish_command(options: Options, as_json: bool) -> int:
    """Publish, and say of each place what became of it."""
    with opened(options.workspace) as app:
        doors = doors_of(app.means)
        if not doors:
            raise ConfigurationError(
                say(N_("No place for offline copies is configured.")),
                remedy=say(N_("Write two under offline: places: in config/continuity.yaml.")),
            )
        bundle = made(app)
        done = []
        for one in publish(app.bench, bundle, doors):
            done.append(one)
            if not as_json:
                _tell(one)
    if as_json:
        show_json(_published(bundle, done))
    return exit_code(worst([_verdict(one) for one in done]))


def _verdict(one: Delivered) -> Verdict:
    return Verdict.PASS if one.error is None else one.error.verdict


def _tell(one: Delivered) -> None:
    name = plain(one.door.name)
    if one.error is not None:
        show(_("{place}: not published").format(place=name))
        complain(one.error)
    else:
        show(_("{place}: published").format(place=name))
    if one.door.beside is not None:
        remark(_("{place}: {beside}").format(place=name, beside=sentence(one.door.beside)))


def _published(bundle: Bundle, done: list[Delivered]) -> dict[str, object]:
    return {
        "bundle": bundle.name,
        "digest": bundle.digest,
        "files": len(bundle.files),
        "bytes": bundle.bytes,
        "places": [
            {
                "place": one.door.name,
                "kind": one.door.kind,
                "verdict": _verdict(one).value,
                "reason": None if one.error is None else sentence(one.error.what),
                "beside": None if one.door.beside is None else sentence(one.door.beside),
            }
            for one in done
        ],
    }


@command.command(
    name="status",
    short_help=_("Show how old the copy at each place is."),
    help=_(
        "Show what each place has, how old it is, and whether something that people wrote was "
        "changed since. The exit code is that of the worst place."
    ),
    epilog=epilog("continuity bundle status"),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def status_command(options: Options, as_json: bool) -> int:
    """Judge and print."""
    with opened(options.workspace) as app:
        places = standings(app.workspace, app.bench.store, app.bench.now)
        few = too_few(app.workspace)
    verdicts = [one.standing.verdict for one in places]
    verdict = worst([*verdicts, *([] if few is None else [Verdict.INCONCLUSIVE])])
    if as_json:
        show_json(
            {
                "verdict": verdict.value,
                "too_few": None if few is None else sentence(few),
                "places": [_plain(one) for one in places],
            }
        )
        return exit_code(verdict)
    if places:
        show("\n".join(line.rstrip() for line in _table(places)))
    if few is not None:
        show(sentence(few))
    return exit_code(verdict)


def _table(places: tuple[PlaceStanding, ...]) -> list[str]:
    heading = [_("Verdict"), _("Place"), _("Kind"), _("Age"), _("Remark")]
    rows = [
        [
            verdict_text(one.standing.verdict),
            plain(one.name),
            one.kind,
            "-" if one.standing.age is None else shown_duration(one.standing.age),
            " ".join(sentence(text) for text in (one.standing.reason, one.beside) if text),
        ]
        for one in places
    ]
    return list(joined([heading, *rows], "<<<><", "  "))


def _plain(one: PlaceStanding) -> dict[str, object]:
    age = one.standing.age
    return {
        "place": one.name,
        "kind": one.kind,
        "verdict": one.standing.verdict.value,
        "age_seconds": None if age is None else int(age.total_seconds()),
        "bundle": one.has.name or None,
        "digest": one.has.digest or None,
        "reason": None if one.standing.reason is None else sentence(one.standing.reason),
        "beside": None if one.beside is None else sentence(one.beside),
    }
