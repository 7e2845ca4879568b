"""The schemas that editors use are those of the models, and the demonstration fits them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from continuity.config.document import document_from_text
from continuity.config.models import Settings
from continuity.config.reader import Found, read_yaml, split_front_matter
from continuity.config.schema import schemas, write_schemas
from continuity.domain.job import Job
from continuity.domain.runbook import Runbook
from continuity.domain.step_kinds import STEP_KINDS
from continuity.domain.written import duration_from_text, text_from_duration
from continuity.engines.registry import engine_kinds
from continuity.sources.registry import source_kinds

ROOT = Path(__file__).parent.parent.parent


def _mapping(value: object) -> Mapping[str, object]:
    assert isinstance(value, dict)
    return value


def _misfits(value: object, schema: Mapping[str, object], whole: Mapping[str, object]) -> list[str]:
    """Give what in a value the schema does not know: the part of JSON Schema that we write."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return _misfits(value, _mapping(_mapping(whole["$defs"])[name]), whole)
    if isinstance(schema.get("anyOf"), list):
        return min((_misfits(value, one, whole) for one in _listed(schema["anyOf"])), key=len)
    found = _wrong_kind(value, schema)
    if isinstance(value, dict) and not found:
        found += _misfits_of_keys(value, schema, whole)
    if isinstance(value, list) and not found:
        found += [one for item in value for one in _misfits(item, _items(schema), whole)]
    return found


def _misfits_of_keys(
    value: Mapping[str, object], schema: Mapping[str, object], whole: Mapping[str, object]
) -> list[str]:
    properties = _mapping(schema.get("properties", {}))
    others = schema.get("additionalProperties", True)
    found = [f"missing {key}" for key in _names(schema.get("required", [])) - value.keys()]
    for key, item in value.items():
        known = properties.get(key, others)
        if isinstance(known, dict):
            found += _misfits(item, known, whole)
        elif not known:
            found.append(f"unknown {key}")
    return found


def _listed(value: object) -> list[Mapping[str, object]]:
    assert isinstance(value, list)
    return value


def _names(value: object) -> set[str]:
    assert isinstance(value, list)
    return set(value)


def _items(schema: Mapping[str, object]) -> Mapping[str, object]:
    return _mapping(schema.get("items", {}))


_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


def _wrong_kind(value: object, schema: Mapping[str, object]) -> list[str]:
    written = schema.get("type", [])
    kinds = tuple(_KINDS[str(one)] for one in (written if isinstance(written, list) else [written]))
    if kinds and not isinstance(value, kinds):
        return [f"{value!r} is no {written}"]
    choices = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if isinstance(choices, list) and value not in choices:
        return [f"{value!r} is none of {choices}"]
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and isinstance(value, str) and not re.search(pattern, value):
        return [f"{value!r} does not match"]
    return []


def _files() -> list[tuple[str, str]]:
    config = [(f"config/{name}.yaml", name) for name in ("continuity", "systems", "hosts")]
    config += [(f"config/{name}.yaml", name) for name in ("repositories", "people", "incidents")]
    jobs = [(f"jobs/{path.name}", "job") for path in sorted((ROOT / "jobs").glob("*.yaml"))]
    books = [(f"runbooks/{path.name}", "runbook") for path in (ROOT / "runbooks").glob("*.md")]
    return config + jobs + sorted(books)


def _read(file: str) -> Found:
    if not file.endswith(".md"):
        return read_yaml(ROOT, file)
    parts = split_front_matter((ROOT / file).read_text("utf-8"))
    assert parts is not None
    return document_from_text(file, parts[0])


@pytest.mark.parametrize(("file", "name"), _files())
def test_the_demonstration_fits_the_schema_of_its_files(file: str, name: str) -> None:
    document, problems = _read(file)
    schema = schemas()[name]

    assert problems == ()
    assert document is not None
    assert _misfits(document.value, schema, schema) == []


@pytest.mark.parametrize(("file", "name"), _files())
def test_a_key_that_does_not_exist_misfits_the_schema(file: str, name: str) -> None:
    document, _ = _read(file)
    assert document is not None
    value = {**_mapping(document.value), "not-a-key": 1}
    schema = schemas()[name]

    assert _misfits(value, schema, schema) != []


@pytest.mark.parametrize("name", sorted(schemas()))
def test_every_schema_says_what_it_is(name: str) -> None:
    schema = schemas()[name]

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:continuity:schema:{name}"
    assert str(schema["title"]).startswith("Continuity: ")


def test_every_key_of_every_source_and_engine_is_in_the_schemas() -> None:
    job = json.dumps(schemas()["job"])
    repositories = json.dumps(schemas()["repositories"])

    for kind in source_kinds().values():
        assert all(f'"{key}"' in job for key in kind.options.model_fields)
    for engine in engine_kinds().values():
        assert all(f'"{key}"' in job for key in engine.options.model_fields)
        assert all(f'"{key}"' in repositories for key in engine.options.model_fields)


@pytest.mark.parametrize("name", sorted(schemas()))
def test_every_reference_inside_a_schema_leads_somewhere(name: str) -> None:
    schema = schemas()[name]
    wanted = set(re.findall(r'"#/\$defs/([^"]+)"', json.dumps(schema)))

    assert wanted <= _mapping(schema.get("$defs", {})).keys()


def test_defaults_in_the_schemas_are_written_as_people_write_them() -> None:
    assert not re.search(r'"default": "P[0-9T]', json.dumps(schemas()))
    assert '"default": "1d"' in json.dumps(schemas()["continuity"])


@pytest.mark.parametrize("model", [Settings, Job, Runbook, *STEP_KINDS.values()])
def test_every_key_that_people_write_says_what_it_means(model: type[BaseModel]) -> None:
    silent = [key for key, field in model.model_fields.items() if not field.description]

    assert silent == []


def test_schemas_are_written_one_for_each_kind_of_file(tmp_path: Path) -> None:
    written = write_schemas(tmp_path / "new" / "schema")

    assert [path.name for path in written] == [
        "continuity.schema.json",
        "systems.schema.json",
        "hosts.schema.json",
        "repositories.schema.json",
        "people.schema.json",
        "heartbeats.schema.json",
        "channels.schema.json",
        "incidents.schema.json",
        "reports.schema.json",
        "clients.schema.json",
        "neighbours.schema.json",
        "job.schema.json",
        "runbook.schema.json",
        "step.schema.json",
    ]
    assert {path.read_text(encoding="utf-8")[:1] for path in written} == {"{"}


def test_the_schemas_beside_the_demonstration_are_those_of_the_models(tmp_path: Path) -> None:
    for path in write_schemas(tmp_path):
        kept = ROOT / "config" / "schema" / path.name

        assert kept.read_text(encoding="utf-8") == path.read_text(encoding="utf-8"), (
            "run: continuity check --schema config/schema"
        )


@given(st.integers(min_value=1, max_value=10**9))
def test_a_duration_reads_back_as_it_was_written(seconds: int) -> None:
    span = timedelta(seconds=seconds)

    assert duration_from_text(text_from_duration(span)) == span
