"""JSON Schemas of every file people write, so that their editors complete and check."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from continuity.config.models import SECTIONS_WITH_PATHS, Settings
from continuity.config.outlets import outlet_models
from continuity.domain.client import Client
from continuity.domain.heartbeat import Heartbeat
from continuity.domain.job import Job
from continuity.domain.neighbour import Neighbour
from continuity.domain.outlet import Outlet
from continuity.domain.responding import Responding
from continuity.domain.runbook import Runbook
from continuity.domain.step_kinds import STEP_KINDS
from continuity.domain.subscription import Sending
from continuity.domain.system import Host, Person, Repository, System
from continuity.domain.written import NAME_PATTERN, text_from_duration
from continuity.engines.registry import engine_kinds
from continuity.sandbox.checks.registry import check_kinds
from continuity.sources.registry import source_kinds

Schema = dict[str, object]

_ISO_DURATION = re.compile(r"P(?=[0-9T])[0-9YMWDTHS.]+")
_ISO_TIME = re.compile(r"[0-9]{2}:[0-9]{2}:00")
_SPAN = TypeAdapter(timedelta)

_DIALECT = "https://json-schema.org/draft/2020-12/schema"

_TITLES: Mapping[str, str] = {
    "continuity": "Continuity: settings of a workspace",
    "systems": "Continuity: business systems by name",
    "hosts": "Continuity: hosts by name",
    "repositories": "Continuity: repositories by name",
    "people": "Continuity: people by name",
    "heartbeats": "Continuity: jobs that run elsewhere, by name",
    "channels": "Continuity: channels and ticket systems by name",
    "incidents": "Continuity: how incidents are responded to",
    "reports": "Continuity: reports that are sent",
    "clients": "Continuity: clients of a provider, by name",
    "neighbours": "Continuity: other installations that are watched, by name",
    "job": "Continuity: one job",
    "runbook": "Continuity: front matter of a runbook",
    "step": "Continuity: one step of a runbook",
}


def write_schemas(directory: Path) -> tuple[Path, ...]:
    """Write one schema for each kind of file and give their paths."""
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in schemas().items():
        path = directory / f"{name}.schema.json"
        path.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        written.append(path)
    return tuple(written)


def schemas() -> dict[str, Schema]:
    """Make the schemas from the models, the kinds of sources, checks and steps, and the engines."""
    return {
        "continuity": _schema("continuity", _settings()),
        "systems": _schema("systems", _map_of(System)),
        "hosts": _schema("hosts", _map_of(Host)),
        "repositories": _schema("repositories", _repositories()),
        "people": _schema("people", _map_of(Person)),
        "heartbeats": _schema("heartbeats", _map_of(Heartbeat)),
        "channels": _schema("channels", _channels()),
        "incidents": _schema("incidents", _whole(Responding)),
        "reports": _schema("reports", _whole(Sending)),
        "clients": _schema("clients", _map_of(Client)),
        "neighbours": _schema("neighbours", _map_of(Neighbour)),
        "job": _schema("job", _job()),
        "runbook": _schema("runbook", _whole(Runbook)),
        "step": _schema("step", _step()),
    }


def _schema(name: str, content: Schema) -> Schema:
    head: Schema = {
        "$schema": _DIALECT,
        "$id": f"urn:continuity:schema:{name}",
        "title": _TITLES[name],
    }
    return head | {key: value for key, value in content.items() if key != "title"}


def _definitions(*models: type[BaseModel]) -> tuple[list[Schema], dict[str, Schema]]:
    """Give a reference to each model, and all definitions they lead to."""
    references, whole = models_json_schema([(model, "validation") for model in models])
    found = [dict(references[model, "validation"]) for model in models]
    definitions: dict[str, Schema] = whole.get("$defs", {})
    for model in definitions.values():
        _write_durations(model)
    return found, definitions


def _write_durations(model: Schema) -> None:
    """Write defaults as people do: ``10m`` and ``07:00``, where pydantic writes ``PT10M`` and with
    seconds.
    """
    for key in _properties(model).values():
        if isinstance(key, dict) and _ISO_DURATION.fullmatch(str(key.get("default"))):
            key["default"] = text_from_duration(_SPAN.validate_python(key["default"]))
        elif isinstance(key, dict) and _ISO_TIME.fullmatch(str(key.get("default"))):
            key["default"] = str(key["default"]).removesuffix(":00")


def _named_by(reference: Schema) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def _whole(model: type[BaseModel]) -> Schema:
    (reference,), definitions = _definitions(model)
    schema = definitions.pop(_named_by(reference))
    return schema | {"$defs": definitions}


def _map_of(model: type[BaseModel]) -> Schema:
    (reference,), definitions = _definitions(model)
    return _map(reference, definitions)


def _map(reference: Schema, definitions: dict[str, Schema]) -> Schema:
    return {
        "type": "object",
        "propertyNames": {"pattern": NAME_PATTERN},
        "additionalProperties": reference,
        "$defs": definitions,
    }


def _settings() -> Schema:
    schema = _whole(Settings)
    required = schema["required"]
    if isinstance(required, list):
        schema["required"] = [key for key in required if key not in SECTIONS_WITH_PATHS]
    return schema


def _repositories() -> Schema:
    models = {name: kind.options for name, kind in engine_kinds().items()}
    return _map_with_options(Repository, "engine", "who keeps the copies", models)


def _channels() -> Schema:
    return _map_with_options(Outlet, "kind", "what it speaks", outlet_models())


def _map_with_options(
    model: type[BaseModel], key: str, description: str, kinds: Mapping[str, type[BaseModel]]
) -> Schema:
    """Let the value of one key decide how ``options`` is read."""
    (entry, *options), definitions = _definitions(model, *kinds.values())
    schema = definitions[_named_by(entry)]
    _properties(schema)[key] = {"enum": sorted(kinds), "description": description}
    schema["allOf"] = [
        {
            "if": {"properties": {key: {"const": name}}},
            "then": {"properties": {"options": reference}},
        }
        for name, reference in zip(kinds, options, strict=True)
    ]
    return _map(entry, definitions)


def _job() -> Schema:
    sources = [kind.options for kind in source_kinds().values()]
    engines = [kind.options for kind in engine_kinds().values()]
    checks = [kind.options for kind in check_kinds().values()]
    (job, *references), definitions = _definitions(Job, *sources, *engines, *checks)
    schema = definitions.pop(_named_by(job))
    for base in ("Source", "Check"):
        definitions.pop(base, None)
    of_sources, rest = references[: len(sources)], references[len(sources) :]
    of_engines, of_checks = rest[: len(engines)], rest[len(engines) :]
    properties = _properties(schema)
    properties["source"] = {"anyOf": of_sources, "description": "what is protected"}
    properties["checks"] = {
        "type": "array",
        "items": {"anyOf": of_checks},
        "description": Job.model_fields["checks"].description,
    }
    for reference in of_engines:
        # A job writes only the options in which it differs from its repository.
        definitions[_named_by(reference)].pop("required", None)
    properties["options"] = {
        "anyOf": of_engines,
        "description": "what only this engine understands",
    }
    return schema | {"$defs": definitions}


def _step() -> Schema:
    references, definitions = _definitions(*STEP_KINDS.values())
    return {"anyOf": references, "$defs": definitions}


def _properties(schema: Schema) -> dict[str, object]:
    found = schema.get("properties", {})
    if not isinstance(found, dict):
        raise TypeError("a schema's properties are a mapping")
    return found
