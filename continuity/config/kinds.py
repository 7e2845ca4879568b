"""Values whose own word says by which model they are read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from continuity.config.document import Document
from continuity.config.problem import NOTHING, Place, Problem, nearest, value_shown
from continuity.config.wording import expected_key, kind_problem, read_model
from continuity.domain.job import Check, Source
from continuity.sandbox.checks.registry import check_kinds
from continuity.sources.registry import source_kinds

M = TypeVar("M", bound=BaseModel)

_USUAL_SOURCE = "files"


def read_source(
    value: Mapping[str, object], document: Document, root: Path, *, away: bool
) -> tuple[Source | None, tuple[Problem, ...]]:
    """Read the source of a job, of files where it says nothing else.

    With ``away`` it is on another machine than this one.
    """
    models = source_kinds().each(lambda kind: kind.options)
    return _of_kind(models, {"kind": _USUAL_SOURCE, **value}, document, ("source",), root, away)


def read_checks(
    written: list[object], document: Document, root: Path, *, away: bool
) -> tuple[tuple[Check, ...] | None, tuple[Problem, ...]]:
    """Read the checks of a job; None when one of them cannot be used."""
    models = check_kinds().each(lambda kind: kind.options)
    found: list[Check] = []
    problems: list[Problem] = []
    for index, value in enumerate(written):
        place = ("checks", index)
        if not isinstance(value, dict):
            problems.append(kind_problem(document, place, value))
            continue
        check, wrong = _of_kind(models, value, document, place, root, away)
        problems += wrong
        found += [] if check is None else [check]
    return (None if problems else tuple(found)), tuple(problems)


def _of_kind(
    models: Mapping[str, type[M]],
    value: Mapping[str, object],
    document: Document,
    place: Place,
    root: Path,
    away: bool,
) -> tuple[M | None, tuple[Problem, ...]]:
    word = value.get("kind")
    model = models.get(word) if isinstance(word, str) else None
    if model is not None:
        return read_model(model, value, document, place, root, away=away)
    where = (*place, "kind")
    expected = expected_key(nearest(str(word), models), sorted(models))
    found = value_shown(where, word) if "kind" in value else NOTHING
    return None, (document.problem(where, expected, found),)
