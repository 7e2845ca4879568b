"""Whether the firms that a provider looks after are heard of, and by themselves. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from continuity.domain.client_digest import Held, judge_client
from continuity.domain.clock import text_from_time
from continuity.domain.failure import FailureClass
from continuity.domain.fault import CheckKind, Fault, FaultKind
from continuity.domain.observation import Observation
from continuity.domain.text import N_, say


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """A client and what is held of it; ``since`` is from when on anything was expected of it."""

    name: str
    held: Held
    since: datetime
    every: timedelta
    grace: timedelta


def client_signal(organisation: str, watched: Watched, now: datetime) -> Observation | None:
    """Answer whether a client is heard of; nothing within its first time.

    How it stands is its own affair: here only silence and meddling are faults.
    """
    digest, held = watched.held.digest, watched.held
    basis = watched.since if digest is None else digest.made_at
    good = Observation(
        check=CheckKind.CLIENT,
        target=f"client:{watched.name}",
        at=now,
        key=f"good:{text_from_time(basis)}",
    )
    if held.refused is not None:
        at = "" if held.refused_at is None else text_from_time(held.refused_at)
        return _bad(good, organisation, watched, FailureClass.INTEGRITY, f"refused:{at}")
    if now - basis > watched.every + watched.grace:
        key = f"silent:{text_from_time(basis)}"
        return _bad(good, organisation, watched, FailureClass.OVERDUE, key)
    return None if digest is None else good


def _bad(
    good: Observation, organisation: str, watched: Watched, failure: FailureClass, key: str
) -> Observation:
    fault = Fault(
        organisation=organisation,
        system="",
        check=good.check,
        kind=FaultKind.CLIENT_UNHEARD,
        target=good.target,
        failure=failure,
    )
    reasons = judge_client(watched.held, watched.every, watched.grace, good.at).reasons
    remedy = say(N_("Ask the client, and see: continuity clients show {name}"), name=watched.name)
    return replace(good, key=key, fault=fault, reason=reasons[-1], remedy=remedy)
