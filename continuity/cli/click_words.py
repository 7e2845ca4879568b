"""The sentences of the library that reads the command line, so that they are in the catalogue.

It asks gettext for most of them itself; nobody else uses those.
"""

from __future__ import annotations

from continuity.domain.text import N_


def plural(one: str, many: str) -> tuple[str, str]:
    """Mark a pair for the catalogue."""
    return one, many


ANY_OPTIONS = N_("[OPTIONS]")
ONE_COMMAND = N_("COMMAND [ARGS]...")
ANY_COMMAND = N_("[COMMAND] [ARGS]...")
"""What its usage lines say by default: for these it does not ask gettext."""

METAVARS = frozenset(
    {
        *(N_("TEXT"), N_("INTEGER RANGE"), N_("NAME"), N_("FILE"), N_("DIRECTORY"), N_("DIR")),
        *(N_("REPOSITORY"), N_("WHEN"), N_("PATH"), N_("TIME"), N_("NAME=VALUE"), N_("NUMBER")),
        *(N_("POINT"), N_("PERSON"), N_("SIZE")),
    }
)
"""What stands for the value of an option, by its type or as we call it."""

WORDS = (
    N_("Usage:"),
    N_("Options"),
    N_("Show the version and exit."),
    N_("Show this message and exit."),
    N_("Error: {message}"),
    N_("Try '{command} {option}' for help."),
    N_("No such command {name!r}."),
    N_("No such option {name!r}."),
    N_("Missing argument"),
    N_("Missing option"),
    N_("Missing parameter"),
    N_("Missing command."),
    N_("Invalid value: {message}"),
    N_("Invalid value for {param_hint}: {message}"),
    N_("default: {default}"),
)

PAIRS = (
    plural("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    plural("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    plural("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    plural("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
)
