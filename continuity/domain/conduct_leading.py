"""What people do with a run as a whole: pause it, end it, hand it over, do something besides."""

from __future__ import annotations

from continuity.domain.conduct import (
    Entry,
    Event,
    RunState,
    Why,
)
from continuity.domain.conduct_frontier import Stand
from continuity.domain.conduct_passing import undo_begun
from continuity.domain.conduct_refusals import (
    Command,
    entry_by,
    refused,
    require_alive,
)
from continuity.domain.failure import ConfigurationError
from continuity.domain.incident_commands import Person, require_reason
from continuity.domain.text import N_, say


def deviate(person: Person, before: str = "") -> Command:
    """Do something besides: a step of its own, with its author and what it is in words."""

    def run(stand: Stand) -> tuple[Entry, ...]:
        require_alive(stand)
        require_reason(person)
        ahead = next((one for one in stand.conduct.order if not stand.conduct.of(one).settled), "")
        where = before or ahead
        if before and (before not in stand.conduct.order or stand.conduct.of(before).settled):
            raise refused(stand.conduct, say(N_("It must come before a step that is still ahead.")))
        name = f"extra-{len(stand.conduct.inserted) + 1}"
        return (entry_by(Event.DEVIATED, person, name, before=where),)

    return run


def pause(person: Person) -> Command:
    """Stand still; deadlines do not."""

    def run(stand: Stand) -> tuple[Entry, ...]:
        require_alive(stand)
        if stand.conduct.state is RunState.PAUSED:
            return ()
        return (entry_by(Event.PAUSED, person, why=Why.PERSON.value),)

    return run


def resume(person: Person) -> Command:
    """Go on after a pause."""

    def run(stand: Stand) -> tuple[Entry, ...]:
        if stand.conduct.state is not RunState.PAUSED:
            raise refused(stand.conduct, say(N_("It is not paused.")))
        if stand.conduct.why in {Why.FAILED, Why.UNDONE}:
            raise ConfigurationError(
                say(N_("A step has failed, and somebody must choose what becomes of it.")),
                remedy=say(N_("Choose: continuity runbook retry, skip or abort.")),
            )
        return (entry_by(Event.RESUMED, person),)

    return run


def abort(person: Person, *, undo: bool = False, interrupted: bool = False) -> Command:
    """End it before its end, taking back what can be if that is wanted."""

    def run(stand: Stand) -> tuple[Entry, ...]:
        require_alive(stand)
        require_reason(person)
        back = undo_begun(stand, person.at, "abort") if undo else ()
        why = Why.INTERRUPTED if interrupted else Why.PERSON
        said = entry_by(Event.NOTED, person)
        return (said, *back) if back else (entry_by(Event.ABORTED, person, why=why.value),)

    return run


def go_through(_person: Person) -> Command:
    """Do nothing but see what time and the program have to do."""

    def run(_stand: Stand) -> tuple[Entry, ...]:
        return ()

    return run


def offer(person: Person, whom: str) -> Command:
    """Ask somebody to lead it from now on."""

    def run(stand: Stand) -> tuple[Entry, ...]:
        require_alive(stand)
        if person.name != stand.conduct.commander:
            raise refused(stand.conduct, say(N_("Only who leads the run can hand it over.")))
        return (Entry(event=Event.OFFERED, at=person.at, by=person.name, whom=whom),)

    return run


def take_over(person: Person) -> Command:
    """Confirm that one leads it from now on."""

    def run(stand: Stand) -> tuple[Entry, ...]:
        require_alive(stand)
        if person.name != stand.conduct.offered_to:
            raise refused(stand.conduct, say(N_("Nobody asked this person to take over.")))
        return (entry_by(Event.HANDED_OVER, person),)

    return run


def note(person: Person, name: str = "") -> Command:
    """Write something down."""

    def run(_stand: Stand) -> tuple[Entry, ...]:
        require_reason(person)
        return (entry_by(Event.NOTED, person, name),)

    return run
