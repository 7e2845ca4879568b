"""`continuity hosts`: are the other machines there, and are they the ones people accepted?"""

from __future__ import annotations

import sys

import click

from continuity.app import App, opened
from continuity.cli.columns import plain
from continuity.cli.entry import Options
from continuity.cli.language import _, sentence
from continuity.cli.output import epilog, show, show_below, show_json, verdict_text
from continuity.domain.verdict import exit_code, worst
from continuity.hosts.host_keys import Acquaintance, demand_acceptable
from continuity.hosts.known_hosts import HostKey
from continuity.hosts.reach import Reach
from continuity.workflows.visiting import Visit, accept, examine_visit, is_known_to_user, visit


@click.group(
    invoke_without_command=True,
    help=_(
        "Look at every host: whether it is reached, whether its key is the accepted one, how long "
        "an answer takes, how far its clock is off, and which programs it has."
    ),
    epilog=epilog(
        "continuity hosts", "continuity hosts --json", "continuity hosts accept erp-server"
    ),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_context
def command(context: click.Context, as_json: bool) -> int:
    """Visit every machine, unless something else is to be done with one."""
    if context.invoked_subcommand is not None:
        return 0
    options: Options = context.obj
    with opened(options.workspace) as app:
        found = list(_visits(app, quiet=as_json))
    verdict = worst([one.verdict for one in found])
    if as_json:
        show_json({"verdict": verdict.value, "hosts": [_plain(one) for one in found]})
    return exit_code(verdict)


def _visits(app: App, *, quiet: bool) -> list[Visit]:
    found = []
    for machine in app.machines():
        found.append(visit(machine, app.bench.now))
        if not quiet:
            _show(found[-1])
    return found


def _show(found: Visit) -> None:
    reach = found.reach
    where = _("this machine") if reach is None else _place(reach)
    name = plain(found.machine.host.name)
    show(f"{verdict_text(found.verdict, 12)}  {name}  {where}")
    for one in examine_visit(found):
        show_below(sentence(one.what), 14)
        if one.remedy is not None:
            show_below(_("What to do: {remedy}").format(remedy=sentence(one.remedy)), 14)


def _place(reach: Reach) -> str:
    place = f"{plain(reach.user)}@{plain(reach.known_as)}"
    if reach.jump is None:
        return place
    return _("{place}, through {jump}").format(place=place, jump=plain(reach.jump.name))


def _plain(found: Visit) -> dict[str, object]:
    reach, latency, offset = found.reach, found.latency, found.offset
    problem = next((one for one in examine_visit(found) if one.remedy is not None), None)
    return {
        "name": found.machine.host.name,
        "kind": "local" if reach is None else "ssh",
        "site": found.machine.site,
        "address": None if reach is None else reach.address,
        "port": None if reach is None else reach.port,
        "user": None if reach is None else reach.user,
        "jump": None if reach is None or reach.jump is None else reach.jump.name,
        "verdict": found.verdict.value,
        "reachable": reach is None or latency is not None,
        "key": _plain_key(found),
        "latency_milliseconds": None if latency is None else round(latency * 1000, 1),
        "clock": None
        if offset is None
        else {"ahead_seconds": round(offset.seconds, 3), "margin_seconds": round(offset.margin, 3)},
        "programs": None
        if found.programs is None
        else {program.name: program.version for program in found.programs},
        "missing": {name: list(jobs) for name, jobs in found.missing.items()},
        "failure": None if found.trouble is None else found.trouble.failure.value,
        "reason": None if problem is None else sentence(problem.what),
        "remedy": None if problem is None or problem.remedy is None else sentence(problem.remedy),
    }


def _plain_key(found: Visit) -> dict[str, str] | None:
    if found.key is None or found.acquaintance is None:
        return None
    return {
        "state": found.acquaintance.value,
        "kind": found.key.kind,
        "fingerprint": found.key.fingerprint,
    }


@command.command(
    name="accept",
    short_help=_("Accept the key of a host."),
    help=_(
        "Ask a host for its key, show the fingerprint, and write the key into the file of known "
        "hosts. Compare it with what “ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub” says on "
        "that machine itself. With --fingerprint nothing is asked, and any other key is refused."
    ),
    epilog=epilog(
        "continuity hosts accept erp-server",
        "continuity hosts accept erp-server --fingerprint SHA256:mVPw…",
        "continuity hosts accept erp-server --replace",
    ),
)
@click.argument("name")
@click.option(
    "--fingerprint", metavar="SHA256:…", help=_("The fingerprint read at the machine itself.")
)
@click.option("--replace", is_flag=True, help=_("Accept it in the place of the key that is known."))
@click.pass_obj
def accept_key(options: Options, name: str, fingerprint: str | None, replace: bool) -> int:
    """Show the key, ask unless its fingerprint was given, and write it down."""
    with opened(options.workspace) as app:
        host = app.hosts.ssh(name)
        key = host.shown_key()
        show(
            _("{host} ({address}) shows {kind} {fingerprint}").format(
                host=plain(name),
                address=plain(host.reach.known_as),
                kind=plain(key.kind),
                fingerprint=key.fingerprint,
            )
        )
        # What is refused anyway is not asked about.
        was = demand_acceptable(host.reach, key, replace=replace)
        if fingerprint is None and was is not Acquaintance.KNOWN:
            _ask(host.reach, key)
        accept(app.bench, host, key, expected=fingerprint, replace=replace)
        path = plain(str(host.reach.known_hosts))
    if was is Acquaintance.KNOWN:
        show(_("It was known already: {path}").format(path=path))
    else:
        show(_("Accepted, and written into {path}").format(path=path))
    return 0


def _ask(reach: Reach, key: HostKey) -> None:
    if is_known_to_user(reach, key):
        show_below(_("The file ~/.ssh/known_hosts knows the same key."))
    if not sys.stdin.isatty():
        raise click.UsageError(
            _("Nobody can be asked here: give --fingerprint as read at the machine itself.")
        )
    click.confirm(_("Is this the fingerprint that the machine itself tells?"), abort=True)
