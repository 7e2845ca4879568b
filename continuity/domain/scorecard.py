"""3-2-1-1-0 from what was seen: three copies, two media, one off-site, one immutable, no errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from continuity.domain.assessment import Assessment, SystemAssessment
from continuity.domain.copies import things
from continuity.domain.kept import Kept, Known, kept_from
from continuity.domain.location import FactName, StorageFacts
from continuity.domain.storage_judgement import APART, is_current, protection, refuses_deletion
from continuity.domain.text import N_, Message, say
from continuity.domain.verdict import Verdict

COPIES, MEDIA, OFFSITE, IMMUTABLE, ERRORS = 3, 2, 1, 1, 0
"""What the rule asks for."""


class Answer(StrEnum):
    """Whether a part of the rule is kept; worst last. What is unknown is never yes."""

    YES = "yes"
    UNKNOWN = "unknown"
    NO = "no"


_ANSWERS = tuple(Answer)


class Part(StrEnum):
    """The parts of the rule, in its order."""

    COPIES = "copies"
    MEDIA = "media"
    OFFSITE = "off-site"
    IMMUTABLE = "immutable"
    VERIFIED = "verified"


class Score(NamedTuple):
    """The answer to one part: how many were found of how many, why, and what that rests on.

    ``found`` is what is known for certain; of errors it is how many copies are not shown clean.
    """

    part: Part
    answer: Answer
    found: int
    needed: int
    reason: Message
    known: tuple[Known, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Scorecard:
    """The rule for one system: for each part the answer of what is protected worst."""

    system: str
    title: str
    scores: tuple[Score, ...]

    @property
    def answer(self) -> Answer:
        """The worst of its parts; nothing at all is unknown."""
        return max((one.answer for one in self.scores), key=_ANSWERS.index, default=Answer.UNKNOWN)


def scorecards(
    assessment: Assessment, storage: Mapping[str, StorageFacts], doubt: Message | None = None
) -> tuple[Scorecard, ...]:
    """Judge each system by the rule; on a record that is in ``doubt`` nothing is a yes."""
    cards = (_card(system, storage, assessment.at) for system in assessment.systems)
    return tuple(card if doubt is None else _doubted(card, doubt) for card in cards)


def _card(
    system: SystemAssessment, storage: Mapping[str, StorageFacts], now: datetime
) -> Scorecard:
    all_kept = [kept_from(same, storage, now) for same in things(system.jobs)]
    return Scorecard(
        system=system.plan.name,
        title=system.plan.title,
        scores=tuple(_weakest(_judge(part, kept, now) for kept in all_kept) for part in Part)
        if all_kept
        else (),
    )


def _judge(part: Part, kept: Sequence[Kept], now: datetime) -> Score:
    judge, needed = _JUDGES[part]
    if part is Part.VERIFIED or any(one.claimed or one.proven for one in kept):
        return judge(kept, now)
    reason = say(N_("No copy is known yet."))
    return Score(part, Answer.NO, 0, needed, reason, tuple(one.proof() for one in kept))


def _weakest(scores: Iterable[Score]) -> Score:
    return max(scores, key=lambda score: (_ANSWERS.index(score.answer), -score.found))


def _doubted(card: Scorecard, doubt: Message) -> Scorecard:
    scores = (
        score._replace(answer=Answer.UNKNOWN, reason=doubt) if score.answer is Answer.YES else score
        for score in card.scores
    )
    return Scorecard(system=card.system, title=card.title, scores=tuple(scores))


def _copies(kept: Sequence[Kept], now: datetime) -> Score:
    """Count the source and each place with proof of its own."""
    proven = {one.place for one in kept if one.proven}
    claimed = {one.place for one in kept if one.claimed} | proven
    blind = [one.repository for one in kept if one.proven and not one.seen]
    count, possible = 1 + len(proven), 1 + len(claimed)
    known = tuple(one.proof() for one in kept)
    if count >= COPIES and not blind:
        reason = say(N_("The source and {count} places with proof of their own."), count=count - 1)
        return Score(Part.COPIES, Answer.YES, count, COPIES, reason, known)
    if count >= COPIES:
        return Score(Part.COPIES, Answer.UNKNOWN, count, COPIES, _not_seen(blind), known)
    if possible >= COPIES:
        reason = say(
            N_("Never restored from, or not lately: {names}."),
            names=_names(one for one in kept if one.claimed and not one.proven),
        )
        return Score(Part.COPIES, Answer.UNKNOWN, count, COPIES, reason, known)
    reason = say(
        N_("Only the source and {count} more; folders on one file system count once."),
        count=possible - 1,
    )
    return Score(Part.COPIES, Answer.NO, count, COPIES, reason, known)


def _media(kept: Sequence[Kept], now: datetime) -> Score:
    """Count what copies stand on; nobody has looked what the source stands on."""
    proven = [one for one in kept if one.proven]
    kinds = sorted({one.medium for one in proven if one.medium is not None})
    possible = {one.copy.plan.medium for one in kept if one.claimed} | {*kinds, "disk"}
    known = tuple(
        fact
        for one in proven
        for fact in (one.written(one.copy.plan.medium), one.fact(FactName.FILE_SYSTEM))
        if fact is not None
    )
    found = len(kinds)
    if found >= MEDIA:
        reason = say(N_("Proven copies on: {kinds}."), kinds=", ".join(kinds))
        return Score(Part.MEDIA, Answer.YES, found, MEDIA, reason, known)
    if len(possible) < MEDIA:
        reason = say(N_("Everything is on the same kind of storage: disk."))
        return Score(Part.MEDIA, Answer.NO, found, MEDIA, reason, known)
    unsure = [one for one in kept if not one.proven or one.medium is None]
    reason = (
        say(N_("Not proven, not seen, or not what is written: {names}."), names=_names(unsure))
        if unsure
        else say(N_("All copies are on {kinds}; what the source is on nobody saw."), kinds=kinds[0])
    )
    return Score(Part.MEDIA, Answer.UNKNOWN, found, MEDIA, reason, known)


def _offsite(kept: Sequence[Kept], now: datetime) -> Score:
    home = next((one.copy.plan.home for one in kept), None)
    away = [one for one in kept if one.proven and home and one.site not in {None, home}]
    known = tuple(one.written(one.copy.plan.site) for one in kept)
    if away:
        reason = say(N_("Proven away from {home}: {names}."), home=home or "", names=_names(away))
        return Score(Part.OFFSITE, Answer.YES, len(away), OFFSITE, reason, known)
    if home is None:
        reason = say(N_("Where the source stands is not written: site: in config/hosts.yaml."))
        return Score(Part.OFFSITE, Answer.UNKNOWN, 0, OFFSITE, reason, known)
    unsure = [one for one in kept if one.claimed and one.copy.plan.site != home]
    if unsure:
        reason = say(
            N_("Not proven, not seen, or seen on this machine: {names}."), names=_names(unsure)
        )
        return Score(Part.OFFSITE, Answer.UNKNOWN, 0, OFFSITE, reason, known)
    reason = say(N_("Every copy stands in {home}, like the source."), home=home)
    return Score(Part.OFFSITE, Answer.NO, 0, OFFSITE, reason, known)


def _immutable(kept: Sequence[Kept], now: datetime) -> Score:
    """Count places that refused a deletion lately, and disks that lie in a drawer."""
    safe = [one for one in kept if one.proven and refuses_deletion(one.storage, now)]
    apart = [one for one in kept if one.proven and _is_apart(one, now)]
    known = tuple(fact for one in kept if (fact := _tried(one)) is not None)
    count = len({one.repository for one in (*safe, *apart)})
    if safe or apart:
        reason = say(N_("Refuses deletions: {names}."), names=_names(safe))
        if not safe:
            reason = say(N_("Not connected when it was looked for: {names}."), names=_names(apart))
        return Score(Part.IMMUTABLE, Answer.YES, count, IMMUTABLE, reason, known)
    unsure = [one for one in kept if _may_refuse(one, now)]
    if unsure:
        reason = say(
            N_("Not proven, not seen lately, or not known: {names}."), names=_names(unsure)
        )
        return Score(Part.IMMUTABLE, Answer.UNKNOWN, 0, IMMUTABLE, reason, known)
    reason = say(N_("Whoever has the credentials can delete every copy."))
    return Score(Part.IMMUTABLE, Answer.NO, 0, IMMUTABLE, reason, known)


def _is_apart(one: Kept, now: datetime) -> bool:
    fact = None if one.storage is None else one.storage.of(FactName.REACHABLE)
    away = fact is not None and fact.value is False and is_current(fact.at, now)
    return away and one.copy.plan.medium in APART


def _may_refuse(one: Kept, now: datetime) -> bool:
    """Tell whether looking, or restoring, could still turn a no into a yes."""
    if not one.seen or one.storage is None:
        return True
    fact = protection(one.storage)
    if fact is None:
        # A directory refuses its owner nothing; what else did not say is not known.
        return one.storage.kind not in {"local", "sftp"}
    return fact.value is True or not is_current(fact.at, now)


def _tried(one: Kept) -> Known | None:
    fact = None if one.storage is None else protection(one.storage)
    if fact is None:
        return None
    return Known(one.repository, f"{fact.name.value} {fact.value}", fact.at, fact.source)


def _verified(kept: Sequence[Kept], now: datetime) -> Score:
    """Every copy that counts came back without an error the last time somebody tried."""
    wrong = [one for one in kept if one.copy.proof.verdict is Verdict.FAIL]
    stale = [one for one in kept if not one.copy.proof.fresh]
    known = tuple(one.proof() for one in kept)
    if wrong:
        reason = say(N_("Did not come back right: {names}."), names=_names(wrong))
        return Score(Part.VERIFIED, Answer.NO, len(stale), ERRORS, reason, known)
    if stale:
        reason = say(N_("No restore test that counts: {names}."), names=_names(stale))
        return Score(Part.VERIFIED, Answer.UNKNOWN, len(stale), ERRORS, reason, known)
    reason = say(N_("The latest restore test of every copy found no error."))
    return Score(Part.VERIFIED, Answer.YES, 0, ERRORS, reason, known)


def _not_seen(names: Iterable[str]) -> Message:
    return say(N_("Not looked at lately: {names}."), names=", ".join(names))


def _names(kept: Iterable[Kept]) -> str:
    return ", ".join(dict.fromkeys(one.repository for one in kept))


_JUDGES: Mapping[Part, tuple[Callable[[Sequence[Kept], datetime], Score], int]] = {
    Part.COPIES: (_copies, COPIES),
    Part.MEDIA: (_media, MEDIA),
    Part.OFFSITE: (_offsite, OFFSITE),
    Part.IMMUTABLE: (_immutable, IMMUTABLE),
    Part.VERIFIED: (_verified, ERRORS),
}
