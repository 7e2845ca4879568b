"""Shares and sizes in a message, with the decimal sign of each language."""

from __future__ import annotations

import re
from collections.abc import Mapping

from continuity.domain.text import Message

# The domain writes both with a point, see ``shown_size`` and the sentences on confidence.
_SIZE = re.compile(r"\d+\.\d [KMGTP]iB", re.ASCII)
_SHARE = re.compile(r"\d+\.\d\d", re.ASCII)


def with_decimals(language: str, message: Message) -> Mapping[str, str | int]:
    """Give the values of a message as this language writes them.

    A share is known by the per cent sign behind it in the template. Nothing else with a point is
    touched: it may be a version or an address.
    """
    if language != "es":
        return message.values
    return {
        name: value.replace(".", ",")
        if isinstance(value, str) and _is_decimal(message.template, name, value)
        else value
        for name, value in message.values.items()
    }


def _is_decimal(template: str, name: str, value: str) -> bool:
    if _SIZE.fullmatch(value):
        return True
    return f"{{{name}}} %" in template and _SHARE.fullmatch(value) is not None
