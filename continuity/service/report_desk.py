"""The desk of an opened workspace from which reports are sent."""

from __future__ import annotations

from functools import cache

from continuity.app import App, portfolio_of
from continuity.reporting.desk import ReportDesk
from continuity.reporting.known import Known


def report_desk_of(app: App) -> ReportDesk:
    """Open it; the workspace is judged when the first report is made."""

    @cache
    def known() -> Known:
        standing = portfolio_of(app.workspace.root, app.means.environ)
        return Known(
            workspace=app.workspace,
            store=app.bench.store,
            portfolio=standing.portfolio,
            problems=standing.problems,
            doubt=standing.doubt,
        )

    return ReportDesk(
        means=app.means,
        store=app.bench.store,
        now=app.bench.now,
        keys=app.bench.keys,
        known=known,
    )
