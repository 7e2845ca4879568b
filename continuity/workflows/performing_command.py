"""Run the program of a step, here or on another machine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import timedelta

from continuity.domain.cleaned import clean
from continuity.domain.condition import Value
from continuity.domain.conduct import Conduct, Detail, StepRun, StepState
from continuity.domain.conduct_frontier import values_of
from continuity.domain.failure import ConfigurationError
from continuity.domain.secret import Secret
from continuity.domain.step_kinds import CommandStep, reference_in_argument
from continuity.domain.text import N_, say
from continuity.domain.written import reference_from_text
from continuity.hosts.host import Command
from continuity.workflows.carrying_on import Outcome
from continuity.workflows.hands import ITSELF, Hands

LONGEST_SAID = 4_000
_LONGEST = timedelta(hours=24)
_HIDDEN = b"***"


def run_command(hands: Hands, step: CommandStep, one: StepRun, conduct: Conduct) -> Outcome:
    """Run it to its end; what it printed is kept without the secrets that it was given."""
    argv = tuple(argument_of(each, values_of(conduct)) for each in step.argv)
    if step.runner == "ansible":
        argv = ("ansible-playbook", *argv)
    if is_own(step):
        argv = (*hands.itself, *argv[1:])
    if step.user is not None:
        argv = ("sudo", "-n", "-u", step.user, "--", *argv)
    secrets = _secrets(hands, step, conduct)
    done = hands.host(step.host or "local").run(
        Command(argv=argv, timeout=_left(hands, one), keep=step.most_output, secrets=secrets)
    )
    printed = _masked(done.stdout, secrets.values())
    complained = _masked(done.stderr, secrets.values())
    text = printed.decode("utf-8", "replace")
    details: dict[str, Detail] = {
        "exit_code": done.code,
        "milliseconds": round(done.seconds * 1_000),
        "output_bytes": len(printed),
        "output_sha256": hashlib.sha256(printed).hexdigest(),
        "truncated": done.truncated,
    }
    return Outcome(
        state=StepState.DONE if done.code in step.success else StepState.FAILED,
        found={"exit-code": str(done.code), "output": text},
        details=details,
        gives=("output",),
        said=clean(text + complained.decode("utf-8", "replace"), LONGEST_SAID),
    )


def is_own(step: CommandStep) -> bool:
    """Tell whether a step starts this very program, here and as the same user."""
    here = step.host in {None, "local"} and step.user is None and step.runner != "ansible"
    return here and step.argv[0] == ITSELF


def _secrets(hands: Hands, step: CommandStep, conduct: Conduct) -> Mapping[str, Secret]:
    """Fetch what the program is given: from where the step says, or whoever began the run."""
    where = {one.name: one.text for one in conduct.secrets}
    given = {
        variable: hands.secret(reference_from_text(where[name]))
        for variable, name in step.secrets.items()
    }
    return {**{name: hands.secret(one) for name, one in step.env.items()}, **given}


def _masked(printed: bytes, secrets: Iterable[Secret]) -> bytes:
    for secret in secrets:
        printed = printed.replace(secret.reveal().encode(), _HIDDEN)
    return printed


def argument_of(written: str, values: Mapping[str, Value]) -> str:
    """Give an argument, or the value that stands for it. Raises ConfigurationError."""
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
    limit = _LONGEST if one.deadline is None else one.deadline - hands.now()
    return max(1.0, limit.total_seconds())
