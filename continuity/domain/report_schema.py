"""The JSON Schema of a report, derived from the value itself so that it cannot lag behind."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Union, cast, get_args, get_origin, get_type_hints  # cast: a kind is a type

from continuity.domain.report import Report
from continuity.domain.report_plain import FORMAT, key_of
from continuity.domain.text import Message

_DIALECT = "https://json-schema.org/draft/2020-12/schema"

_SIMPLE: Mapping[object, Mapping[str, object]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    Message: {"type": "string", "description": "a sentence in the language of the report"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    timedelta: {"type": "integer", "description": "whole seconds, rounded up"},
}


def report_schema() -> dict[str, object]:
    """Describe the plain form of a report; null means unknown, never nothing and never good."""
    schemas: dict[str, object] = {}
    whole = _members(Report, schemas)
    properties = {"format": {"const": FORMAT}, **_of(whole, "properties")}
    return {
        "$schema": _DIALECT,
        "title": FORMAT,
        **whole,
        "properties": properties,
        "required": list(properties),
        "$defs": dict(sorted(schemas.items())),
    }


def _of(schema: Mapping[str, object], key: str) -> dict[str, object]:
    return cast("dict[str, object]", schema[key])


def _members(kind: type, schemas: dict[str, object]) -> dict[str, object]:
    properties = {
        key_of(name, is_span=timedelta in {hint, *get_args(hint)}): _schema(hint, schemas)
        for name, hint in _hints(cast("Hashable", kind)).items()
    }
    text = (kind.__doc__ or "").partition("\n")[0]
    return {
        "type": "object",
        "description": text,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


@cache
def _hints(kind: Hashable) -> Mapping[str, object]:
    return get_type_hints(cast("type", kind))


def _schema(kind: object, schemas: dict[str, object]) -> dict[str, object]:
    if kind in _SIMPLE:
        return dict(_SIMPLE[kind])
    origin = get_origin(kind)
    if origin in {Union, UnionType}:
        left = [one for one in get_args(kind) if one is not NoneType]
        return {"anyOf": [*(_schema(one, schemas) for one in left), {"type": "null"}]}
    if origin is tuple:
        return {"type": "array", "items": _schema(get_args(kind)[0], schemas)}
    return _named(cast("type", kind), schemas)


def _named(kind: type, schemas: dict[str, object]) -> dict[str, object]:
    if kind.__name__ not in schemas:
        schemas[kind.__name__] = None
        schemas[kind.__name__] = _described(kind, schemas)
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _described(kind: type, schemas: dict[str, object]) -> dict[str, object]:
    if issubclass(kind, Enum):
        return {"enum": [one.value for one in kind]}
    if is_dataclass(kind) or issubclass(kind, tuple):
        return _members(kind, schemas)
    raise TypeError(f"a report cannot show {kind.__name__}")
