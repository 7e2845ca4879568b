"""This installation itself, for the source that protects it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Premises:
    """Where everything is that makes up this installation.

    ``address`` gives that of the database, maybe with a password in it. ``secrets`` are files of
    the workspace that belong into a copy; ``elsewhere`` names, for people, the secrets that do not:
    those that are no file of the workspace, and those that open the copy itself.
    """

    workspace: Path
    state: Path
    address: Callable[[], str]
    secrets: tuple[Path, ...] = ()
    elsewhere: tuple[str, ...] = ()
