"""What in a value a JSON Schema does not allow: the part of the language that reports need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any  # JSON, or keys of any dataclass

_KINDS = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


def misfits(value: object, schema: Mapping[str, Any], whole: Mapping[str, Any]) -> list[str]:
    """List what does not fit; empty when all does."""
    if "$ref" in schema:
        return misfits(value, whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
    if "anyOf" in schema:
        return min((misfits(value, one, whole) for one in schema["anyOf"]), key=len)
    if "const" in schema or "enum" in schema:
        allowed = schema.get("enum", [schema.get("const")])
        return [] if value in allowed else [f"{value!r} is none of {allowed}"]
    kind = _KINDS[schema["type"]]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        return [f"{value!r} is no {schema['type']}"]
    return _inside(value, schema, whole)


def _inside(value: object, schema: Mapping[str, Any], whole: Mapping[str, Any]) -> list[str]:
    if isinstance(value, list):
        return [found for one in value for found in misfits(one, schema["items"], whole)]
    if not isinstance(value, dict):
        return []
    known = schema["properties"]
    found = [f"{name} is missing" for name in schema["required"] if name not in value]
    found += [f"{name} is not known" for name in value if name not in known]
    for name, inner in value.items():
        found += misfits(inner, known[name], whole) if name in known else []
    return found
