"""Production that is replaced, by an office or by the steps of a run."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from continuity.domain.portrait import Portrait
from continuity.hosts.local import LocalHost
from continuity.sandbox.interlocks import held_within
from continuity.sources.replacement import Door, Replace
from continuity.workflows.copies import recover_portrait
from continuity.workflows.overwriting import OnServerError, Over, Overwriting
from continuity.workflows.planning import DrillRequest, plan_drill
from continuity.workflows.replacing_database import Replaced, replace_database
from continuity.workflows.replacing_files import Exchanged, There, replace_files
from tests.support.firm import Firm, Office, Wishes, a_firm
from tests.support.terminal import filled

MARK = "billing-1-restore"


def a_firm_of(root: Path, source: Mapping[str, object]) -> Firm:
    """Write a firm whose only job is a database."""
    firm = a_firm(root, Wishes())
    job = {"name": "erp", "title": "Shop", "system": "billing", "repository": "erp"}
    (firm.workspace / "jobs/erp.yaml").write_text(json.dumps({**job, "source": dict(source)}))
    return firm


def a_deep_firm(root: Path, engine: str) -> Firm:
    """Make a firm whose files lie at several depths, with a link and an empty directory."""
    firm = filled(a_firm(root, Wishes(engines={"erp": engine})), 4)
    (firm.source() / "deep/er").mkdir(parents=True)
    (firm.source() / "deep/er/book").write_text("the ledger\n")
    (firm.source() / "deep/empty").mkdir()
    os.symlink("er/book", firm.source() / "deep/link")
    return firm


def content(top: Path) -> dict[str, str]:
    """Read every file below a directory."""
    return {
        str(path.relative_to(top)): path.read_text()
        for path in sorted(top.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


@dataclass
class Notes:
    """What was written down before it was done."""

    told: list[Mapping[str, str]] = field(default_factory=list)

    def __call__(self, told: Mapping[str, str]) -> None:
        self.told.append(told)


def replaced(
    office: Office, notes: Callable[[Mapping[str, str]], object] | None = None
) -> Replaced:
    """Let the newest point take the place of the living database."""
    try:
        return replace_database(overwriting(office, notes or Notes()))
    except OnServerError as error:
        raise error.trouble from error


def overwriting(
    office: Office, notes: Callable[[Mapping[str, str]], object], mark: str = MARK
) -> Overwriting:
    """Ask for the newest point over production."""
    facts, bench = office.facts(), office.app.bench
    over = Over(point=facts.points[-1].id, mark=mark, note=notes)
    return Overwriting(bench=bench, protected=office.protected(), facts=facts, over=over)


def replaced_here(office: Office, *include: Path, mark: str = MARK) -> Exchanged:
    """Let the newest point take the place of files of this machine."""
    bench = office.app.bench
    ours = (*bench.interlocks.repositories, os.fsencode(bench.keys.parent))
    there = There(
        host=LocalHost(),
        transport=None,
        include=tuple(map(os.fsencode, include)),
        holds=lambda live: held_within(live, ours),
    )
    try:
        return replace_files(overwriting(office, Notes(), mark), there)
    except OnServerError as error:
        raise error.trouble from error


def work_of(office: Office) -> tuple[Replace, Door]:
    """Give how the job's database is replaced, and the way in."""
    living = office.protected().living
    assert living is not None
    assert living.replace is not None
    assert living.open_door is not None
    return living.replace, living.open_door()


def portrait_of(office: Office) -> Portrait:
    """Give what the database was when it was copied last."""
    bench, protected, facts = office.app.bench, office.protected(), office.facts()
    request = DrillRequest(full=True, point=facts.points[-1].id)
    plan = plan_drill(bench, protected, facts, request)
    return recover_portrait(bench, protected, plan.portrait)
