"""What the program does itself in a run: programs, restores into the sandbox, questions."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from continuity.domain.cleaned import clean
from continuity.domain.clock import Now, text_from_time
from continuity.domain.condition import Value
from continuity.domain.conduct import Conduct, Detail, StepRun, StepState, Waits
from continuity.domain.conduct_frontier import Stand, values_of
from continuity.domain.failure import ConfigurationError, ContinuityError
from continuity.domain.probe import Probe
from continuity.domain.secret import Secret
from continuity.domain.step_kinds import (
    CommandStep,
    RestoreStep,
    VerifyStep,
    reference_in_argument,
    reference_in_point,
)
from continuity.domain.text import N_, say
from continuity.domain.written import SecretReference
from continuity.hosts.host import Command, Host
from continuity.workflows.conducting import Outcome

_LONGEST_SAID = 4_000
_LONGEST_COMMAND = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What is to be restored, and where to.

    ``point`` is what the step or a person named. ``accepted`` says that a person chose it, knowing
    what is proven of it. ``target`` and ``place`` are the step's; ``mark`` names run and step.
    """

    job: str
    point: str
    accepted: bool
    target: str
    place: Path | None
    include: tuple[bytes, ...]
    mark: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """What a restore came to: what it found goes into the record with ``details``.

    ``place`` is where it is, empty in the sandbox; ``run_id`` is that of the drill there.
    """

    passed: bool
    point: str
    taken_at: datetime
    place: str = ""
    run_id: str = ""
    details: Mapping[str, Detail] = field(default_factory=dict)
    said: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unproven:
    """The point that would be restored is not proven, and nobody has accepted that yet."""

    point: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Hands:
    """What doing takes: machines by name, secrets by reference, restores, probes, and patience.

    ``restore`` brings a point of a job back and compares it, unless it is not proven. ``probe``
    asks once and gives what it read, None for a wrong answer.
    """

    host: Callable[[str], Host]
    secret: Callable[[SecretReference], Secret]
    restore: Callable[[Order], Restored | Unproven]
    probe: Callable[[Probe], str | None]
    now: Now
    sleep: Callable[[float], None]


def perform(hands: Hands, stand: Stand, one: StepRun) -> Outcome:
    """Do a step. Raises ContinuityError when that cannot be done."""
    step = stand.step(one.step)
    match step:
        case CommandStep():
            return _command(hands, step, one, values_of(stand.conduct))
        case RestoreStep():
            return _restore(hands, step, one, stand.conduct)
        case VerifyStep():
            return _verify(hands, step, one)
        case _:
            raise ConfigurationError(say(N_("The program does not do this kind of step.")))


def _command(hands: Hands, step: CommandStep, one: StepRun, values: Mapping[str, Value]) -> Outcome:
    argv = tuple(_argument(each, values) for each in step.argv)
    if step.runner == "ansible":
        argv = ("ansible-playbook", *argv)
    if step.user is not None:
        argv = ("sudo", "-n", "-u", step.user, "--", *argv)
    done = hands.host(step.host or "local").run(
        Command(
            argv=argv,
            timeout=_left(hands, one),
            keep=step.most_output,
            secrets={name: hands.secret(given) for name, given in step.env.items()},
        )
    )
    text = done.stdout.decode("utf-8", "replace")
    details: dict[str, Detail] = {
        "exit_code": done.code,
        "milliseconds": round(done.seconds * 1_000),
        "output_bytes": len(done.stdout),
        "output_sha256": hashlib.sha256(done.stdout).hexdigest(),
        "truncated": done.truncated,
    }
    return Outcome(
        state=StepState.DONE if done.code in step.success else StepState.FAILED,
        found={"exit-code": str(done.code), "output": text},
        details=details,
        said=clean(text + done.stderr.decode("utf-8", "replace"), _LONGEST_SAID),
    )


def _argument(written: str, values: Mapping[str, Value]) -> str:
    name = reference_in_argument(written)
    if name is None:
        return written
    if name not in values:
        raise ConfigurationError(
            say(N_("The value {name} is not known."), name=name),
            remedy=say(N_("Do what gives it first, or leave this step out.")),
        )
    value = values[name]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _left(hands: Hands, one: StepRun) -> float:
    limit = _LONGEST_COMMAND if one.deadline is None else one.deadline - hands.now()
    return max(1.0, limit.total_seconds())


def _restore(hands: Hands, step: RestoreStep, one: StepRun, conduct: Conduct) -> Outcome:
    _require_leave(step, one, conduct)
    named = reference_in_point(step.point)
    values = values_of(conduct)
    point = one.choice or (step.point if named is None else _argument(f"{{{named}}}", values))
    done = hands.restore(
        Order(
            job=step.job,
            point=point,
            accepted=Waits.POINT in one.cleared,
            target=step.target,
            place=None if step.place is None else Path(step.place),
            include=tuple(map(os.fsencode, step.include)),
            mark=f"{conduct.run}-{step.id}",
        )
    )
    if isinstance(done, Unproven):
        return Outcome(state=StepState.WAITING, waits=Waits.POINT, details={"unproven": done.point})
    return Outcome(
        state=StepState.DONE if done.passed else StepState.FAILED,
        found={"point": done.point, "place": done.place, "output": done.said},
        details={
            **done.details,
            "point": done.point,
            "point_time": text_from_time(done.taken_at),
            "target": step.target,
            "place": done.place,
            "run": done.run_id,
        },
        said=done.said,
    )


def _require_leave(step: RestoreStep, one: StepRun, conduct: Conduct) -> None:
    """Refuse to overwrite production in a drill, or before somebody confirmed it by its name."""
    if step.target != "production":
        return
    if conduct.drill:
        raise ConfigurationError(say(N_("No drill touches production.")))
    if Waits.CONFIRMATION not in one.cleared:
        raise ConfigurationError(
            say(N_("Nobody confirmed by the name of the system that this is overwritten.")),
            remedy=say(N_("Confirm it: continuity runbook confirm {run}"), run=conduct.run),
        )


def _verify(hands: Hands, step: VerifyStep, one: StepRun) -> Outcome:
    """Ask until it was right for long enough, at least once, and not after its time is up."""
    stable = step.stable_for or timedelta()
    since: datetime | None = None
    asked = 0
    while True:
        reading = _asked(hands, step.probe)
        asked += 1
        now = hands.now()
        since = None if reading is None else (since or now)
        if reading is not None and since is not None and now - since >= stable:
            return _read(StepState.DONE, reading, asked)
        end = one.due_at or now
        if now >= end:
            return _read(StepState.FAILED, reading or "", asked)
        hands.sleep(min(step.every, max(end - now, timedelta(seconds=1))).total_seconds())


def _asked(hands: Hands, probe: Probe) -> str | None:
    try:
        return hands.probe(probe)
    except ContinuityError:
        return None


def _read(state: StepState, reading: str, asked: int) -> Outcome:
    said = clean(reading, _LONGEST_SAID)
    return Outcome(state=state, found={"reading": reading}, details={"asked": asked}, said=said)
