"""Runs that nothing carries on by itself, because people may have gone on with them on paper."""

from __future__ import annotations

import json
from collections.abc import Collection

from continuity.store.store import Store

_HELD = "runs.held"


def runs_held(store: Store) -> frozenset[str]:
    """Name the runs that wait for people."""
    return frozenset(json.loads(store.noted(_HELD) or "[]"))


def hold(store: Store, runs: Collection[str]) -> None:
    """Leave runs alone until somebody acts in them at the terminal."""
    _note(store, runs_held(store) | set(runs))


def release(store: Store, run: str) -> None:
    """Let a run go on by itself again, with the runs that are steps of it or that it is one of."""
    held = runs_held(store)
    kept = frozenset(one for one in held if _family(one) != _family(run))
    if kept != held:
        _note(store, kept)


def _family(run: str) -> str:
    return run.partition(".")[0]


def _note(store: Store, runs: Collection[str]) -> None:
    with store.transaction() as transaction:
        transaction.note(_HELD, json.dumps(sorted(runs)))
