"""Whether the firms that a provider looks after are heard of, and by themselves. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from continuity.domain.client_digest import ClientDigest, Held, judge_client
from continuity.domain.clock import text_from_time
from continuity.domain.failure import FailureClass
from continuity.domain.fault import CheckKind, Fault, FaultKind
from continuity.domain.observation import Observation
from continuity.domain.text import N_, say, shown

_LONGEST = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """A client and what is held of it; ``since`` is from when on anything was expected of it.

    ``tell_red`` when its red lights are an incident here, too; ``system`` is whose owner is told.
    """

    name: str
    held: Held
    since: datetime
    every: timedelta
    grace: timedelta
    tell_red: bool = False
    system: str = ""


def client_signals(organisation: str, watched: Watched, now: datetime) -> Iterator[Observation]:
    """Answer whether a client is heard of and, where that was asked for, whether it shows red."""
    heard = client_signal(organisation, watched, now)
    if heard is not None:
        yield heard
    digest = watched.held.digest
    if watched.tell_red and digest is not None:
        yield _standing(organisation, watched, digest, now)


def _standing(
    organisation: str, watched: Watched, digest: ClientDigest, now: datetime
) -> Observation:
    key = f"{digest.sequence}"
    good = Observation(
        check=CheckKind.CLIENT_STANDING, target=f"client:{watched.name}", at=now, key=key
    )
    if not digest.lights.red:
        return good
    fault = Fault(
        organisation=organisation,
        system=watched.system,
        check=good.check,
        kind=FaultKind.CLIENT_RED,
        target=good.target,
        failure=FailureClass.TARGET_MISSED,
    )
    worst = "-" if digest.worst is None else digest.worst.title
    reason = say(
        N_("Its digest shows {count} red, the worst: {title}"),
        count=digest.lights.red,
        title=shown(worst.encode("utf-8", "surrogatepass"))[:_LONGEST],
    )
    remedy = say(N_("Ask the client, and see: continuity clients show {name}"), name=watched.name)
    return replace(good, fault=fault, reason=reason, remedy=remedy)


def client_signal(organisation: str, watched: Watched, now: datetime) -> Observation | None:
    """Answer whether a client is heard of; nothing within its first time.

    Here only silence and meddling are faults.
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
        system=watched.system,
        check=good.check,
        kind=FaultKind.CLIENT_UNHEARD,
        target=good.target,
        failure=failure,
    )
    reasons = judge_client(watched.held, watched.every, watched.grace, good.at).reasons
    remedy = say(N_("Ask the client, and see: continuity clients show {name}"), name=watched.name)
    return replace(good, key=key, fault=fault, reason=reasons[-1], remedy=remedy)
