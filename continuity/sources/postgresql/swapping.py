"""Let a database of a PostgreSQL server take the place of another, or see whether it has.

A transaction renames both, so that at no moment there is none, and no crash leaves it half done.
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from continuity.domain.failure import ConflictError, ContinuityError, ToolError
from continuity.domain.text import N_, say
from continuity.sources.postgresql.entering import ENDING, entered, id_of
from continuity.sources.postgresql.names import literal, quoted
from continuity.sources.postgresql.session import Session, shown_text
from continuity.sources.postgresql.trouble import not_permitted
from continuity.sources.replacement import Door, Standing, Swap

MARKER = "made by continuity, to take the place of another: "
"""Begins the comment on a database that we made and that nobody uses yet."""

_SWAPPING = "a.application_name = {token} AND a.usename = current_user"
_GLANCE = 0.1
_PATIENCE = 30.0
_LONGEST_PAUSE = 10
_COMMENT = "SELECT shobj_description(d.oid, 'pg_database') AS said FROM pg_database AS d"
_CONNECTED = """
SELECT DISTINCT coalesce(a.usename::text, '-') AS role FROM pg_stat_activity AS a
WHERE a.datname = {name} ORDER BY 1
"""


def swap_names(door: Door, swap: Swap) -> None:
    """Let both change their names in one transaction; who is connected to the old one is cut off.

    Nobody can connect to it meanwhile. Raises ConflictError when somebody stays who may not be
    ended, with nothing changed.
    """
    with entered(door) as mover, entered(door) as ender:
        mover.run(f"SET application_name = {literal(swap.token)}")
        # Who is killed here does not keep the door shut: the server rolls back by itself.
        mover.run(f"SET idle_in_transaction_session_timeout = '{_LONGEST_PAUSE}s'")
        mover.run("BEGIN")
        if (id_of(mover, swap.fresh), id_of(mover, swap.live)) != (swap.fresh_id, swap.old_id):
            raise _others_changed(swap)
        ours = _comment(mover, swap.fresh).startswith(MARKER)
        kept = _comment(mover, swap.live) if ours else ""
        if swap.old_id:
            _rename(mover, ender, swap.live, swap.aside)
        _rename(mover, ender, swap.fresh, swap.live)
        if ours:
            note = literal(kept) if kept else "NULL"
            mover.run(f"COMMENT ON DATABASE {quoted(swap.live)} IS {note}", not_permitted)
        mover.run("COMMIT", not_permitted)


def standing(door: Door, swap: Swap) -> Standing:
    """Look which one has the name, once nobody is swapping them any more."""
    with entered(door) as session:
        until = time.monotonic() + _PATIENCE
        while _is_swapping(session, swap):
            if time.monotonic() > until:
                return Standing.UNKNOWN
            time.sleep(_GLANCE)
        there = id_of(session, swap.live)
        if swap.fresh_id and there == swap.fresh_id:
            return Standing.FRESH
        return Standing.OLD if there == swap.old_id else Standing.UNKNOWN


def _rename(mover: Session, ender: Session, name: str, to: str) -> None:
    """Rename a database; the server waits until those who are connected are gone."""
    statement = f"ALTER DATABASE {quoted(name)} RENAME TO {quoted(to)}"
    with ThreadPoolExecutor(max_workers=1) as pool:
        renaming = pool.submit(mover.run, statement, not_permitted)
        while not _is_over(renaming):
            ender.run(ENDING.format(name=literal(name)))
    error = renaming.exception()
    if isinstance(error, ToolError):
        left = [str(row["role"]) for row in ender.rows(_CONNECTED.format(name=literal(name)))]
        raise _occupied(name, left, error) from error
    renaming.result()


def _is_over(work: Future[None]) -> bool:
    with suppress(TimeoutError):  # then it is not over, as told below
        work.exception(_GLANCE)
    return work.done()


def _occupied(name: str, left: list[str], error: ToolError) -> ContinuityError:
    if not left:
        return error
    return ConflictError(
        say(
            N_("{database} is in use by roles whose connections may not be ended: {roles}."),
            database=shown_text(name),
            roles=", ".join(map(shown_text, left)),
        ),
        remedy=say(
            N_("Stop what uses it; or permit it: GRANT pg_signal_backend, or a superuser's role.")
        ),
    )


def _others_changed(swap: Swap) -> ConflictError:
    return ConflictError(
        say(
            N_("Somebody else changed {database} meanwhile; nothing was replaced."),
            database=shown_text(swap.live),
        ),
        remedy=say(N_("Look at it, and at who works on the server; then try the step again.")),
    )


def _comment(session: Session, name: str) -> str:
    rows = session.rows(f"{_COMMENT} WHERE d.datname = {literal(name)}")
    return next((str(row["said"]) for row in rows if row["said"] is not None), "")


def _is_swapping(session: Session, swap: Swap) -> bool:
    """Tell whether a transaction may still swap them; a connection of a killed try is idle."""
    asked = f"SELECT a.pid, a.state FROM pg_stat_activity AS a WHERE {_SWAPPING}"
    of = asked.format(token=literal(swap.token))
    busy = session.row(f"SELECT EXISTS (SELECT FROM ({of}) AS b WHERE state <> 'idle') AS there")
    if busy["there"]:
        return True
    session.run(f"SELECT pg_terminate_backend(pid) FROM ({of}) AS b")
    return False
