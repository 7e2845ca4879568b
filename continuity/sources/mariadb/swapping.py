"""Let the tables of one database take the place of another's, or see whether they have.

One statement renames all of them, so that nobody ever sees a part of it.
"""

from __future__ import annotations

import time

from continuity.domain.failure import ConflictError
from continuity.domain.text import N_, say, shown
from continuity.sources.mariadb.ground import MARK, tables_in
from continuity.sources.mariadb.layout import databases_of
from continuity.sources.mariadb.session import Session
from continuity.sources.mariadb.words import place, quoted, text_from_hex, text_literal
from continuity.sources.replacement import Standing, Swap

MARKER = "made by continuity, to take the place of another: "

_WAIT_SECONDS = 5
_GLANCE = 0.5
_PATIENCE = 30.0


def swap_tables(session: Session, swap: Swap) -> None:
    """Rename all tables; who has one open in a transaction is waited for, for some seconds.

    Raises LockedError when that does not end, with nothing changed.
    """
    session.ask(f"SELECT GET_LOCK({_lock(swap)}, 0);")
    session.ask(f"SET SESSION lock_wait_timeout={_WAIT_SECONDS};")
    old, fresh = tables_in(session, swap.live), tables_in(session, swap.fresh)
    if not fresh or bool(old) != bool(swap.old_id):
        raise ConflictError(
            say(
                N_("Somebody else changed {database} meanwhile; nothing was replaced."),
                database=shown(swap.live.encode("utf-8", "surrogatepass")),
            ),
            remedy=say(N_("Look at it, and at who works on the server; then try the step again.")),
        )
    for name in (swap.live, *((swap.aside,) if old else ())):
        session.ask(_made_like(session, name, swap.fresh))
    moves = [(swap.live, swap.aside, name) for name in old]
    moves += [(swap.fresh, swap.live, name) for name in fresh]
    written = ", ".join(f"{place(origin, one)} TO {place(to, one)}" for origin, to, one in moves)
    session.ask(f"RENAME TABLE {written};")
    clear(session, swap.mark)


def _made_like(session: Session, name: str, like: str) -> str:
    """Write what makes a database with the text and order of another, unless it is there."""
    (row,) = session.ask(
        "SELECT HEX(DEFAULT_CHARACTER_SET_NAME), HEX(DEFAULT_COLLATION_NAME)"
        f" FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {text_literal(like)};"
    )
    charset, collation = map(text_from_hex, row)
    made = f"CREATE DATABASE IF NOT EXISTS {quoted(name)}"
    return f"{made} CHARACTER SET {charset} COLLATE {collation};"


def standing_of(session: Session, swap: Swap) -> Standing:
    """Look where the tables are, once nobody renames them any more."""
    if not _is_still(session, swap):
        return Standing.UNKNOWN
    there = databases_of(session)
    count = {
        name: len(tables_in(session, name)) if name in there else 0
        for name in (swap.live, swap.fresh, swap.aside)
    }
    live, fresh, aside = (bool(count[name]) for name in (swap.live, swap.fresh, swap.aside))
    if swap.old_id:
        found = {
            (True, False, True): Standing.FRESH,
            (True, True, False): Standing.OLD,
            (True, False, False): Standing.OLD,
        }
        return found.get((live, fresh, aside), Standing.UNKNOWN)
    only = {(True, False): Standing.FRESH, (False, True): Standing.OLD}
    return only.get((live, fresh), Standing.UNKNOWN)


def _is_still(session: Session, swap: Swap) -> bool:
    """Wait until whoever swaps has ended; the connection of a killed try is idle, and is ended."""
    until = time.monotonic() + _PATIENCE
    idle = 0
    while time.monotonic() < until:
        rows = session.ask(
            "SELECT ID, HEX(COMMAND) FROM information_schema.PROCESSLIST"
            f" WHERE ID = IS_USED_LOCK({_lock(swap)});"
        )
        if not rows:
            return True
        idle = idle + 1 if text_from_hex(rows[0][1]) == "Sleep" else 0
        if idle > 1:
            session.ask(f"KILL {int(rows[0][0])};")
        time.sleep(_GLANCE)
    return False


def _lock(swap: Swap) -> str:
    return text_literal(swap.token)


def clear(session: Session, mark: str) -> None:
    """Drop the databases that bear our marker for this mark; what production has never does."""
    rows = session.ask(
        "SELECT HEX(TABLE_SCHEMA) FROM information_schema.TABLES"
        f" WHERE TABLE_NAME = {text_literal(MARK)}"
        f" AND TABLE_COMMENT = {text_literal(MARKER + mark)};"
    )
    for (name,) in rows:
        session.ask(f"DROP DATABASE {quoted(text_from_hex(name))};")
