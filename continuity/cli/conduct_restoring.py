"""Restores of a workspace's runs: from which repository, what is proven there, and what is said."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from continuity.app import App, Standing, portfolio_of
from continuity.cli.conduct_damage import Damages
from continuity.cli.conduct_files import replaced_files
from continuity.cli.conduct_over import replaced
from continuity.cli.language import sentence
from continuity.config.doors import doors_of
from continuity.domain.clock import text_from_time
from continuity.domain.conduct import Detail
from continuity.domain.failure import (
    ConfigurationError,
    ContinuityError,
    DamagedError,
    FailureClass,
)
from continuity.domain.restore_choice import Candidate, candidates, chosen, kept_where
from continuity.domain.shown import seconds_from, shown_duration
from continuity.domain.text import N_, Message, say
from continuity.domain.verdict import Verdict
from continuity.hosts.doors import Door, open_doors
from continuity.protecting import protect
from continuity.workflows.bringing_back import BroughtBack, bring_back
from continuity.workflows.drill import drill
from continuity.workflows.falling_back import (
    OF_THE_PLACE,
    Given,
    NothingGivenError,
    Search,
    first_given,
    is_of_the_place,
)
from continuity.workflows.hands import Order, Restored, Unproven
from continuity.workflows.making_way import Aim
from continuity.workflows.overwriting import OnServerError, Over, Overwriting
from continuity.workflows.places import Place
from continuity.workflows.planning import DrillRequest
from continuity.workflows.world import Protected, unwatched

_PATIENCE = 10.0
"""Seconds for which storage may keep silent before another repository is taken."""

_HURRY = timedelta(minutes=1)
"""For so long a repository may owe an answer before another one is taken."""

_ERRORS: Mapping[FailureClass | None, type[ContinuityError]] = {
    error.failure: error for error in OF_THE_PLACE
}


def candidates_of(app: App, job: str) -> tuple[Candidate, ...]:
    """List the restore points of a job in each of its repositories, the newest first."""
    return _candidates(_standing(app), job)


def reachable(app: App, names: Collection[str], patience: float = _PATIENCE) -> frozenset[str]:
    """Keep those repositories that answer; of one whose door is unknown only a try can tell."""
    doors = doors_of(app.workspace, app.hosts, names)
    found = open_doors(doors, patience)
    return frozenset(name for name, door in doors.items() if found[name] or door == Door())


def candidate_named(app: App, job: str, wanted: str, repository: str = "") -> Candidate:
    """Find the restore point that somebody means. Raises ConfigurationError.

    Unless a repository is named, those that do not answer are passed over.
    """
    names = _repositories(app.protected(job))
    known = kept_where(candidates_of(app, job), repository, job, names)
    pick = partial(_pick, app, job, wanted)
    if len(names) == 1 or repository:
        return pick(known)
    answering = reachable(app, names)
    try:
        return pick([one for one in known if one.repository in answering])
    except ConfigurationError:
        return pick(known)


def require_kept(app: App, job: str, repository: str) -> None:
    """Refuse a name that is neither the job's repository nor a copy. Raises ConfigurationError."""
    kept_where((), repository, job, _repositories(app.protected(job)))


def restore(app: App, order: Order) -> Restored | Unproven:
    """Bring back what a step asks for, from the first repository that gives it."""
    protected = _protected(app, order)
    require_kept(app, order.job, order.repository)
    damages = Damages(app=app, protected=protected, order=order)
    try:
        given = _given(damages)
    except OnServerError as error:
        raise error.trouble from error
    except NothingGivenError as error:
        raise NothingGivenError(order.job, error.troubles, sentence) from error
    why = " ".join(map(sentence, _why(damages, given)))
    if given.result is None:
        said = f"{why} {_unproven(given)}".lstrip()
        return Unproven(point=given.candidate.point.id, said=said)
    details = {**given.result.details, **_where(protected, given)}
    return replace(given.result, details=details, said=f"{given.result.said} {why}".rstrip())


def _given(damages: Damages) -> Given[Restored]:
    app, order = damages.app, damages.order
    return first_given(
        Search(
            bench=app.bench,
            protected=damages.protected,
            facts=lambda: _standing(app).portfolio.facts.of(order.job),
            known=lambda: candidates_of(app, order.job),
            answers=partial(reachable, app),
            pick=partial(_pick, app, order.job, order.point),
            may=lambda candidate: candidate.proven or order.accepted,
            damaged=damages.tell,
            only=order.repository,
        ),
        partial(_attempt, damages),
    )


def _protected(app: App, order: Order) -> Protected:
    """Resolve the job: without limits in earnest, and in a hurry where there is a choice."""
    usual = app.protected(order.job)
    hurry = _HURRY if usual.copies and not order.repository else None
    in_earnest = order.target != "sandbox"
    return protect(replace(app.means, in_earnest=in_earnest, hurry=hurry), order.job)


def _standing(app: App) -> Standing:
    return portfolio_of(app.workspace.root, os.environ)


def _candidates(standing: Standing, job: str) -> tuple[Candidate, ...]:
    judged = (
        one for system in standing.assess().systems for one in system.jobs if one.plan.name == job
    )
    facts = standing.portfolio.facts.of(job)
    return tuple(candidate for one in judged for candidate in candidates(facts, one))


def _pick(app: App, job: str, wanted: str, known: Sequence[Candidate]) -> Candidate:
    return chosen(known, wanted, job, ZoneInfo(app.workspace.settings.zone))


def _repositories(protected: Protected) -> list[str]:
    return [protected.job.repository, *(copy.repository for copy in protected.copies)]


def _attempt(damages: Damages, candidate: Candidate, place: Place, last: bool) -> Restored:
    """Restore once; what is wrong is an error as long as another repository may do better."""
    app, protected, order = damages.app, damages.protected, damages.order
    if order.target == "sandbox":
        return _drilled(damages, candidate, last=last)
    damaged = partial(damages.tell, candidate.repository)
    facts = _standing(app).portfolio.facts.of(order.job)
    point = candidate.point
    if order.target == "production":
        over = Over(point=point.id, mark=order.mark, note=order.note, place=place, damaged=damaged)
        of = Overwriting(bench=app.bench, protected=protected, facts=facts, over=over)
        files = protected.living is None
        done = replaced_files(app, of, point, order.include) if files else replaced(of, point)
        return replace(done, details={**done.details, **_proof(candidate)})
    if order.place is None:
        raise ValueError("what comes back beside has a place")
    aim = Aim(
        mark=order.mark,
        place=order.place,
        include=order.include,
        strict=not last,
        damaged=damaged,
    )
    back = bring_back(app.bench, protected, facts, point.id, aim, place)
    return Restored(
        passed=back.wrong is None,
        point=point.id,
        taken_at=point.data_time,
        place=back.place,
        details={**back.details, **_proof(candidate)},
        said=_told(back),
    )


def _drilled(damages: Damages, candidate: Candidate, *, last: bool) -> Restored:
    app, protected = damages.app, damages.protected
    name = candidate.repository if candidate.copy_of else None
    request = DrillRequest(full=True, point=candidate.point.id, copy=name)
    facts = _standing(app).portfolio.facts.of(protected.job.name)
    ended = drill(app.bench, protected, facts, request, unwatched())
    conclusion = ended.conclusion
    if conclusion.verdict is Verdict.FAIL and is_of_the_place(ended):
        # The restore test has put it on record itself.
        damages.names.add(candidate.repository)
    if not last and conclusion.reason is not None and is_of_the_place(ended):
        error = _ERRORS.get(conclusion.failure, DamagedError)
        raise error(conclusion.reason, remedy=conclusion.remedy)
    return Restored(
        passed=conclusion.verdict is Verdict.PASS,
        point=candidate.point.id,
        taken_at=candidate.point.data_time,
        run_id=ended.run_id,
        details=_proof(candidate),
        said=conclusion.verdict.value if conclusion.reason is None else sentence(conclusion.reason),
    )


def _proof(candidate: Candidate) -> dict[str, Detail]:
    tested = candidate.tested_at
    return {
        "proven": candidate.proven,
        "level": candidate.level,
        "tested_at": "" if tested is None else text_from_time(tested),
    }


def _where(protected: Protected, given: Given[Restored]) -> dict[str, Detail]:
    """Say for the record where it came from, and what could not give it."""
    if not protected.copies:
        return {}
    details: dict[str, Detail] = {"repository": given.candidate.repository}
    if given.candidate.copy_of:
        details["copy_of"] = given.candidate.copy_of
    if given.lost_more:
        details["lost_more_seconds"] = seconds_from(given.lost_more)
    if given.troubles:
        failures = {name: error.failure.value for name, error in given.troubles.items()}
        details["not_from"] = failures
    return details


def _why(damages: Damages, given: Given[Restored]) -> Iterator[Message]:
    """Say why it is not from where it usually is, and what that costs."""
    for name, error in sorted(given.troubles.items()):
        reason = sentence(error.what).removesuffix(".")
        yield say(N_("{repository} does not give it: {reason}."), repository=name, reason=reason)
        if name in damages.names:
            yield say(
                N_(
                    "That is on record; nothing in it counts as proven until this passes: {command}"
                ),
                command=damages.test_of(name),
            )
    one = given.candidate
    if one.copy_of:
        yield say(
            N_("It is from {repository}, a copy of {original}."),
            repository=one.repository,
            original=one.copy_of,
        )
        if one.copy_of not in given.troubles and not damages.order.repository:
            yield say(N_("{original} has no point as good."), original=one.copy_of)
    if given.lost_more:
        yield say(
            N_("{lost} more is lost than by what {original} should hold."),
            lost=shown_duration(given.lost_more),
            original=damages.protected.job.repository,
        )


def _unproven(given: Given[Restored]) -> str:
    one = given.candidate
    template = N_("No restore test proves the restore point {point} in {repository}.")
    return sentence(say(template, point=one.point.id, repository=one.repository))


def _told(back: BroughtBack) -> str:
    return " ".join(map(sentence, (_landed(back), *back.around)))


def _landed(back: BroughtBack) -> Message:
    if back.wrong is not None:
        return back.wrong
    if back.dump:
        told = N_("{place} is the copy of a database, byte for byte; it is not loaded yet.")
        return say(told, place=back.place)
    return say(N_("Restored to {place}, and every byte compared."), place=back.place)
