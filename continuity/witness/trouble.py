"""What can be wrong with a repository that is read without its own program."""

from __future__ import annotations

from continuity.domain.failure import AuthenticationError, DamagedError, ToolError, UnreachableError
from continuity.domain.text import N_, Message, say

_LOOK_WITH_RESTIC = N_("Run `restic check --read-data` on it, and do not prune it meanwhile.")
_SHORT = 8


class UnfitError(Exception):
    """Bytes that are not what their name or their code says; the text says how."""

    def __init__(self, how: Message) -> None:
        super().__init__(str(how))
        self.how = how


def damaged(name: str, how: Message) -> DamagedError:
    """Say that an object is shown to be wrong."""
    return DamagedError(
        say(N_("Damaged in the repository: {name}: {how}"), name=name, how=str(how)),
        remedy=say(_LOOK_WITH_RESTIC),
    )


def unfamiliar(name: str, what: str) -> ToolError:
    """Say that an object is sound and its form is not the one that is known: never skipped."""
    return ToolError(
        say(
            N_("The form of {name} is not known to the independent reader: {what}"),
            name=name,
            what=what[:200],
        ),
        remedy=say(N_("Prove with restic alone, and look for a newer version of this program.")),
    )


def moving(name: str) -> UnreachableError:
    """Say that a repository changed while it was read, twice."""
    return UnreachableError(
        say(N_("The repository changed while it was read: {name} is gone."), name=name),
        remedy=say(N_("Try again when no backup and no prune is under way.")),
    )


def wrong_password() -> AuthenticationError:
    """Say that every key file is whole and the password opens none of them."""
    return AuthenticationError(
        say(N_("The password opens none of the keys of the repository.")),
        remedy=say(N_("Look whether it is the password of this repository.")),
    )


def brief(id: str) -> str:
    """Shorten an id as far as people compare it."""
    return id[:_SHORT]
