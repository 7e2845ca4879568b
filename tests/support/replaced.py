"""A database that is replaced on its own living server, by an office or by the steps of a run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from continuity.domain.portrait import Portrait
from continuity.sources.replacement import Door, Replace
from continuity.workflows.copies import recover_portrait
from continuity.workflows.planning import DrillRequest, plan_drill
from continuity.workflows.replacing_database import OnServerError, Over, Replaced, replace_database
from tests.support.firm import Firm, Office, Wishes, a_firm

MARK = "billing-1-restore"


def a_firm_of(root: Path, source: Mapping[str, object]) -> Firm:
    """Write a firm whose only job is a database."""
    firm = a_firm(root, Wishes())
    job = {"name": "erp", "title": "Shop", "system": "billing", "repository": "erp"}
    (firm.workspace / "jobs/erp.yaml").write_text(json.dumps({**job, "source": dict(source)}))
    return firm


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
    facts = office.facts()
    over = Over(point=facts.points[-1].id, mark=MARK, note=notes or Notes())
    try:
        return replace_database(office.app.bench, office.protected(), facts, over)
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
