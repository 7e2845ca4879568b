"""Bring a point back from whichever repository of a job gives it: its own first, or a copy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Generic, TypeVar

from continuity.domain.facts import JobFacts
from continuity.domain.failure import (
    AuthenticationError,
    ConfigurationError,
    ContinuityError,
    DamagedError,
    FailureClass,
    HostKeyError,
    LockedError,
    TimedOutError,
    ToolError,
    ToolMissingError,
    UnreachableError,
)
from continuity.domain.restore_choice import Candidate
from continuity.domain.text import N_, Message, say
from continuity.engines.engine import Reader
from continuity.workflows.finding_damage import telling
from continuity.workflows.places import NotThereError, Place, look_into, places_of
from continuity.workflows.running import Ended
from continuity.workflows.world import Protected, Workbench

OF_THE_PLACE = (
    UnreachableError,
    NotThereError,
    AuthenticationError,
    LockedError,
    DamagedError,
    TimedOutError,
    ToolError,
    ToolMissingError,
    HostKeyError,
)
"""What another repository may do better; all else would go wrong with that one as well."""

_FAILURES_OF_THE_PLACE = frozenset(
    {
        FailureClass.UNREACHABLE,
        FailureClass.AUTHENTICATION,
        FailureClass.LOCKED,
        FailureClass.INTEGRITY,
        FailureClass.CHECKSUM_MISMATCH,
        FailureClass.MISSING_FILES,
        FailureClass.UNEXPECTED_FILES,
        FailureClass.DISAGREEMENT,
        FailureClass.TIMEOUT,
        FailureClass.TOOL_ERROR,
        FailureClass.TOOL_MISSING,
        FailureClass.HOST_KEY,
        FailureClass.REVIVAL,
        FailureClass.DATA_MISMATCH,
    }
)

_Result = TypeVar("_Result")


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """What is searched for: ``pick`` chooses among candidates, and raises where none fits.

    ``known`` reads them from the record, ``facts`` what is known of the job. ``answers`` keeps
    those repositories whose storage answers at all. ``may`` tells whether a candidate may come back
    without a person being asked. ``damaged`` is told what is wrong with a repository that is only
    looked into. ``only`` names the one that somebody wants it from.
    """

    bench: Workbench
    protected: Protected
    facts: Callable[[], JobFacts]
    known: Callable[[], Sequence[Candidate]]
    answers: Callable[[Collection[str]], Collection[str]]
    pick: Callable[[Sequence[Candidate]], Candidate]
    may: Callable[[Candidate], bool]
    damaged: Callable[[str, Message], object]
    only: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Given(Generic[_Result]):
    """What a search ended with; ``result`` is None where a person has to be asked first.

    ``troubles`` says of each repository that could not give it why. ``lost_more`` is how much older
    the point is than the one that the job's own repository has on record.
    """

    candidate: Candidate
    result: _Result | None
    troubles: Mapping[str, ContinuityError]
    lost_more: timedelta


class NothingGivenError(UnreachableError):
    """None of several repositories gives what is wanted; ``troubles`` says of each why.

    ``speak`` puts the reasons into the words of whoever reads it.
    """

    def __init__(
        self, job: str, troubles: Mapping[str, ContinuityError], speak: Callable[[Message], str]
    ) -> None:
        spoken = ((name, speak(one.what)) for name, one in sorted(troubles.items()))
        reasons = "; ".join(f"{name}: {reason.removesuffix('.')}" for name, reason in spoken)
        super().__init__(
            say(N_("No repository of {job} gives it: {reasons}."), job=job, reasons=reasons),
            remedy=say(N_("See what there is: continuity runbook points {job}"), job=job),
        )
        self.troubles = dict(troubles)


Attempt = Callable[[Candidate, Place, bool], _Result]
"""Restores a candidate from a place; with True it is the last one, and what is wrong is kept."""


def first_given(search: Search, attempt: Attempt[_Result]) -> Given[_Result]:
    """Try one repository after the other, beginning with the one that has the best point.

    A job without copies is just restored, and what goes wrong is raised as it is. Raises
    NothingGivenError with every reason when none of several gives it.
    """
    turns = _Turns(search)
    if len(turns.places) > 1:
        turns.knock()
    while True:
        candidate = turns.pick()
        if candidate is None:
            return turns.last_resort(attempt)
        if not search.may(candidate):
            return turns.given(candidate, None)
        try:
            result = attempt(
                candidate, turns.places[candidate.repository], turns.is_last(candidate)
            )
        except OF_THE_PLACE as error:
            turns.give_up(candidate, error)
        else:
            return turns.given(candidate, result)


def is_of_the_place(tested: Ended) -> bool:
    """Tell whether another repository may do better than one whose restore test ended so.

    Where it found no point to restore, that point may be elsewhere.
    """
    failure = tested.conclusion.failure
    pointless = failure is FailureClass.NO_PROOF and "point" not in tested.record.body
    return pointless or failure in _FAILURES_OF_THE_PLACE


class _Turns:
    """The repositories of one search: which were looked at, and which gave trouble."""

    def __init__(self, search: Search) -> None:
        self._search = search
        own, *_ = every = places_of(search.protected)
        named = (place for place in every if search.only in {"", place.subject.repository})
        self.places = {place.subject.repository: place for place in named}
        self._own = own.subject.repository
        # As it is on record before anything is found wrong with it.
        self._best = _picked(search, [one for one in search.known() if one.repository == self._own])
        self._troubles: dict[str, ContinuityError] = {}
        self._there: dict[str, Collection[str]] = {}
        self._wrong: list[Candidate] = []

    def knock(self) -> None:
        """Give up at once what does not answer: nobody waits for it at night."""
        answering = self._search.answers(self.places.keys())
        for name in self.places.keys() - answering:
            self._troubles[name] = UnreachableError(say(N_("Its storage does not answer.")))

    def pick(self) -> Candidate | None:
        """Choose among what is left; None where every repository gave trouble."""
        while self._open():
            if self._own not in self._open():
                # Its copies are all there is, so each is seen as it is now.
                self._look_at(self._open())
            candidate = self._chosen()
            if candidate is None or not self._is_unseen(candidate.repository):
                return candidate
            self._look_at([candidate.repository])
        return None

    def is_last(self, candidate: Candidate) -> bool:
        """Tell whether nothing else is left that might come back without asking."""
        names = self._open() - {candidate.repository}
        others = _picked(self._search, self._known(names))
        return others is None or not self._search.may(others)

    def give_up(self, candidate: Candidate, error: ContinuityError) -> None:
        """Leave a repository out from here on. Raises the error of the only one there was."""
        if len(self.places) == 1:
            raise error
        self._troubles[candidate.repository] = error
        if isinstance(error, DamagedError):
            self._wrong.append(candidate)

    def last_resort(self, attempt: Attempt[_Result]) -> Given[_Result]:
        """Take what came back wrong, for people to look at, where nothing better came."""
        for candidate in self._wrong:
            place = self.places[candidate.repository]
            return self.given(candidate, attempt(candidate, place, True))
        raise self._nothing_left()

    def given(self, candidate: Candidate, result: _Result | None) -> Given[_Result]:
        """Say what it was, and what it cost."""
        newer = candidate.point if self._best is None else self._best.point
        return Given(
            candidate=candidate,
            result=result,
            troubles=dict(self._troubles),
            lost_more=max(timedelta(), newer.data_time - candidate.point.data_time),
        )

    def _open(self) -> Set[str]:
        return self.places.keys() - self._troubles.keys()

    def _is_unseen(self, name: str) -> bool:
        alone = len(self.places) == 1 and name == self._own
        return not alone and name not in self._there

    def _chosen(self) -> Candidate | None:
        known = self._known(self._open())
        # Only as long as all of them are there, a name that fits nothing is a mistake.
        return _picked(self._search, known) if self._troubles else self._search.pick(known)

    def _known(self, names: Collection[str]) -> list[Candidate]:
        return [
            one
            for one in self._search.known()
            if one.repository in names
            and one.point.id in self._there.get(one.repository, (one.point.id,))
        ]

    def _look_at(self, names: Collection[str]) -> None:
        for name in sorted(names):
            if not self._is_unseen(name):
                continue
            try:
                with telling(partial(self._search.damaged, name)):
                    self._there[name] = self._look_into(name)
            except ContinuityError as error:
                self._troubles[name] = error

    def _look_into(self, name: str) -> Collection[str]:
        search, place = self._search, self.places[name]
        engine = place.open()
        engine.probe()
        if place.copy is None:
            return _still_there(search, engine)
        seen = look_into(search.bench, search.protected, search.facts(), name, engine)
        self.places[name] = replace(place, seen=seen)
        return seen.snapshots.keys()

    def _nothing_left(self) -> ContinuityError:
        job = self._search.protected.job.name
        for name in self._open():
            none = say(N_("It holds no restore point that is asked for."))
            self._troubles[name] = NotThereError(none)
        return NothingGivenError(job, self._troubles, str)


def _picked(search: Search, known: Sequence[Candidate]) -> Candidate | None:
    try:
        return search.pick(known)
    except ConfigurationError:
        return None


def _still_there(search: Search, engine: Reader) -> Collection[str]:
    """List what is really in the job's own repository, which must be the one of its backups."""
    name = search.protected.job.repository
    written = {
        point.identity.repository_id
        for point in search.facts().points
        if point.identity.repository == name and point.removed_at is None
    } - {""}
    if written and engine.identity() not in written:
        raise UnreachableError(
            say(N_("It is not the repository into which the backups went.")),
            remedy=say(N_("Look what stands in its place.")),
        )
    return frozenset(snapshot.id for snapshot in engine.snapshots())
