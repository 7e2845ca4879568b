"""Looks at the readiness of runbooks once a day, and whenever somebody wrote something."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from continuity.answering.readiness import Precheck, conductable
from continuity.app import App, portfolio_of

_NOTE = "readiness.looked"


def precheck_of(app: App) -> Precheck:
    """Look at the runbooks of a workspace."""
    return Precheck(
        means=app.means,
        store=app.bench.store,
        now=app.bench.now,
        judge=lambda: portfolio_of(app.workspace.root, app.means.environ).assess(),
    )


def check_if_due(app: App) -> bool:
    """Look and record, unless that was done today for what is written now; tells whether it was."""
    store, workspace = app.bench.store, app.workspace
    today = app.bench.now().astimezone(ZoneInfo(workspace.settings.zone)).date()
    wanted = f"{today} {workspace.fingerprint}"
    names = conductable(workspace.books.values())
    if not names or store.noted(_NOTE) == wanted:
        return False
    precheck = precheck_of(app)
    precheck.record(precheck.look(names))
    with store.transaction() as transaction:
        transaction.note(_NOTE, wanted)
    return True
