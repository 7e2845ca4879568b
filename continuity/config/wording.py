"""Values checked against the models, and what the models say put into our own words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from continuity.config.document import Document
from continuity.config.problem import (
    NOTHING,
    Place,
    Problem,
    is_secretive,
    kind_of,
    nearest,
    text_shown,
    value_shown,
)
from continuity.domain.text import N_, Message, say
from continuity.domain.written import ExpectedError

M = TypeVar("M", bound=BaseModel)

NAME_EXPECTED = say(N_("lower-case letters, digits and hyphens, at most 63"))

_KEY = "[key]"

Context = Mapping[str, object]

_SENTENCES: Mapping[str, Callable[[Context], Message]] = {
    "string_type": lambda _: say(N_("a text; put it in quotes if it looks like something else")),
    "int_type": lambda _: say(N_("a whole number")),
    "int_from_float": lambda _: say(N_("a whole number")),
    "bool_type": lambda _: say(N_("true or false")),
    "float_type": lambda _: say(N_("a number")),
    "tuple_type": lambda _: say(N_("a list")),
    "list_type": lambda _: say(N_("a list")),
    "model_type": lambda _: say(N_("keys and their values")),
    "dict_type": lambda _: say(N_("keys and their values")),
    "string_too_short": lambda _: say(N_("a longer text")),
    "string_pattern_mismatch": lambda _: NAME_EXPECTED,
    "too_short": lambda context: say(N_("at least {count} in the list"), **_count(context)),
    "greater_than_equal": lambda context: say(N_("at least {limit}"), **_limit(context, "ge")),
    "greater_than": lambda context: say(N_("more than {limit}"), **_limit(context, "gt")),
    "less_than_equal": lambda context: say(N_("at most {limit}"), **_limit(context, "le")),
    "literal_error": lambda context: say(N_("one of {known}"), known=_choices(context)),
    "enum": lambda context: say(N_("one of {known}"), known=_choices(context)),
    "date_type": lambda _: say(N_("a date such as 2027-03-31")),
    "date_parsing": lambda _: say(N_("a date such as 2027-03-31")),
    "date_from_datetime_parsing": lambda _: say(N_("a date such as 2027-03-31")),
    "date_from_datetime_inexact": lambda _: say(N_("a date such as 2027-03-31")),
}


def _count(context: Context) -> dict[str, int]:
    return {"count": int(str(context.get("min_length", 1)))}


def _limit(context: Context, bound: str) -> dict[str, str]:
    return {"limit": str(context.get(bound))}


def _choices(context: Context) -> str:
    return str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")


def read_model(
    model: type[M],
    value: object,
    document: Document,
    place: Place,
    root: Path,
    *,
    away: bool = False,
) -> tuple[M | None, tuple[Problem, ...]]:
    """Check a plain value. Nothing is coerced: ``5`` is no text and ``yes`` no truth.

    Relative paths start at ``root``; with ``away`` those of a source may not be relative, because
    it is on another machine. The value goes through JSON because only so a strict reading
    still takes lists for tuples and texts for dates.
    """
    text = json.dumps(value)
    context = {"root": str(root), **({"elsewhere": "yes"} if away else {})}
    try:
        return model.model_validate_json(text, strict=True, context=context), ()
    except ValidationError as error:
        wrong = (one for one in error.errors() if not _follows_from_its_items(value, one))
        return None, tuple(_problem(model, value, document, place, one) for one in wrong)


def _follows_from_its_items(value: object, error: ErrorDetails) -> bool:
    """Tell whether a list is called too short only because all in it is wrong."""
    written = _value_at(value, error["loc"])
    return error["type"] == "too_short" and isinstance(written, list) and len(written) > 0


def _problem(
    model: type[BaseModel], value: object, document: Document, place: Place, error: ErrorDetails
) -> Problem:
    inside = error["loc"]
    whole = (*place, *inside)
    if error["type"] == "extra_forbidden":
        return _unknown_key(model, document, place, inside)
    if error["type"] == "missing":
        return document.problem(whole, say(N_("this key and its value")), NOTHING)
    if inside and inside[-1] == _KEY:
        # It is the key that is wrong, not its value.
        return document.problem(whole[:-1], _expected(error), value_shown((), str(inside[-2])))
    found = value_shown(whole, _value_at(value, inside))
    return document.problem(whole, _expected(error), found)


def _expected(error: ErrorDetails) -> Message:
    context = error.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, ExpectedError):
        return cause.expected
    sentence = _SENTENCES.get(error["type"])
    return sentence(context) if sentence else say("{text}", text=text_shown(error["msg"]))


def _unknown_key(
    model: type[BaseModel], document: Document, place: Place, inside: Place
) -> Problem:
    known = tuple(_keys_of(model, inside[:-1]))
    meant = nearest(str(inside[-1]), known)
    whole = (*place, *inside)
    if meant is None and is_secretive(whole[:-1]):
        # Not even the key is shown: it may be the secret itself.
        whole = whole[:-1]
    return document.problem(whole, expected_key(meant, known), say(N_("an unknown key")))


def expected_key(meant: str | None, known: Iterable[str]) -> Message:
    """Name the key that was meant, or all there are."""
    if meant is not None:
        return say(N_("a known name, perhaps {meant}"), meant=meant)
    return say(N_("one of {known}"), known=", ".join(known))


def _keys_of(model: type[BaseModel], inside: Place) -> Iterable[str]:
    for step in inside:
        if isinstance(step, str) and step in model.model_fields:
            model = _model_in(model.model_fields[step].annotation) or model
    return model.model_fields


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(argument) for argument in get_args(annotation))
    return next((model for model in inner if model is not None), None)


def _value_at(value: object, place: Place) -> object:
    for step in place:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int):
            value = value[step]
    return value


def kind_problem(document: Document, place: Place, value: object) -> Problem:
    """Say that keys and values were expected at a place."""
    return document.problem(place, say(N_("keys and their values")), kind_of(value))
