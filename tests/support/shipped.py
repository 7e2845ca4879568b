"""The runbooks that a new workspace begins with, in both languages."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from continuity.config.init import Answers, write_workspace
from continuity.config.loading import load
from continuity.config.workspace import Workspace

Language = Literal["es", "en"]
LANGUAGES: tuple[Language, ...] = ("es", "en")


@cache
def begun_in(language: Language) -> Workspace:
    """Give a workspace as `init` writes it in this language."""
    answers = Answers(
        organisation="Acme",
        language=language,
        zone="Europe/Madrid",
        paths=("/srv/data",),
        location="repositories/backups",
        engine="restic",
        owner_name="Ana Ruiz",
        owner_email="ana@acme.example",
    )
    with TemporaryDirectory() as place:
        root = Path(place) / "new"
        write_workspace(root, answers)
        return load(root)
