"""Load a dump beside the living database of MariaDB or MySQL, and let its tables take the place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from continuity.domain.portrait import Portrait
from continuity.sources.mariadb.calls import Programs, live_server
from continuity.sources.mariadb.capture import looking_of, options_of
from continuity.sources.mariadb.elsewhere import into
from continuity.sources.mariadb.ground import MARK, only_database, survey_server, tables_in
from continuity.sources.mariadb.layout import databases_of, layout_of
from continuity.sources.mariadb.options import MysqlFamilySource
from continuity.sources.mariadb.portrait import look, portrait_from, ranges_from
from continuity.sources.mariadb.revive import load
from continuity.sources.mariadb.session import Server, Session, session
from continuity.sources.mariadb.swapping import MARKER, clear, standing_of, swap_tables
from continuity.sources.mariadb.words import place, quoted, table_name
from continuity.sources.replacement import (
    Door,
    Ground,
    Loaded,
    Need,
    Replace,
    Standing,
    Swap,
    name_beside,
)


def replace_by(programs: Programs) -> Replace:
    """Make the way to replace with these programs."""
    way = _Way(programs=programs)
    return Replace(
        survey=way.survey,
        plan=way.plan,
        make=way.make,
        load=way.load,
        discard=way.discard,
        swap=way.swap,
        standing=way.standing,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Way:
    """How a database is replaced with the programs of one family."""

    programs: Programs

    def survey(self, door: Door, need: Need) -> Ground:
        with self._entered(door) as (asked, server):
            return survey_server(asked, server, _options(door), need)

    def plan(self, door: Door, mark: str, token: str) -> Swap:
        live = only_database(_options(door))
        with self._entered(door) as (asked, _server):
            clear(asked, mark)
            taken = databases_of(asked)
            old = live in taken and tables_in(asked, live)
        return Swap(
            mark=mark,
            live=live,
            fresh=name_beside(live, "new", mark, taken),
            aside=name_beside(live, "before", mark, taken),
            token=f"continuity {token}",
            fresh_id="tables",
            old_id="tables" if old else "",
        )

    def make(self, door: Door, swap: Swap, portrait: Portrait) -> Swap:
        text = f"CHARACTER SET {portrait.encoding} COLLATE {portrait.collation}"
        with self._entered(door) as (asked, _server):
            asked.ask(f"CREATE DATABASE {quoted(swap.fresh)} {text};")
            note = _comment(MARKER + swap.mark)
            asked.ask(f"CREATE TABLE {place(swap.fresh, MARK)} (id INT) COMMENT={note};")
        return swap

    def load(self, door: Door, swap: Swap, dump: Path, portrait: Portrait) -> Loaded:
        with self._entered(door) as (asked, server):
            said = load(server, dump, partial(into, live=swap.live, fresh=swap.fresh))
            if said.complaints:
                return Loaded(portrait=portrait, complaints=tuple(said.complaints))
            return Loaded(portrait=_portrait(asked, _options(door), swap, portrait))

    def discard(self, door: Door, swap: Swap) -> None:
        with self._entered(door) as (asked, _server):
            clear(asked, swap.mark)

    def swap(self, door: Door, swap: Swap) -> None:
        with self._entered(door) as (asked, _server):
            swap_tables(asked, swap)

    def standing(self, door: Door, swap: Swap) -> Standing:
        with self._entered(door) as (asked, _server):
            return standing_of(asked, swap)

    @contextmanager
    def _entered(self, door: Door) -> Iterator[tuple[Session, Server]]:
        source = _options(door)
        server = live_server(self.programs, source, door.host, door.password)
        with session(server) as asked:
            yield asked, server


def _options(door: Door) -> MysqlFamilySource:
    source = options_of(door.source)
    return source if door.user is None else source.model_copy(update={"user": door.user})


def _comment(text: str) -> str:
    """Write a comment, which may be no expression."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _portrait(asked: Session, source: MysqlFamilySource, swap: Swap, before: Portrait) -> Portrait:
    """Portray what was loaded as if it had the name of the living database already."""
    layout = layout_of(asked, (swap.fresh,))
    tables = tuple(table for table in layout.tables if table.name != MARK)
    named = {table: replace(table, database=swap.live) for table in tables}
    known = ranges_from(before, named.values())
    looking = looking_of(source, (swap.live,))
    times = tuple((swap.fresh, table, column) for _live, table, column in looking.times)
    looks = look(
        asked,
        tables,
        {table: known[like] for table, like in named.items() if like in known},
        replace(looking, times=times),
    )
    renamed = {key: replace(one, name=table_name(swap.live, key[1])) for key, one in looks.items()}
    return portrait_from(replace(layout, tables=tables), renamed)
