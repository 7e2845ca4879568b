"""A firm that sends reports by mail, with a past in which somebody expected them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from continuity.domain.clock import text_from_time
from continuity.store.store import open_store
from tests.support.announced import with_mail
from tests.support.story import Story

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DIGEST = "digest: {to: ana, cadence: daily, detail: digest}"
MONTH = "month: {to: ana, cadence: monthly}"


def with_reports(root: Path, port: int, *subscriptions: str, more: str = "") -> Story:
    """Write a firm whose systems were restored and timed, and who gets which report."""
    story = with_mail(root, port)
    for job in ("erp", "post", "web"):
        story.passed(job, 40 * DAY)
        story.passed(job, 30 * HOUR)
    wanted = "".join(f"  {one}\n" for one in subscriptions)
    (root / "config/reports.yaml").write_text(f"{more}\nsubscriptions:\n{wanted}")
    return story


def expecting(story: Story, *names: str, since: timedelta = 3 * DAY) -> Story:
    """Let reports be expected since some time ago; the first word of each name is its cadence."""
    moment = text_from_time(datetime.now(UTC) - since)
    table = {name.split(" ")[1]: f"{name.split(' ')[0]} {moment}" for name in names}
    with (
        open_store(f"sqlite:///{story.database}", lambda: datetime.now(UTC)) as store,
        store.transaction() as transaction,
    ):
        transaction.note("reports.since", json.dumps(table))
    return story
