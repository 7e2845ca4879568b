"""What was tried, what had to come out, and what did."""

from __future__ import annotations

from dataclasses import dataclass

from continuity.cli.language import _
from continuity.cli.output import verdict_text
from continuity.domain.verdict import Verdict

_VERDICTS = {0: Verdict.PASS, 1: Verdict.FAIL, 3: Verdict.INCONCLUSIVE, 4: Verdict.OVERDUE}


@dataclass(frozen=True)
class Trial:
    """One trial: the exit code that came, and the one that had to."""

    name: str
    code: int
    expected: int

    @property
    def as_expected(self) -> bool:
        """Tell whether the right thing was said."""
        return self.code == self.expected


def rows(trials: list[Trial]) -> list[list[str]]:
    """Give the rows of the closing table."""
    return [
        [_("Trial"), _("Had to be"), _("Was"), ""],
        *(
            [
                trial.name,
                _shown(trial.expected),
                _shown(trial.code),
                "" if trial.as_expected else "!",
            ]
            for trial in trials
        ),
    ]


def _shown(code: int) -> str:
    verdict = _VERDICTS.get(code)
    return str(code) if verdict is None else verdict_text(verdict)
