"""The sections of the documentation in which the keys of runbooks are explained."""

from __future__ import annotations

from pydantic import BaseModel

from continuity.domain.decision import Decision, Option, PreAuthorised, Unreachable
from continuity.domain.probe import (
    ChecksumProbe,
    CommandProbe,
    FileProbe,
    HttpProbe,
    Probe,
    SqlProbe,
    TcpProbe,
)
from continuity.domain.runbook import (
    AccessWay,
    OfflineCopy,
    Parameter,
    Place,
    Practice,
    Prerequisite,
    Role,
    Runbook,
    Scope,
    Sharing,
    Target,
    Tickets,
    Timers,
)
from continuity.domain.step import EvidenceWanted, Output, Retries, StepKeys
from continuity.domain.step_kinds import STEP_KINDS

RUNBOOK_SECTIONS: dict[str, type[BaseModel]] = {
    "Runbooks": Runbook,
    "Scope": Scope,
    "Targets of a runbook": Target,
    "Order of systems": Place,
    "Roles of a runbook": Role,
    "Sharing of a runbook": Sharing,
    "Ways in": AccessWay,
    "Decisions": Decision,
    "Options of a decision": Option,
    "Nobody reachable": Unreachable,
    "Allowed beforehand": PreAuthorised,
    "Parameters": Parameter,
    "Prerequisites": Prerequisite,
    "Timers": Timers,
    "Tickets of a runbook": Tickets,
    "Practice": Practice,
    "Offline copies": OfflineCopy,
    "Steps of a runbook": StepKeys,
    "Retries": Retries,
    "Evidence of a step": EvidenceWanted,
    "Outputs": Output,
    "Probes": Probe,
    "Probe of a page": HttpProbe,
    "Probe of a port": TcpProbe,
    "Probe of a database": SqlProbe,
    "Probe of a file": FileProbe,
    "Probe of a checksum": ChecksumProbe,
    "Probe of a program": CommandProbe,
}

STEP_SECTIONS: dict[str, type[BaseModel]] = {
    f"Step of kind {name}": kind for name, kind in STEP_KINDS.items()
}
