"""In what a revived database differs from what it was when it was captured."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from continuity.domain.portrait import Newest, Portrait, RowSample, TablePortrait
from continuity.domain.text import N_, Message, say, shown

_MISSING = N_("The table is not there.")
_EXTRA = N_("The table is there and was not captured.")
_ROWS = N_("It has {found} rows instead of {expected}.")
_ROWS_BETWEEN = N_("It has {found} rows; between {least} and {most} were captured.")
_SCHEMA = N_("Its columns, keys, indexes or constraints are others.")
_SAMPLE = N_("Among the {rows} rows looked at, some are others.")
_SAMPLE_ROWS = N_("Of the {rows} rows looked at, {found} are there.")
_UNSAMPLED = N_("The {rows} rows that were looked at cannot be found.")
_OLDER = N_("The newest value of {column} is {found}; it was {expected}.")
_NO_VALUE = N_("There is no value of {column}; the newest was {expected}.")
_KIND = N_("It is a database of {found} instead of {expected}.")
_EXTENSION = N_("The extension {name} is not there.")
_OTHERS = N_("Of kind {kind} there are {found} objects instead of {expected}.")
_PART_MISSING = N_("The file is not there.")
_PART_EXTRA = N_("The file is there and was not captured.")
_PART_ALTERED = N_("The file has another content.")
_ENCODING = N_("Its text is stored as {found} instead of {expected}.")

_LONGEST = 80


class Aspect(StrEnum):
    """In what respect two portraits differ; stable words for the record."""

    KIND = "kind"
    MISSING_TABLE = "missing-table"
    EXTRA_TABLE = "extra-table"
    ROWS = "rows"
    SCHEMA = "schema"
    SAMPLE = "sample"
    NEWEST = "newest"
    EXTENSION = "extension"
    OTHERS = "others"
    ENCODING = "encoding"
    MISSING_PART = "missing-part"
    EXTRA_PART = "extra-part"
    ALTERED_PART = "altered-part"


class Difference(NamedTuple):
    """One difference; ``where`` is a table or a file, safe to show, or empty for all of it."""

    aspect: Aspect
    where: str
    detail: Message


def differences(captured: Portrait, revived: Portrait) -> Iterator[Difference]:
    """Compare table by table, in the order of their names.

    Versions, roles and collations may be others on another machine, and an extension may be of
    another version; all that was captured must be there, and no table more. A newest value may be
    younger than the captured one where writing went on, and never older.
    """
    if captured.kind != revived.kind:
        yield _whole(Aspect.KIND, say(_KIND, found=revived.kind, expected=captured.kind))
    yield from _tables(captured, revived)
    yield from _extensions(captured, revived)
    yield from _others(captured, revived)
    yield from _parts(dict(captured.parts), dict(revived.parts))
    if captured.encoding != revived.encoding:
        detail = say(_ENCODING, found=_told(revived.encoding), expected=_told(captured.encoding))
        yield _whole(Aspect.ENCODING, detail)


def _tables(captured: Portrait, revived: Portrait) -> Iterator[Difference]:
    before = {table.name: table for table in captured.tables}
    after = {table.name: table for table in revived.tables}
    for name in sorted(before.keys() | after.keys()):
        was, found = before.get(name), after.get(name)
        if found is None:
            yield Difference(Aspect.MISSING_TABLE, _told(name), say(_MISSING))
        elif was is None:
            yield Difference(Aspect.EXTRA_TABLE, _told(name), say(_EXTRA))
        else:
            yield from _table(was, found)


def _table(was: TablePortrait, found: TablePortrait) -> Iterator[Difference]:
    name = _told(was.name)
    if found.most < was.least or found.least > was.most:
        yield Difference(Aspect.ROWS, name, _rows(was, found))
    if was.schema != found.schema:
        yield Difference(Aspect.SCHEMA, name, say(_SCHEMA))
    if was.sample is not None:
        detail = _sample(was.sample, found.sample)
        if detail is not None:
            yield Difference(Aspect.SAMPLE, name, detail)
    values = {newest.column: newest.value for newest in found.newest}
    for newest in was.newest:
        detail = _newest(newest, values.get(newest.column))
        if detail is not None:
            yield Difference(Aspect.NEWEST, name, detail)


def _rows(was: TablePortrait, found: TablePortrait) -> Message:
    count = str(found.least)
    if was.least == was.most:
        return say(_ROWS, found=count, expected=str(was.least))
    return say(_ROWS_BETWEEN, found=count, least=str(was.least), most=str(was.most))


def _sample(was: RowSample, found: RowSample | None) -> Message | None:
    # Keys may be names of people, so none of them is told.
    rows = str(was.rows)
    if found is None:
        return say(_UNSAMPLED, rows=rows)
    if found.rows != was.rows:
        return say(_SAMPLE_ROWS, rows=rows, found=str(found.rows))
    if found.digest != was.digest or found.key != was.key:
        return say(_SAMPLE, rows=rows)
    return None


def _newest(was: Newest, found: str | None) -> Message | None:
    if was.value is None or (found is not None and found >= was.value):
        return None
    column, expected = _told(was.column), _told(was.value)
    if found is None:
        return say(_NO_VALUE, column=column, expected=expected)
    return say(_OLDER, column=column, found=_told(found), expected=expected)


def _extensions(captured: Portrait, revived: Portrait) -> Iterator[Difference]:
    there = {_name(extension) for extension in revived.extensions}
    for extension in captured.extensions:
        if _name(extension) not in there:
            yield _whole(Aspect.EXTENSION, say(_EXTENSION, name=_told(extension)))


def _others(captured: Portrait, revived: Portrait) -> Iterator[Difference]:
    before, after = dict(captured.others), dict(revived.others)
    for kind in sorted(before.keys() | after.keys()):
        expected, found = before.get(kind, 0), after.get(kind, 0)
        if expected != found:
            detail = say(_OTHERS, kind=_told(kind), found=found, expected=expected)
            yield _whole(Aspect.OTHERS, detail)


def _parts(before: dict[str, str], after: dict[str, str]) -> Iterator[Difference]:
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield Difference(Aspect.MISSING_PART, _told(name), say(_PART_MISSING))
        elif name not in before:
            yield Difference(Aspect.EXTRA_PART, _told(name), say(_PART_EXTRA))
        elif before[name] != after[name]:
            yield Difference(Aspect.ALTERED_PART, _told(name), say(_PART_ALTERED))


def _name(extension: str) -> str:
    """Leave the version out: another machine may have another one."""
    return extension.split(" ")[0]


def _whole(aspect: Aspect, detail: Message) -> Difference:
    return Difference(aspect, "", detail)


def _told(text: str) -> str:
    return shown(text.encode("utf-8", "surrogatepass"))[:_LONGEST]
