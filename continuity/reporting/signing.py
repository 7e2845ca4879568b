"""Make the signed digest that a firm hands to its provider, out of a report."""

from __future__ import annotations

import json
from dataclasses import replace
from zoneinfo import ZoneInfo

from continuity.domain.client_digest import (
    PAYLOAD_TYPE,
    digest_from_report,
    plain_from_digest,
)
from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.period import Period, day_until, period_from_text
from continuity.domain.report import Report
from continuity.domain.reporting import report_on
from continuity.reporting.desk import ReportDesk
from continuity.reporting.grounds import grounds_from
from continuity.reports.composing import page_from_digest
from continuity.reports.page_plain import plain_from_page
from continuity.speech.speaker import LANGUAGES, speaker_of
from continuity.store.dsse import seal
from continuity.store.keys import open_keys


def digest_now(desk: ReportDesk) -> Report:
    """Report on the day that goes on, as it is now."""
    now, period = desk.now(), _today(desk)
    speaker = speaker_of(desk.workspace.settings.language)
    return report_on(grounds_from(desk.known(), period, now, speaker.sentence), period, now)


def _today(desk: ReportDesk) -> Period:
    """Give what began with the last digest but one, and goes on until midnight."""
    clockwork = desk.clockwork
    today = desk.now().astimezone(ZoneInfo(clockwork.zone)).date()
    midnight = period_from_text(today.isoformat(), clockwork.zone).end
    return replace(day_until(today, clockwork.at, clockwork.zone), end=midnight)


def signed_digest(desk: ReportDesk, report: Report) -> bytes:
    """Sign a digest; the record says first that it is made, which gives it its number.

    Raises AuthenticationError or StoreError when the key cannot be used.
    """
    key = open_keys(desk.keys).private()
    body = {"verdict": report.verdict.value, "rests_on": report.annex.record.sequence}
    (record,) = desk.store.append(Draft(kind=RecordKind.DIGEST_SIGNED, body=body))
    digest = digest_from_report(report, record.sequence, record.hash)
    pages = [plain_from_page(page_from_digest(report, speaker_of(one))) for one in LANGUAGES]
    payload = {**plain_from_digest(digest), "pages": pages}
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    return seal(text, PAYLOAD_TYPE, key)
