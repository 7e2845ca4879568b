"""A restored SQLite database in the cell, where every question is a program of its own."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import timedelta

from continuity.domain.failure import RevivalError
from continuity.domain.text import N_, say, shown
from continuity.sandbox.checks.inside import told_inside
from continuity.sources.source import Reviving
from continuity.sources.sqlite_words import Told, first_value

_PATIENCE = timedelta(hours=2)
_ANSWER_BYTES = 64 << 20


class Scratch:
    """The copy in the cell; every question is a program of its own, for there is no server."""

    def __init__(self, reviving: Reviving) -> None:
        self._cell = reviving.cell
        self._copy = str(reviving.restored)
        self._home = reviving.home

    def examine(self) -> tuple[tuple[str, ...], int]:
        """Give what SQLite complains of, and how many references lead nowhere."""
        told = told_inside(self._cell, "database", (self._copy, str(self._home)), _PATIENCE)
        found, broken = told.get("complaints"), told.get("broken_references", 0)
        complaints = tuple(str(line) for line in found) if isinstance(found, list) else ("-",)
        return complaints, broken if isinstance(broken, int) else 0

    def ask(self, queries: Sequence[object]) -> list[Told]:
        """Put queries to the copy."""
        return self._put(self._copy, queries)

    def question(self, query: str) -> str | None:
        """Put a query of the job's checks. Raises RevivalError when it is refused."""
        return self._first(self._copy, query)

    def question_nothing(self, query: str) -> str | None:
        """Put it to an empty database. Raises RevivalError when it is refused."""
        return self._first("", query)

    def _first(self, database: str, query: str) -> str | None:
        (told,) = self._put(database, [query])
        refused = told.get("refused")
        if refused is not None:
            said = shown(str(refused).encode("utf-8", "surrogatepass"))
            raise RevivalError(say(N_("The query is refused: {said}"), said=said))
        return first_value(told)

    def _put(self, database: str, queries: Sequence[object]) -> list[Told]:
        # Checks run programs that may write there, so the name is new and no link.
        file = self._home / f"queries-{secrets.token_hex(8)}.json"
        with file.open("x", encoding="ascii") as stream:
            stream.write(json.dumps(list(queries)))
        file.chmod(0o644)
        told = told_inside(
            self._cell, "queries", (database, str(file)), _PATIENCE, keep=_ANSWER_BYTES
        )
        answers = told.get("answers")
        return list(answers) if isinstance(answers, list) else []
