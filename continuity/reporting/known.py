"""What is known of a workspace when a report is asked for; making one is no part of it."""

from __future__ import annotations

from dataclasses import dataclass

from continuity.config.problem import Problem
from continuity.config.workspace import Workspace
from continuity.domain.portfolio import Portfolio
from continuity.domain.text import Message
from continuity.store.store import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What is known of a workspace: what is judged, files with problems, doubt about the record.

    ``store`` is None where nothing was ever recorded.
    """

    workspace: Workspace
    store: Store | None
    portfolio: Portfolio
    problems: tuple[Problem, ...] = ()
    doubt: Message | None = None
