"""Take a quarantined restore point into the baseline, because a person looked at it."""

from __future__ import annotations

from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, say
from continuity.workflows.history import read_history
from continuity.workflows.world import Workbench


def accept_point(bench: Workbench, job: str, wanted: str) -> str:
    """Record that a person accepts a quarantined point; gives its full id.

    Raises ConfigurationError when the id names no quarantined point, or more than one.
    """
    quarantined = [
        point.id
        for point in read_history(bench, job).points
        if point.quarantined and point.removed_at is None
    ]
    found = [name for name in quarantined if name.startswith(wanted)]
    if len(found) != 1:
        raise ConfigurationError(
            say(
                N_("{wanted} names {count} quarantined restore points; exactly one was expected."),
                wanted=wanted,
                count=len(found),
            ),
            remedy=say(
                N_("In quarantine: {names}"),
                names=", ".join(name[:16] for name in quarantined) or "-",
            ),
        )
    bench.store.append(
        Draft(
            kind=RecordKind.BASELINE_ACCEPTED,
            job=job,
            body={"point": found[0]},
            personal={"actor": bench.actor},
        )
    )
    return found[0]
