"""A forecast as plain values for JSON: whole seconds, null where unknown or everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from continuity.domain.back_test import Hindsight
from continuity.domain.clock import text_from_time
from continuity.domain.forecast import Forecast
from continuity.domain.shown import seconds_from
from continuity.domain.text import Message
from continuity.domain.way_back import Return


def plain_from_forecast(
    forecast: Forecast, speak: Callable[[Message], str] = str
) -> dict[str, object]:
    """Reduce a forecast to what JSON can hold."""
    return {
        "generated_at": text_from_time(forecast.at),
        "lose": forecast.lose,
        "lanes": forecast.lanes,
        "all_lost": forecast.all_lost,
        "systems": [_plain_return(one, speak) for one in forecast.returns],
        "waiting": list(forecast.waiting),
        "at_risk": list(forecast.at_risk),
        "notes": [speak(note) for note in forecast.notes],
    }


def _plain_return(one: Return, speak: Callable[[Message], str]) -> dict[str, object]:
    return {
        "name": one.system,
        "title": one.title,
        "criticality": one.criticality,
        "start_seconds": seconds_from(one.start),
        "likely_seconds": seconds_from(one.likely),
        "back_seconds": seconds_from(one.back),
        "back_at": None if one.back_at is None else text_from_time(one.back_at),
        "kind": one.kind.value,
        "loss_seconds": seconds_from(one.loss),
        "rpo_target_seconds": seconds_from(one.rpo),
        "rto_target_seconds": seconds_from(one.rto),
        "survival": one.survival.value,
        "lost_jobs": list(one.lost_jobs),
        "repositories": list(one.repositories),
        "missing": None if one.missing is None else speak(one.missing),
    }


def plain_from_hindsight(seen: Mapping[tuple[str, str], Hindsight]) -> list[dict[str, object]]:
    """Reduce past predictions, by job and repository; percent of the time it really took."""
    return [
        {
            "job": job,
            "repository": repository,
            "predictions": one.count,
            "median_error_percent": one.median_percent,
            "worst_error_percent": one.worst_percent,
            "within_safe_time": one.kept,
            "refused": one.refused,
        }
        for (job, repository), one in sorted(seen.items())
    ]
