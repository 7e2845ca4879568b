"""`continuity report --evidence`: what a report rests on, for whoever trusts only stock tools."""

from __future__ import annotations

from pathlib import Path

from continuity.app import now, opened
from continuity.cli.language import speaker
from continuity.cli.report_grounds import Wish, grounds_of
from continuity.domain.failure import ConfigurationError
from continuity.domain.report import Report
from continuity.domain.reporting import report_on
from continuity.domain.text import N_, say
from continuity.reporting.evidence_pack import Witnesses, cover, pack_evidence


def evidence_of(root: Path, wish: Wish) -> tuple[Report, bytes]:
    """Report on a period and pack what it rests on; the end of the record is signed for it."""
    from continuity.store.keys import open_keys

    present = now()
    grounds, period = grounds_of(root, wish, present)
    report = report_on(grounds, period, present)
    if not report.annex.record.sequence:
        what = say(N_("Nothing was recorded until the end of this period."))
        raise ConfigurationError(what, remedy=say(N_("Ask for a later one with --period.")))
    with opened(root) as app:
        keys = open_keys(app.bench.keys)
        witnesses = Witnesses(store=app.bench.store, keys=keys, organisation=app.bench.organisation)
        cover(witnesses, report)
        # Its own checkpoint belongs to what a report says.
        grounds, period = grounds_of(root, wish, present)
        report = report_on(grounds, period, present)
        return report, pack_evidence(report, witnesses, speaker())
