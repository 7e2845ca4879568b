"""Dataclasses of facts as plain values that JSON can hold, and back."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Union, cast, get_args, get_origin, get_type_hints  # cast: a kind is a type

from continuity.domain.clock import text_from_time, time_from_text
from continuity.domain.text import Message, message_from_plain, plain_from_message


def plain_from_fields(value: object) -> dict[str, object]:
    """Reduce a dataclass to plain values."""
    return {name: _plain(getattr(value, name)) for name in _kinds(cast("Hashable", type(value)))}


def _plain(value: object) -> object:
    match value:
        case Message():
            return plain_from_message(value)
        case datetime():
            return text_from_time(value)
        case Enum():
            return value.value
        case tuple():
            return [_plain(one) for one in value]
        case _ if is_dataclass(value):
            return plain_from_fields(value)
        case _:
            return value


@cache
def _kinds(kind: Hashable) -> Mapping[str, object]:
    """Give the fields of a dataclass with their types."""
    return get_type_hints(cast("type", kind))


def fields_from_plain(kind: type, plain: Mapping[str, object]) -> object:
    """Read back a dataclass; what is not there has its default.

    Raises ValueError, KeyError or TypeError for anything else.
    """
    return _read(kind, plain)


def _read(kind: object, plain: object) -> object:
    if get_origin(kind) in {Union, UnionType}:
        chosen = [one for one in get_args(kind) if one is not NoneType]
        return None if plain is None else _read(chosen[0], plain)
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], one) for one in _listed(plain))
    return _read_simple(cast("type", kind), plain)


def _read_simple(kind: type, plain: object) -> object:
    if kind is Message:
        return message_from_plain(_mapped(plain))
    if kind is datetime:
        return time_from_text(str(plain))
    if issubclass(kind, Enum):
        return kind(plain)
    if is_dataclass(kind):
        return _built(kind, _mapped(plain))
    if not isinstance(plain, kind):
        raise TypeError(f"{kind.__name__} expected")
    return plain


def _built(kind: type, plain: Mapping[str, object]) -> object:
    optional = {one.name for one in fields(kind) if one.default is not MISSING}
    kinds = _kinds(cast("Hashable", kind))
    given = {name: _read(kinds[name], value) for name, value in plain.items() if name in kinds}
    missing = kinds.keys() - given.keys() - optional
    if missing:
        raise KeyError(*sorted(missing))
    built: object = kind(**given)
    return built


def _listed(plain: object) -> list[object]:
    if not isinstance(plain, list):
        raise TypeError("a list expected")
    return plain


def _mapped(plain: object) -> dict[str, object]:
    if not isinstance(plain, dict):
        raise TypeError("a mapping expected")
    return plain
