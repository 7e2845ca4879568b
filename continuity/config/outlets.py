"""The ways out of the program, opened with the options and secrets that people wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from continuity.config.draft import Draft, Part
from continuity.config.problem import NOTHING, Problem, nearest, text_shown, value_shown
from continuity.config.secrets import read_secret
from continuity.config.wording import expected_key
from continuity.config.workspace import Workspace
from continuity.domain.clock import Now
from continuity.domain.examined import Examined, examined_from_error
from continuity.domain.failure import ContinuityError
from continuity.domain.kinds import Kinds
from continuity.domain.outlet import Outlet
from continuity.domain.secret import Secret
from continuity.domain.text import N_, say
from continuity.hosts.local import LocalHost
from continuity.notify.channel import Channel, ChannelKind, ChannelOpening, Post
from continuity.notify.registry import channel_kinds
from continuity.tickets.registry import ticket_kinds
from continuity.tickets.ticket import TicketKind, TicketOpening, TicketSystem


def outlet_kinds() -> Kinds[ChannelKind | TicketKind]:
    """Give every kind of channel and ticket system by the name people write."""
    channels, tickets = channel_kinds(), ticket_kinds()
    return Kinds(
        lambda: (*channels, *tickets), lambda name: channels.get(name) or tickets.get(name)
    )


def outlet_models() -> Kinds[type[BaseModel]]:
    """Give the options of every kind."""
    return outlet_kinds().each(lambda kind: kind.options)


def outlet_problems(draft: Draft) -> Iterator[Problem]:
    """Check that each outlet names the secrets of its kind, and systems that exist."""
    for part in draft.outlets.parts.values():
        yield from _secret_problems(part)
        for index, name in enumerate(part.model.systems):
            if name not in draft.systems.written and draft.systems.known:
                expected = expected_key(nearest(name, draft.systems.written), ())
                place = ("systems", index)
                yield part.problem(place, expected, value_shown(place, name))


def _secret_problems(part: Part[Outlet]) -> Iterator[Problem]:
    kind = outlet_kinds()[part.model.kind]
    for name in kind.secrets:
        if name not in part.model.secrets:
            expected = say(N_("where the secret {name} is kept"), name=name)
            yield part.problem(("secrets",), expected, NOTHING)
    known = {*kind.secrets, *kind.optional_secrets}
    for name in part.model.secrets:
        if name not in known:
            expected = expected_key(nearest(name, known), sorted(known))
            found = say("{value}", value=f'"{text_shown(name)}"')
            yield part.problem(("secrets", name), expected, found)


def channel_of(
    workspace: Workspace, name: str, environ: Mapping[str, str], now: Now
) -> tuple[ChannelKind, Channel]:
    """Open one channel to people. Raises KeyError for another name, and ``read_secret``'s."""
    outlet = workspace.outlets[name]
    kind = channel_kinds()[outlet.kind]
    return kind, kind.open(_opening(workspace, kind, outlet, environ, now))


def _opening(
    workspace: Workspace, kind: ChannelKind, outlet: Outlet, environ: Mapping[str, str], now: Now
) -> ChannelOpening:
    return ChannelOpening(
        options=_options(workspace, kind.options, outlet),
        organisation=workspace.settings.organisation,
        now=now,
        secrets=_secrets(outlet, environ),
    )


def post_of(workspace: Workspace, name: str, environ: Mapping[str, str], now: Now) -> Post:
    """Open the way of documents. Raises KeyError for another name, and ``read_secret``'s."""
    outlet = workspace.outlets[name]
    kind = channel_kinds()[outlet.kind]
    if kind.post is None:
        raise KeyError(name)
    return kind.post(_opening(workspace, kind, outlet, environ, now))


def channels_of(
    workspace: Workspace, environ: Mapping[str, str], now: Now
) -> Iterator[tuple[str, ChannelKind, Channel]]:
    """Open the channels to people, each with its name and its kind. Raises ``read_secret``'s."""
    for name in channel_names(workspace):
        yield name, *channel_of(workspace, name, environ, now)


def channel_names(workspace: Workspace) -> tuple[str, ...]:
    """Give the names of the channels to people."""
    kinds = channel_kinds()
    return tuple(name for name, outlet in workspace.outlets.items() if outlet.kind in kinds)


def tracker_of(
    workspace: Workspace, name: str, environ: Mapping[str, str], now: Now
) -> TicketSystem:
    """Open one ticket system. Raises KeyError for another name, and ``read_secret``'s."""
    outlet = workspace.outlets[name]
    kind = ticket_kinds()[outlet.kind]
    opening = TicketOpening(
        options=_options(workspace, kind.options, outlet),
        organisation=workspace.settings.organisation,
        now=now,
        secrets=_secrets(outlet, environ),
    )
    return kind.open(opening)


def trackers_of(
    workspace: Workspace, environ: Mapping[str, str], now: Now
) -> Iterator[tuple[str, TicketSystem]]:
    """Open the ticket systems, each with its name. Raises what ``read_secret`` raises."""
    kinds = ticket_kinds()
    for name, outlet in workspace.outlets.items():
        if outlet.kind in kinds:
            yield name, tracker_of(workspace, name, environ, now)


def examine_outlet(
    workspace: Workspace, name: str, environ: Mapping[str, str], now: Now
) -> tuple[Examined, ...]:
    """Look whether an outlet can be used; a secret that cannot be read is what was found."""
    try:
        if workspace.outlets[name].kind in channel_kinds():
            return channel_of(workspace, name, environ, now)[1].probe()
        return tracker_of(workspace, name, environ, now).probe()
    except ContinuityError as error:
        return (examined_from_error(say(N_("secrets")), error),)


def _options(workspace: Workspace, model: type[BaseModel], outlet: Outlet) -> BaseModel:
    context = {"root": str(workspace.root)}
    return model.model_validate(outlet.options, context=context)


def _secrets(outlet: Outlet, environ: Mapping[str, str]) -> Mapping[str, Secret]:
    host = LocalHost()
    return {
        name: read_secret(reference, environ=environ, host=host)
        for name, reference in outlet.secrets.items()
    }
