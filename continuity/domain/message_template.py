"""What people are told in a step: a text in which values of the run stand in braces. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from continuity.domain.cleaned import clean
from continuity.domain.condition import Value
from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, say

_REFERENCE = re.compile(r"\{([a-z][a-z0-9.-]*)\}")
_LONGEST_VALUE = 300
_LONGEST = 3_500


def references_in(template: str) -> tuple[str, ...]:
    """Name the values that a text uses, in its order."""
    return tuple(_REFERENCE.findall(template))


def rendered(template: str, values: Mapping[str, Value]) -> str:
    """Put the values in. What they hold is text, and never a value or a line of its own.

    Raises ConfigurationError for a value that is not known.
    """

    def value_of(found: re.Match[str]) -> str:
        if found[1] not in values:
            raise ConfigurationError(
                say(N_("The value {name} is not known."), name=found[1]),
                remedy=say(N_("Do what gives it first, or leave this step out.")),
            )
        value = values[found[1]]
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return " ".join(clean(text, _LONGEST_VALUE).split())

    return clean(_REFERENCE.sub(value_of, template).strip(), _LONGEST)
