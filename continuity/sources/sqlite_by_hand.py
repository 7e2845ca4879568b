"""What a person types to look at a restored SQLite database and put it in its place."""

from __future__ import annotations

from continuity.domain.by_hand import ByHand, HandStep, Setting, Variable, line
from continuity.domain.text import N_, say
from continuity.sources.source import LoadAsked, captured_path

TARGET, DATABASE = Variable("TARGET"), Variable("DATABASE")


def load_by_hand(asked: LoadAsked) -> ByHand:
    """Give the commands."""
    copy = (TARGET, captured_path(asked.job, "sqlite"))
    path = str(getattr(asked.source, "path", ""))
    return ByHand(
        settings=(Setting(name="DATABASE", value=path.encode("utf-8", "surrogateescape")),),
        steps=(
            HandStep(
                title=say(N_("Let SQLite read every page; it must say: ok")),
                lines=(line("sqlite3", "-readonly", copy, "PRAGMA integrity_check;"),),
            ),
            HandStep(
                title=say(
                    N_("Stop the program that uses it, see that nothing is in its place, copy it.")
                ),
                lines=(
                    line("test", "!", "-e", DATABASE),
                    line("cp", "--", copy, DATABASE),
                ),
            ),
        ),
    )
