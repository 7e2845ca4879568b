"""One line of the table: what was measured, against what, and whether the goal is met."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from statistics import median


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    """A bound in the unit of its row; ``at_least`` turns it round."""

    bound: float
    at_least: bool = False

    def met(self, figure: float) -> bool:
        """Tell whether a figure is good enough."""
        return figure >= self.bound if self.at_least else figure <= self.bound


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A figure and what it is made of; seconds are medians, None where nothing was compared.

    ``figure`` is None when it could not be measured, and then ``note`` says why.
    """

    key: str
    work: str
    against: str
    figure: float | None
    unit: str
    goal: Goal | None = None
    ours: float | None = None
    theirs: float | None = None
    repetitions: int = 1
    note: str = ""

    @property
    def verdict(self) -> str:
        """Say whether the goal is met; a row without one is there to be compared."""
        if self.figure is None:
            return "not measured"
        if self.goal is None:
            return "-"
        return "met" if self.goal.met(self.figure) else "MISSED"

    def plain(self) -> dict[str, object]:
        """Give the row as a JSON object."""
        return {**asdict(self), "verdict": self.verdict}


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """What two things took, in seconds, and what they are."""

    key: str
    work: str
    against: str
    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    def ratio(self, goal: Goal | None = None) -> Row:
        """Tell how many times the cost of the plain tool this is."""
        return self._row(median(self.ours) / median(self.theirs), "times", goal)

    def advantage(self, goal: Goal | None = None) -> Row:
        """Tell how many times cheaper this is than the other."""
        return self._row(median(self.theirs) / median(self.ours), "times cheaper", goal)

    def surplus(self, goal: Goal | None = None) -> Row:
        """Tell how many milliseconds more than the other this takes."""
        return self._row((median(self.ours) - median(self.theirs)) * 1_000, "ms more", goal)

    def _row(self, figure: float, unit: str, goal: Goal | None) -> Row:
        return Row(
            key=self.key,
            work=self.work,
            against=self.against,
            figure=figure,
            unit=unit,
            goal=goal,
            ours=median(self.ours),
            theirs=median(self.theirs),
            repetitions=len(self.ours),
        )


def unmeasured(key: str, work: str, against: str, why: str) -> Row:
    """Say that something could not be measured here, and why."""
    return Row(key=key, work=work, against=against, figure=None, unit="", note=why)
