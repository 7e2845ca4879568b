"""Who acts: as people.yaml knows them, by the short name or the one that colleagues say."""

from __future__ import annotations

from continuity.app import App
from continuity.cli.columns import plain
from continuity.cli.language import _
from continuity.cli.output import remark
from continuity.config.problem import nearest, text_shown
from continuity.domain.failure import ConfigurationError
from continuity.domain.incident_commands import Person
from continuity.domain.text import N_, Message, say


def acting(app: App, by: str | None, note: str) -> Person:
    """Tell who acts now, and why; who is in no file acts under the name that was given."""
    name = app.bench.actor if by is None else by
    found = _found(app, name)
    return Person(name=found[0] if len(found) == 1 else name, at=app.bench.now(), reason=note)


def is_stranger(app: App, name: str) -> bool:
    """Tell whether people are written, and nobody of this name is among them."""
    return bool(app.workspace.people) and not _found(app, name)


def warn_of_stranger(app: App, by: str | None) -> None:
    """Say that nobody knows a name, and hinder nobody: on a bad day a stranger may be all there is.

    Nothing is said of the user of this machine, whose name nobody typed.
    """
    if by is None or not is_stranger(app, by):
        return
    remark(
        _(
            "Nobody in config/people.yaml is called {name}; it goes on record under that name."
        ).format(name=plain(by))
    )
    meant = likely_name(app, by)
    if meant is not None:
        remark(_("Did you mean {name}?").format(name=plain(meant)))


def successor(app: App, name: str) -> str:
    """Find who is to lead a run: nobody may wait for a person who is not there to be asked.

    Raises ConfigurationError for a name that is not of exactly one person of the workspace.
    """
    found = _found(app, name)
    if not app.workspace.people or len(found) == 1:
        return found[0] if found else name
    if found:
        raise ConfigurationError(
            say(
                N_("Several people in config/people.yaml are called {name}."), name=text_shown(name)
            ),
            remedy=say(N_("Known: {names}"), names=", ".join(found)),
        )
    raise ConfigurationError(
        say(N_("Nobody in config/people.yaml is called {name}."), name=text_shown(name)),
        remedy=_known(app, name),
    )


def _known(app: App, name: str) -> Message:
    names, meant = ", ".join(sorted(app.workspace.people)), likely_name(app, name)
    if meant is None:
        text = N_("Known: {names}. Write anybody else into config/people.yaml first.")
        return say(text, names=names)
    return say(N_("Did you mean {meant}? Known: {names}"), meant=meant, names=names)


def likely_name(app: App, name: str) -> str | None:
    """Guess whose short name was meant by a name that may be mistyped."""
    spoken = {
        word.casefold(): key
        for key, one in app.workspace.people.items()
        for word in (one.name, key)
    }
    word = nearest(name.strip().casefold(), spoken)
    return None if word is None else spoken[word]


def _found(app: App, name: str) -> list[str]:
    people = app.workspace.people
    if name in people:
        return [name]
    wanted = name.strip().casefold()
    return [key for key, one in people.items() if wanted in {key.casefold(), one.name.casefold()}]
