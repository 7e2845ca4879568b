"""Gathers who looks at the timetables of a workspace."""

from __future__ import annotations

from continuity.app import App
from continuity.config.expecting import ITSELF, expectations_of
from continuity.config.workspace import left_out
from continuity.domain.attention import Attention
from continuity.domain.report_wishes import Detail
from continuity.workflows.looking import looked_by, looked_last


def attention_of(app: App) -> Attention:
    """Ask files and record."""
    workspace, store, now = app.workspace, app.bench.store, app.bench.now()
    expected = expectations_of(workspace, now).values()
    gaps = [one.timetable.widest_gap() for one in expected if one.job != ITSELF]
    subscriptions = workspace.sending.subscriptions.values()
    return Attention(
        looked=looked_last(store),
        by=looked_by(store),
        gap=min(gaps, default=None),
        heartbeat=workspace.settings.service.heartbeat or "",
        digest=any(one.detail is Detail.DIGEST for one in subscriptions),
        zone=workspace.settings.zone,
        unusable=left_out(workspace),
    )
