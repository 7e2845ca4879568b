"""`continuity clients`: how the firms stand whose digests arrive here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import click

from continuity.app import App, opened
from continuity.cli.columns import plain, room, wrapped
from continuity.cli.entry import Options
from continuity.cli.language import _, language, sentence
from continuity.cli.output import epilog, remark, show, show_json, table, verdict_text
from continuity.cli.wording import brief
from continuity.domain.client import Client
from continuity.domain.client_digest import ClientState, DigestSystem, judge_client
from continuity.domain.clock import text_from_time
from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, say
from continuity.domain.verdict import exit_code, worst
from continuity.reporting.collecting import Shelf, collect
from continuity.reports.html import html_from_page
from continuity.reports.page import harmless
from continuity.reports.text import text_from_page

_LONGEST = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """A client as it stands now."""

    name: str
    client: Client
    shelf: Shelf
    state: ClientState


@click.group(
    invoke_without_command=True,
    help=_(
        "Collect the signed digests of all clients and show a line for each: its counts, what "
        "stands worst, the oldest proof and how old the digest is. Silence is never good, and what "
        "is forged, altered or older than known is refused and said."
    ),
    epilog=epilog("continuity clients", "continuity clients show montelar"),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_context
def command(context: click.Context, as_json: bool) -> int:
    """Print all clients, unless something else was asked."""
    if context.invoked_subcommand is not None:
        return 0
    options = context.ensure_object(Options)
    with opened(options.workspace) as app:
        seen = [_look(app, name) for name in sorted(app.workspace.clients)]
    if not seen:
        raise _none()
    verdict = worst(one.state.verdict for one in seen)
    if as_json:
        show_json({"verdict": verdict.value, "clients": [_plain(one) for one in seen]})
    else:
        _list(seen)
    return exit_code(verdict)


@command.command(
    name="show",
    short_help=_("Show the digest of one client."),
    help=_("Show the page that this client sees of itself, and what is wrong with it here."),
    epilog=epilog("continuity clients show montelar --to montelar.html"),
)
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.option(
    "--to",
    type=click.Path(path_type=Path, dir_okay=False),
    help=_("Write the page to this file, as HTML."),
)
@click.pass_obj
def show_one(options: Options, name: str, as_json: bool, to: Path | None) -> int:
    """Show one client, and nothing of any other."""
    with opened(options.workspace) as app:
        if name not in app.workspace.clients:
            raise _unknown(name)
        seen = _look(app, name)
    page = seen.shelf.page(language())
    if as_json:
        show_json(_plain(seen))
    else:
        _show_state(seen)
        if page is not None and to is None:
            show()
            show(text_from_page(page).rstrip("\n"))
    if page is not None and to is not None:
        _write(to, html_from_page(page))
    return exit_code(seen.state.verdict)


def _look(app: App, name: str) -> _Seen:
    client = app.workspace.clients[name]
    shelf = collect(app.bench.store, name, client, app.bench.now)
    state = judge_client(shelf.held, client.every, client.grace, app.bench.now())
    return _Seen(name=name, client=client, shelf=shelf, state=state)


def _none() -> ConfigurationError:
    return ConfigurationError(
        say(N_("No client is written in this workspace.")),
        remedy=say(N_("Write them into config/clients.yaml, each with its public key.")),
    )


def _unknown(name: str) -> ConfigurationError:
    # The other names are no business of whoever looks over a shoulder.
    return ConfigurationError(
        say(N_("There is no client named {name}."), name=plain(name)),
        remedy=say(N_("See them all: continuity clients")),
    )


def _list(seen: list[_Seen]) -> None:
    heading = [_("Verdict"), _("Client"), _("Counts"), _("Worst"), _("Oldest proof"), _("Digest")]
    table([heading, *(_row(one) for one in seen)])
    for one in seen:
        for reason in one.state.reasons:
            for line in wrapped(f"{plain(one.name)}: {sentence(reason)}", "  ", room()):
                show(line)
    show()
    show(_("Counts: not as agreed, not known, overdue or set aside, proven."))


def _row(one: _Seen) -> list[str]:
    digest = one.shelf.held.digest
    title = _short(one.client.title)
    if digest is None:
        return [verdict_text(one.state.verdict), title, "-", "-", "-", "-"]
    lights = digest.lights
    return [
        verdict_text(one.state.verdict),
        title,
        f"{lights.red} {lights.unknown} {lights.amber} {lights.green}",
        _short("" if digest.worst is None else digest.worst.title),
        _oldest(digest.oldest, digest.as_of, one),
        brief(one.state.age),
    ]


def _oldest(system: DigestSystem | None, as_of: datetime, one: _Seen) -> str:
    if system is None:
        return "-"
    if system.proven is None:
        return _("{system}, never").format(system=_short(system.title))
    since = timedelta() if one.state.age is None else one.state.age
    age = timedelta(seconds=system.proven) + since
    return f"{_short(system.title)}, {brief(age)}"


def _short(text: str) -> str:
    return plain(harmless(text, _LONGEST)) or "-"


def _show_state(one: _Seen) -> None:
    show(f"{verdict_text(one.state.verdict)}  {_short(one.client.title)}")
    for line in _about(one):
        for part in wrapped(line, "  ", room()):
            show(part)


def _about(one: _Seen) -> Iterator[str]:
    digest = one.shelf.held.digest
    if digest is not None:
        made = text_from_time(digest.made_at)[:16]
        yield _("Digest of {moment} UTC, {age} old; it says that it is of {organisation}.").format(
            moment=made, age=brief(one.state.age), organisation=_short(digest.organisation)
        )
        yield _("Witness of its record: {witness}").format(
            witness=f"{digest.sequence}:{plain(harmless(digest.hash))}"
        )
    yield from map(sentence, one.state.reasons)


def _plain(one: _Seen) -> dict[str, object]:
    digest, held = one.shelf.held.digest, one.shelf.held
    return {
        "name": one.name,
        "title": one.client.title,
        "verdict": one.state.verdict.value,
        "reasons": [sentence(reason) for reason in one.state.reasons],
        "age_seconds": None if one.state.age is None else int(one.state.age.total_seconds()),
        "refused": None if held.refused is None else held.refused.value,
        "digest": None
        if digest is None
        else {
            "organisation": digest.organisation,
            "verdict": digest.verdict.value,
            "sequence": digest.sequence,
            "hash": digest.hash,
            "made_at": text_from_time(digest.made_at),
            "lights": {
                name: getattr(digest.lights, name) for name in ("red", "unknown", "amber", "green")
            },
            "worst": _plain_system(digest.worst),
            "oldest_proof": _plain_system(digest.oldest),
        },
    }


def _plain_system(system: DigestSystem | None) -> dict[str, object] | None:
    if system is None:
        return None
    return {
        "title": system.title,
        "light": system.light.value,
        "level": system.level,
        "proof_seconds": system.proven,
    }


def _write(to: Path, text: str) -> None:
    try:
        to.write_text(text, encoding="utf-8")
    except OSError as error:
        what = say(N_("{file} cannot be written: {why}"), file=str(to), why=str(error.strerror))
        raise ConfigurationError(what, remedy=say(N_("Name another file with --to."))) from error
    remark(_("Written: {file}").format(file=plain(str(to))))
