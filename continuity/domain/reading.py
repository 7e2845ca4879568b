"""Reads what a finished run says of itself, and believes nothing better than its own numbers."""

from __future__ import annotations

from collections.abc import Mapping

from continuity.domain.facts import Identity
from continuity.domain.failure import FailureClass
from continuity.domain.pack_facts import PackFacts
from continuity.domain.plain import (
    flag_in,
    list_in,
    mapping_in,
    moment_in,
    number_in,
    text_in,
)
from continuity.domain.text import N_, Message, message_from_plain, say
from continuity.domain.verdict import Verdict

_DAMAGE = ("corrupt", "missing")


def identity_in(body: Mapping[str, object]) -> Identity:
    """Read what the run worked with."""
    return Identity(
        repository=text_in(body, "repository"),
        repository_id=text_in(body, "repository_id"),
        engine=text_in(body, "engine"),
        version=text_in(mapping_in(body, "tool"), "version"),
        path_set=text_in(body, "path_set"),
    )


def outcome_in(body: Mapping[str, object]) -> tuple[Verdict, FailureClass | None]:
    """Read verdict and failure class; what is not understood is INCONCLUSIVE."""
    try:
        verdict = Verdict(text_in(body, "verdict"))
    except ValueError:
        return Verdict.INCONCLUSIVE, FailureClass.TOOL_ERROR
    if verdict is Verdict.PASS:
        return verdict, None
    try:
        return verdict, FailureClass(text_in(body, "failure"))
    except ValueError:
        return verdict, FailureClass.TOOL_ERROR


def compared_outcome_in(body: Mapping[str, object]) -> tuple[Verdict, FailureClass | None]:
    """Read the outcome of a comparison: a PASS that compared nothing or names damage is none."""
    verdict, failure = outcome_in(body)
    classes = mapping_in(body, "classes")
    if verdict is not Verdict.PASS:
        return verdict, failure
    if any(number_in(classes, name) for name in _DAMAGE):
        return Verdict.FAIL, FailureClass.INTEGRITY
    if number_in(classes, "match") == 0 or not text_in(mapping_in(body, "point"), "id"):
        return Verdict.INCONCLUSIVE, FailureClass.NO_PROOF
    return verdict, None


def reason_in(body: Mapping[str, object], verdict: Verdict) -> Message | None:
    """Read why it did not pass."""
    if verdict is Verdict.PASS:
        return None
    try:
        return message_from_plain(mapping_in(body, "reason"))
    except (KeyError, TypeError):
        return say(N_("The run gave no reason that could be read."))


def milliseconds_in(body: Mapping[str, object]) -> int:
    """Read how long all phases took."""
    return sum(number_in(phase, "milliseconds") for phase in _phases(body))


def phase_in(body: Mapping[str, object], name: str) -> int:
    """Read how many milliseconds the phases of this name took."""
    phases = (phase for phase in _phases(body) if text_in(phase, "name") == name)
    return sum(number_in(phase, "milliseconds") for phase in phases)


def packs_in(body: Mapping[str, object]) -> PackFacts | None:
    """Read what a check left proven of a repository's packs; None where it read none."""
    plain = mapping_in(body, "packs")
    if "proven" not in plain:
        return None
    ahead = mapping_in(plain, "ahead")
    in_requests = text_in(ahead, "short_of") == "requests"
    unit = "requests" if in_requests else "bytes"
    packs, size = number_in(plain, "of"), number_in(plain, "of_bytes")
    return PackFacts(
        packs=packs,
        bytes=size,
        proven=min(number_in(plain, "proven"), packs),
        proven_bytes=min(number_in(plain, "proven_bytes"), size),
        oldest=moment_in(plain, "oldest"),
        whole=flag_in(plain, "whole"),
        short=bool(text_in(ahead, "short_of")),
        needed=number_in(mapping_in(ahead, "needed"), unit),
        allowed=number_in(mapping_in(ahead, "allowed"), unit),
        in_requests=in_requests,
    )


def _phases(body: Mapping[str, object]) -> list[Mapping[str, object]]:
    return [phase for phase in list_in(body, "phases") if isinstance(phase, Mapping)]
