"""Go on with a record that came out of a copy: what was under way then has no end any more."""

from __future__ import annotations

from dataclasses import dataclass

from continuity.domain.evidence import Draft, Head, RecordKind
from continuity.domain.failure import ConflictError
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict
from continuity.hosts.process import Life, life_of
from continuity.store.keys import open_keys
from continuity.store.runs import Run
from continuity.workflows.recovering import closing
from continuity.workflows.world import Workbench


@dataclass(frozen=True, kw_only=True, slots=True)
class Resumed:
    """Where the record had ended, and the runs that were closed."""

    head: Head
    closed: tuple[Run, ...]


def resume(bench: Workbench) -> Resumed:
    """Close every run that was under way in the copy, wherever it ran, and say so in the record.

    The end is signed at once. Raises ConflictError when one of them lives on this machine: then
    the record is no copy but the one in use.
    """
    keys = open_keys(bench.keys)
    running = tuple(bench.store.running())
    _require_none_alive(running)
    with bench.store.transaction() as transaction:
        head = transaction.head()
        for run in running:
            if transaction.finish_run(run.run_id, Verdict.INCONCLUSIVE):
                transaction.append(_closing(bench, run))
        body: dict[str, object] = {
            "sequence": head.sequence,
            "hash": head.hash,
            "closed": [run.run_id for run in running],
        }
        personal = {"actor": bench.actor}
        draft = Draft(kind=RecordKind.RECORD_RESUMED, body=body, personal=personal)
        transaction.append(draft)
        transaction.sign_checkpoint(bench.organisation, keys)
    return Resumed(head=head, closed=running)


def _require_none_alive(running: tuple[Run, ...]) -> None:
    for run in running:
        if life_of(run.holder) is Life.ALIVE:
            raise ConflictError(
                say(
                    N_("The {kind} of {job} is under way here, so this record is no restored one."),
                    kind=run.kind,
                    job=run.job,
                ),
                remedy=say(N_("Nothing has to be resumed. Look: continuity status")),
            )


def _closing(bench: Workbench, run: Run) -> Draft:
    reason = say(
        N_("The {kind} of {job} was under way when the copy was made that the record is from."),
        kind=run.kind,
        job=run.job,
    )
    return closing(bench, run, reason)
