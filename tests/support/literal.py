"""The commands that a page prints, taken literally, with its placeholders filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tests.support.programs import ROOT

STARTER = ROOT / "continuity/config/starter"
PAGES: Mapping[str, Path] = {
    "operations": ROOT / "docs/operations.md",
    "en": STARTER / "en/runbooks/recover-continuity.md",
    "es": STARTER / "es/runbooks/recuperar-continuity.md",
    "firm": ROOT / "runbooks/recuperar-continuity.md",
}
"""Where it stands how Continuity itself is had back."""

_FENCED = re.compile(r"^```(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPANISH = {
    "REPOSITORIO": "REPOSITORY",
    "CLAVE": "KEY",
    "PUNTO": "POINT",
    "VUELTA": "BACK",
    "ESPACIO": "WORKSPACE",
}
_FIRST, _LAST = "restic -r", "continuity -w WORKSPACE audit resume --yes"


def commands_in(page: str) -> list[str]:
    """The commands of a page, from the first look into the repository to the record that goes on.

    Their placeholders are the English ones.
    """
    page_text = PAGES[page].read_text(encoding="utf-8")
    text = "".join(code for language, code in _FENCED.findall(page_text) if not language)
    for spanish, english in _SPANISH.items():
        text = re.sub(rf"\b{spanish}\b", english, text)
    lines = text.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(_FIRST))
    return lines[first : lines.index(_LAST) + 1]


def filled(command: str, values: Mapping[str, object]) -> str:
    """A command with a value for each placeholder."""
    for name, value in values.items():
        command = re.sub(rf"\b{name}\b", str(value), command)
    return command
