"""The values that a step hands to later ones, as people enter them and programs find them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from continuity.domain.failure import ConfigurationError
from continuity.domain.step import Output
from continuity.domain.step_kinds import Step
from continuity.domain.text import N_, say

_TRUTHS = {**dict.fromkeys(("true", "yes", "sí", "si"), True), "false": False, "no": False}
_LONGEST = 2000


def truth_in(text: str) -> bool | None:
    """Read yes or no as people write it, in either language; None for anything else."""
    return _TRUTHS.get(text.strip().lower())


def outputs_given(step: Step, given: Mapping[str, str]) -> Mapping[str, str]:
    """Read what people entered: every value that is asked for, and those a program would find."""
    asked = {one.name: one for one in step.outputs if one.source == "asked"}
    every = {one.name: one for one in step.outputs}
    strange, missing = sorted(given.keys() - every.keys()), sorted(asked.keys() - given.keys())
    for names, what in (
        (strange, N_("The step {step} has no value: {names}.")),
        (missing, N_("The step {step} asks for: {names}.")),
    ):
        if names:
            raise ConfigurationError(
                say(what, step=step.id, names=", ".join(names)),
                remedy=say(N_("Give each with --output NAME=VALUE.")),
            )
    return {
        f"outputs.{step.id}.{name}": _read(one, given[name])
        for name, one in sorted(every.items())
        if name in given
    }


def outputs_found(step: Step, found: Mapping[str, str]) -> Mapping[str, str] | None:
    """Read what a program found, by source; None when a value that is wanted is not there."""
    values: dict[str, str] = {}
    for one in step.outputs:
        if one.source == "asked":
            continue
        text = found.get(one.source)
        if text is not None and one.after is not None:
            lines = (line for line in text.splitlines() if line.startswith(one.after))
            text = next((line.removeprefix(one.after).strip() for line in lines), None)
        if text is None:
            return None
        try:
            values[f"outputs.{step.id}.{one.name}"] = _read(one, text.strip())
        except ConfigurationError:
            return None
    return values


def _read(output: Output, text: str) -> str:
    value = _value(output.type, text[:_LONGEST])
    if value is None:
        wanted = N_("The value {name} must be a number.")
        if output.type == "boolean":
            wanted = N_("The value {name} must be yes or no.")
        raise ConfigurationError(
            say(wanted, name=output.name),
            remedy=say(N_("Give it with --output NAME=VALUE.")),
        )
    return json.dumps(value)


def _value(kind: str, text: str) -> str | float | bool | None:
    if kind == "text":
        return text
    if kind == "boolean":
        return truth_in(text)
    try:
        number = float(text)
    except ValueError:
        return None
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else number
