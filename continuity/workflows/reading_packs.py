"""Read whole packs back a second way, and remember which: the least recently read come first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from continuity.domain.clock import text_from_time
from continuity.domain.facts import JobFacts
from continuity.domain.pack_ledger import packs_due
from continuity.domain.text import Message, plain_from_message
from continuity.domain.verdict import Verdict
from continuity.engines.engine import CheckResult, Progress, Slice
from continuity.witness.readback import PackRead, read_packs, stored_packs
from continuity.witness.repository import Repository
from continuity.workflows.running import Running
from continuity.workflows.world import Workbench

_RECORDED = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class PacksRead:
    """What reading packs back gave; ``right`` are those that may be remembered."""

    result: CheckResult
    right: tuple[bytes, ...]


def read_due_packs(
    bench: Workbench,
    run: Running,
    facts: JobFacts,
    part: Slice,
    open_witness: Callable[[], Repository],
) -> PacksRead:
    """Read what is due of the packs of a repository. Raises what reading raises.

    The ledger belongs to the repository itself, whichever job reads it.
    """
    with open_witness() as repository:
        ledger = ledger_of(repository.id)
        read = {proof.path: proof.proven_at for proof in bench.store.proofs(ledger)}
        packs = stored_packs(repository)
        began = _began(facts, part)
        due = packs_due(packs, read, began, part.n - part.k + 1)
        total = sum(packs[id] for id in due)
        done: list[PackRead] = []
        size = 0
        for one in read_packs(repository, due):
            done.append(one)
            size += one.size
            progress = Progress(
                files=len(done), bytes=size, total_files=len(due), total_bytes=total
            )
            run.watch.progress(progress)
        problems = (*repository.problems, *_troubles(done))
    known = [read[id] for id in packs if id in read]
    run.body["packs"] = {
        "read": len(done),
        "bytes": size,
        "of": len(packs),
        "of_bytes": sum(packs.values()),
        "never": sum(id not in read for id in packs if id not in due),
        "oldest": text_from_time(min(known)) if len(known) == len(packs) and known else None,
        "problems": [plain_from_message(problem) for problem in problems[:_RECORDED]],
    }
    return PacksRead(
        result=CheckResult(sound=not problems, read=part if packs else None, problems=problems),
        right=tuple(one.id for one in done if one.trouble is None),
    )


def ledger_of(repository_id: str) -> str:
    """Name the ledger of a repository; no job has such a name."""
    return f"packs:{repository_id}"


def _began(facts: JobFacts, part: Slice) -> datetime | None:
    """Tell when the present round of checks began; None when it begins with this one."""
    if part.k == 1:
        return None
    first = (
        check.at
        for check in reversed(facts.checks)
        if (check.k, check.n) == (1, part.n) and check.verdict is Verdict.PASS
    )
    return next(first, None)


def _troubles(done: list[PackRead]) -> tuple[Message, ...]:
    return tuple(one.trouble for one in done if one.trouble is not None)
