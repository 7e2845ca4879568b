"""What is known of packs, as plain values for the record and for JSON."""

from __future__ import annotations

from datetime import timedelta

from continuity.domain.clock import text_from_time
from continuity.domain.pack_ledger import PackCoverage, Round
from continuity.domain.shown import seconds_from


def plain_from_packs(coverage: PackCoverage, within: timedelta | None) -> dict[str, object]:
    """Reduce what is proven to what JSON can hold: whole seconds, times in UTC."""
    return {
        "of": coverage.packs,
        "of_bytes": coverage.bytes,
        "proven": coverage.proven,
        "proven_bytes": coverage.proven_bytes,
        "never": coverage.never,
        "overdue": coverage.overdue,
        "overdue_bytes": coverage.overdue_bytes,
        "oldest": None if coverage.oldest is None else text_from_time(coverage.oldest),
        "whole": coverage.whole,
        "within_seconds": seconds_from(within),
    }


def plain_from_round(planned: Round) -> dict[str, object]:
    """Reduce what a round needs against what it may take; ``short_of`` names what is too little."""
    shortage = planned.shortage
    return {
        "needed": planned.needs._asdict(),
        "allowed": planned.most._asdict(),
        "short_of": None if shortage is None else shortage.unit,
        "too_large": len(planned.too_large),
    }
