"""The folder is the registry: every module beside this one that defines ``TOOL`` is found."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path

import continuity.config.adopt
from continuity.config.adopt.found import Found, Tool
from continuity.config.adopt.reading import read_configuration
from continuity.config.problem import path_shown
from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, say


@cache
def tools() -> dict[str, Tool]:
    """Find all programs whose configuration is understood."""
    package = continuity.config.adopt
    found: dict[str, Tool] = {}
    for module in pkgutil.iter_modules(package.__path__):
        tool = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "TOOL", None)
        if isinstance(tool, Tool):
            found[tool.name] = tool
    return found


def found_in_file(path: Path) -> Found:
    """Recognise whose configuration a file is and read it. Raises ConfigurationError."""
    top = read_configuration(path)
    for tool in tools().values():
        if tool.recognises(top):
            return tool.read(top, path.absolute().parent)
    raise ConfigurationError(
        say(
            N_("{path} is the configuration of no program known here."), path=path_shown(str(path))
        ),
        remedy=say(
            N_("Known: {names}, and any restic repository."), names=", ".join(sorted(tools()))
        ),
    )
