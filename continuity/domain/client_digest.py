"""The signed digest that a firm hands to its provider, and how a provider judges its age. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from continuity.domain.light import Light, Lights
from continuity.domain.plain_fields import fields_from_plain, plain_from_fields
from continuity.domain.text import N_, Message, say
from continuity.domain.verdict import Verdict, worst

if TYPE_CHECKING:
    from continuity.domain.report import Report

FORMAT = "continuity-digest/1"
PAYLOAD_TYPE = "application/vnd.continuity.digest+json"
"""What is signed says what it is, so that it cannot be passed off as anything else."""

_LONGEST, _MOST = 500, 5_000
_AHEAD = timedelta(minutes=5)
_VERDICTS = {
    Light.RED: Verdict.FAIL,
    Light.UNKNOWN: Verdict.INCONCLUSIVE,
    Light.AMBER: Verdict.OVERDUE,
    Light.GREEN: Verdict.PASS,
}
_ORDER = (Light.RED, Light.UNKNOWN, Light.AMBER, Light.GREEN)


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestSystem:
    """One system; ``proven`` is the age of its proof in seconds, None where there is none."""

    title: str
    light: Light
    level: str
    proven: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientDigest:
    """How a firm stands. ``sequence`` and ``hash`` are of the record in which it says that it made
    this digest, so they grow with each and are a witness of the record.
    """

    organisation: str
    sequence: int
    hash: str
    made_at: datetime
    as_of: datetime
    verdict: Verdict
    lights: Lights
    systems: tuple[DigestSystem, ...]

    @property
    def worst(self) -> DigestSystem | None:
        """The system that stands worst, of those of the same light the one proven longest ago."""
        return min(self.systems, key=_rank, default=None)

    @property
    def oldest(self) -> DigestSystem | None:
        """The system whose proof is the oldest; one without any comes first."""
        return max(self.systems, key=_age, default=None)


def _rank(one: DigestSystem) -> tuple[int, float]:
    return _ORDER.index(one.light), -_age(one)


def _age(one: DigestSystem) -> float:
    return float("inf") if one.proven is None else one.proven


def digest_from_report(report: Report, sequence: int, digest: str) -> ClientDigest:
    """Reduce a report to what a provider sees of it in one line."""
    return ClientDigest(
        organisation=report.organisation[:_LONGEST],
        sequence=sequence,
        hash=digest,
        made_at=report.made_at,
        as_of=report.as_of,
        verdict=report.verdict,
        lights=report.lights,
        systems=tuple(
            DigestSystem(
                title=line.title[:_LONGEST],
                light=line.light,
                level=line.level,
                proven=None if line.proof_age is None else int(line.proof_age.total_seconds()),
            )
            for line in report.systems
        ),
    )


def plain_from_digest(digest: ClientDigest) -> dict[str, object]:
    """Reduce it to what JSON can hold."""
    return {"format": FORMAT, **plain_from_fields(digest)}


def digest_from_plain(plain: Mapping[str, object]) -> ClientDigest:
    """Read a digest that somebody else wrote. Raises ValueError for anything but a sound one."""
    try:
        found = fields_from_plain(ClientDigest, plain)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("not a digest") from error
    if not isinstance(found, ClientDigest) or plain.get("format") != FORMAT:
        raise ValueError("not a digest")
    texts = [found.organisation, found.hash, *(one.title for one in found.systems)]
    levels = [one.level for one in found.systems]
    small = all(len(text) <= _LONGEST for text in (*texts, *levels)) and len(texts) <= _MOST
    ages = all(one.proven is None or one.proven >= 0 for one in found.systems)
    if not (small and ages and found.sequence > 0 and _counted(found)):
        raise ValueError("a digest that contradicts itself")
    return found


def _counted(digest: ClientDigest) -> bool:
    """Tell whether the counts are those of the systems, so that neither can hide the other."""
    lights = [one.light for one in digest.systems]
    counts = {
        Light.RED: digest.lights.red,
        Light.UNKNOWN: digest.lights.unknown,
        Light.AMBER: digest.lights.amber,
        Light.GREEN: digest.lights.green,
    }
    return all(count == lights.count(light) for light, count in counts.items())


class Refusal(StrEnum):
    """Why a digest that arrived does not count."""

    UNREADABLE = "unreadable"
    FORGED = "forged"
    AHEAD = "ahead"
    OLDER = "older"
    FORKED = "forked"


REFUSALS: Mapping[Refusal, str] = {
    Refusal.UNREADABLE: N_("Refused at {moment}, because it is no digest: {name}"),
    Refusal.FORGED: N_("Refused at {moment}, because no key of this client signed it: {name}"),
    Refusal.AHEAD: N_("Refused at {moment}, because it is from the future: {name}"),
    Refusal.OLDER: N_("Refused at {moment}, because a later one arrived before: {name}"),
    Refusal.FORKED: N_("Refused at {moment}, because another has the same number: {name}"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """What a provider holds of a client: its latest digest, and what was refused since."""

    digest: ClientDigest | None = None
    refused: Refusal | None = None
    refused_at: datetime | None = None
    refused_name: str = ""


def refusal_of(digest: ClientDigest, known: ClientDigest | None, now: datetime) -> Refusal | None:
    """Tell why a digest with a good signature does not count; None when it does."""
    if digest.made_at > now + _AHEAD:
        return Refusal.AHEAD
    if known is None or digest.sequence > known.sequence:
        return None
    return Refusal.OLDER if digest.sequence < known.sequence else Refusal.FORKED


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientState:
    """How a client stands in its provider's eyes; ``age`` is that of its digest."""

    verdict: Verdict
    age: timedelta | None
    reasons: tuple[Message, ...]


def judge_client(held: Held, every: timedelta, grace: timedelta, now: datetime) -> ClientState:
    """Judge; silence is never good, and neither is a digest that somebody meddled with."""
    verdicts: list[Verdict] = []
    reasons: list[Message] = []
    digest, age = held.digest, None
    if digest is None:
        verdicts.append(Verdict.INCONCLUSIVE)
        reasons.append(say(N_("No digest of it has arrived yet.")))
    else:
        verdicts += [digest.verdict, *(_VERDICTS[one.light] for one in digest.systems)]
        age = max(timedelta(), now - digest.made_at)
        if age > every + grace:
            verdicts.append(Verdict.OVERDUE)
            reasons.append(say(N_("Its digest is overdue: how it stands today is not known.")))
    if held.refused is not None:
        verdicts.append(Verdict.INCONCLUSIVE)
        at = "-" if held.refused_at is None else f"{held.refused_at:%Y-%m-%d %H:%M} UTC"
        template = REFUSALS[held.refused]
        reasons.append(say(template, name=held.refused_name or "-", moment=at))
    return ClientState(verdict=worst(verdicts), age=age, reasons=tuple(reasons))
