"""The table of docs/faults.md, and what each of its rows demands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from tests.support.programs import ROOT
from tests.support.ran import Ran
from tests.support.worlds import World

TABLE = ROOT / "docs/faults.md"
INTERRUPTED = 130
_GREEN = "PASS"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row: what is broken, and what the named command has to say about it.

    ``verdict`` and ``failure`` are "-" where there is nothing to judge.
    """

    slug: str
    broken: str
    command: str
    said: str
    verdict: str
    failure: str
    exit: str

    def told_by(self, ran: Ran) -> None:
        """Demand the row's words, verdict, class and exit code, and a remedy in plain words."""
        self.says(ran.told)
        assert str(ran.code) == self.exit, ran
        for result in ran.results:
            assert (result["verdict"], result["failure"] or "-") == (self.verdict, self.failure)
            assert bool(result["remedy"]) == (self.verdict != _GREEN), ran
        self._spoken_plainly(ran)

    def red_in(self, world: World, job: str, ran: Ran) -> None:
        """Demand what ``told_by`` does, that nothing is green, and that `status` knows it."""
        self.told_by(ran)
        assert ran.code != 0
        assert _GREEN not in [result["verdict"] for result in ran.results]
        assert world.standing(job) != _GREEN

    def says(self, told: str) -> None:
        """Demand the row's words, whatever stands between them."""
        for words in self.said.split(" … "):
            assert words in told

    def recorded_in(self, world: World) -> None:
        """Demand the row's verdict and class of a run that ended without its own words."""
        ends = [(str(body.get("verdict")), str(body.get("failure"))) for body in world.ends()]
        assert (self.verdict, self.failure) in ends

    def _spoken_plainly(self, ran: Ran) -> None:
        for defect in ("Traceback", "unexpected error", "defect of this program"):
            assert defect not in ran.stderr, ran
        if not ran.results and ran.code != INTERRUPTED:
            assert "What to do:" in ran.stderr, ran


@cache
def rows() -> dict[str, Row]:
    """Read all tables of the document."""
    found: dict[str, Row] = {}
    for line in TABLE.read_text().splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 7 and re.fullmatch("`[a-z0-9-]+`", cells[0]):
            slug, broken, command, said, verdict, failure, code = cells
            row = Row(
                slug=slug.strip("`"),
                broken=broken,
                command=command,
                said=said,
                verdict=verdict,
                failure=failure,
                exit=code,
            )
            assert row.slug not in found, row.slug
            found[row.slug] = row
    return found
