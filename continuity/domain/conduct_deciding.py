"""What people decide, permit and confirm in a run, and when it is refused. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from continuity.domain.conduct import Detail, Entry, Event, Mode, StepRun, StepState, Taken, Waits
from continuity.domain.conduct_frontier import Stand, deciders, systems_of, wait_of
from continuity.domain.conduct_next import approvers
from continuity.domain.conduct_passing import decided, jumped
from continuity.domain.conduct_refusals import (
    Command,
    entry_by,
    refused,
    require_free,
    require_waiting,
)
from continuity.domain.decision import Decision, RecordItem, option_of
from continuity.domain.failure import ConfigurationError
from continuity.domain.incident_commands import Person, require_reason
from continuity.domain.step_kinds import ApprovalStep, DecisionStep, decision_of
from continuity.domain.text import N_, say

CHOICES_IN_A_DRILL = ("run", "simulate")


def choose(
    person: Person,
    name: str,
    option: str,
    *,
    break_glass: bool = False,
    objections: tuple[str, ...] = (),
) -> Command:
    """Take a decision; by who decides, by who may without asking, or with broken glass.

    ``objections`` are what others said against it: they go on record with it.
    """

    def run(stand: Stand) -> tuple[Entry, ...]:
        require_waiting(stand, name, Waits.DECISION)
        decision = _decision_with(stand, name, option)
        decides = person.name in deciders(stand, name)
        free = not decides and _preauthorised(stand, decision, option, person.name)
        _require_right(person, may=decides or free, break_glass=break_glass)
        if stand.conduct.mode is Mode.REAL and RecordItem.REASON in decision.record:
            require_reason(person)
        said = entry_by(
            Event.DECIDED,
            person,
            name,
            break_glass=break_glass and not (decides or free),
            preauthorised=free,
            objections=len(objections),
        )
        said = replace(said, objections="\n".join(objections))
        return decided(stand, name, decision, option, said)

    return run


def _decision_with(stand: Stand, name: str, option: str) -> Decision:
    step = stand.step(name)
    decision = stand.document.decision(
        decision_of(step) if isinstance(step, DecisionStep) else name
    )
    if decision is None or option_of(decision, option) is None:
        known = () if decision is None else decision.options
        raise ConfigurationError(
            say(N_("There is no option {option} here."), option=option),
            remedy=say(N_("Choose one of: {options}."), options=", ".join(one.id for one in known)),
        )
    return decision


def _preauthorised(stand: Stand, decision: Decision, option: str, name: str) -> bool:
    roles = stand.document.front.roles
    return any(
        name in (roles[role].primary, *roles[role].deputies)
        for one in decision.preauthorised
        if option in one.options
        for role in one.roles
        if role in roles
    )


def approve(person: Person, name: str, *, break_glass: bool = False) -> Command:
    """Permit what a step, a choice or another person asks for."""

    def run(stand: Stand) -> tuple[Entry, ...]:
        one = require_waiting(stand, name, Waits.APPROVAL)
        step = stand.step(name)
        if isinstance(step, ApprovalStep) and step.reason_required:
            require_reason(person)
        may = person.name in approvers(stand, name)
        _require_right(person, may=may, break_glass=break_glass)
        wanted = step.minimum if isinstance(step, ApprovalStep) else 1
        enough = len({*one.approvers, person.name}) >= wanted or (break_glass and not may)
        return (
            entry_by(
                Event.APPROVED,
                person,
                name,
                enough=enough,
                break_glass=break_glass and not may,
                outputs=_choice_value(stand, name) if enough else {},
            ),
            *(_way_on(stand, name, person) if enough else ()),
        )

    return run


def _choice_value(stand: Stand, name: str) -> dict[str, str]:
    taken = _taken(stand, name)
    return {} if taken is None else {f"decisions.{taken.decision}": f'"{taken.option}"'}


def _taken(stand: Stand, name: str) -> Taken | None:
    step = stand.step(name)
    if not isinstance(step, DecisionStep):
        return None
    which = decision_of(step)
    return next((one for one in stand.conduct.taken[::-1] if one.decision == which), None)


def _way_on(stand: Stand, name: str, person: Person) -> tuple[Entry, ...]:
    taken = _taken(stand, name)
    decision = None if taken is None else stand.document.decision(taken.decision)
    option = None if decision is None or taken is None else option_of(decision, taken.option)
    if option is None or option.goto is None:
        return ()
    return jumped(stand, name, option.goto, person.at)


def confirm(person: Person, name: str, system: str, *, break_glass: bool = False) -> Command:
    """Let something destructive begin: by the typed name of the system, and a second person."""

    def run(stand: Stand) -> tuple[Entry, ...]:
        one = require_waiting(stand, name, Waits.CONFIRMATION)
        require_free(stand, name, person)
        if system not in systems_of(stand.document):
            raise ConfigurationError(
                say(N_("This destroys something, and {name} is not its name."), name=system),
                remedy=say(
                    N_("Type the name exactly: {names}."),
                    names=", ".join(systems_of(stand.document)),
                ),
            )
        second = _second_people(stand, name) - {person.name}
        if break_glass:
            require_reason(person)
        elif not second:
            raise refused(
                stand.conduct,
                say(N_("What destroys something needs a second person who permitted it.")),
            )
        how = "second-person" if second else "break-glass"
        return (_cleared(stand, one, person, Waits.CONFIRMATION, system=system, how=how),)

    return run


def _second_people(stand: Stand, name: str) -> frozenset[str]:
    """Name who permitted a step, in the approval or decision that it names."""
    step = stand.step(name)
    before = None if step is None or step.approval is None else stand.step(step.approval)
    if before is None:
        return frozenset()
    one = stand.conduct.of(before.id)
    if one.state is not StepState.DONE:
        return frozenset()
    taken = _taken(stand, before.id)
    return frozenset({*one.approvers, "" if taken is None else taken.by} - {""})


def choose_in_drill(person: Person, name: str, choice: str) -> Command:
    """Say of a step in a drill whether it is really done."""

    def run(stand: Stand) -> tuple[Entry, ...]:
        one = require_waiting(stand, name, Waits.DRILL)
        if choice == "simulate":
            return (entry_by(Event.SIMULATED, person, name),)
        return (_cleared(stand, one, person, Waits.DRILL),)

    return run


@dataclass(frozen=True, kw_only=True, slots=True)
class PointChosen:
    """The restore point that a person takes, and what is proven of it.

    ``repository`` is where it is to come from, empty for whichever can give it.
    """

    point: str
    proven: bool
    repository: str = ""


def choose_point(
    person: Person, name: str, chosen: PointChosen, *, unproven: bool = False
) -> Command:
    """Say which restore point is used; ``unproven`` takes one in spite of it, with a reason."""

    def run(stand: Stand) -> tuple[Entry, ...]:
        one = require_waiting(stand, name, Waits.POINT)
        require_free(stand, name, person)
        if not chosen.proven and not unproven:
            raise ConfigurationError(
                say(N_("No restore test proves the restore point {point}."), point=chosen.point),
                remedy=say(
                    N_("Choose a proven one; or take it all the same: --unproven, and --note why.")
                ),
            )
        if not chosen.proven:
            require_reason(person)
        details: dict[str, Detail] = {"choice": chosen.point, "proven": chosen.proven}
        if chosen.repository:
            details["repository"] = chosen.repository
        return (_cleared(stand, one, person, Waits.POINT, **details),)

    return run


def _cleared(stand: Stand, one: StepRun, person: Person, of: Waits, **details: Detail) -> Entry:
    step = stand.step(one.step)
    later = StepRun(step=one.step, cleared=(*one.cleared, of.value))
    waits = wait_of(step, later, stand.conduct)
    return entry_by(
        Event.CONFIRMED, person, one.step, cleared=of.value, waits=waits.value, **details
    )


def _require_right(person: Person, *, may: bool, break_glass: bool) -> None:
    if may:
        return
    if break_glass:
        require_reason(person)
        return
    raise ConfigurationError(
        say(N_("This person may not decide that.")),
        remedy=say(N_("Ask who may; in an emergency, --break-glass and a --note go on record.")),
    )
