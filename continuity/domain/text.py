"""Sentences for people, kept as a template and its values until they are shown in a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_VALUE_TYPES = (str, int)
# Beyond it a JSON number is no longer exact in every reader (RFC 7493 section 2.2); a time in
# nanoseconds is.
_LARGEST_NUMBER = 2**53 - 1


def N_(template: str) -> str:  # noqa: N802 - the name gettext tools look for
    """Mark a template for the translation catalogue and hand it back unchanged."""
    return template


def shown(path: bytes) -> str:
    """Write a path so that a person can read it and no terminal can be tricked by it.

    Printable UTF-8 stays; control characters and bytes that are not UTF-8 become ``\\xNN``.
    """
    text = path.decode("utf-8", "surrogateescape")
    return "".join(_shown_character(character) for character in text)


def _shown_character(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if character.isprintable():
        return character
    raw = character.encode("utf-8", "surrogateescape")
    return "".join(f"\\x{byte:02x}" for byte in raw)


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One sentence: an English template and the values of its ``{placeholders}``.

    Values are text or whole numbers, already safe to show (see ``shown``) and never secret.
    """

    template: str
    values: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format_map(self.values)


def say(template: str, /, **values: str | int) -> Message:
    """Make a message from a marked template and its values."""
    return Message(template=template, values=values)


def plain_from_message(message: Message) -> dict[str, object]:
    """Reduce a message to plain values for the record, which refuses larger numbers than 2^53."""
    values = {
        name: str(value) if isinstance(value, int) and abs(value) > _LARGEST_NUMBER else value
        for name, value in message.values.items()
    }
    return {"template": message.template, "values": values}


def message_from_plain(plain: Mapping[str, object]) -> Message:
    """Read back what ``plain_from_message`` wrote."""
    values = plain["values"]
    if not isinstance(values, Mapping):
        raise TypeError("a message's values are a mapping")
    kept = {str(name): value for name, value in values.items() if isinstance(value, _VALUE_TYPES)}
    return Message(template=str(plain["template"]), values=kept)
