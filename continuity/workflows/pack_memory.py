"""What is remembered of the packs of a repository, written down while they are read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from continuity.domain.pack_ledger import Ledger
from continuity.store.store import Transaction
from continuity.witness.readback import PackRead
from continuity.workflows.world import Workbench

_SECONDS = 1.0
"""How often it is written down: a program that is killed loses no more than that."""


def ledger_of(repository_id: str) -> str:
    """Name the ledger of when packs were last found right; no job has such a name.

    It belongs to the repository itself, whichever job reads it.
    """
    return f"packs:{repository_id}"


class PackMemory:
    """When each pack was first met and last found right, and which were found wrong."""

    def __init__(self, bench: Workbench, repository_id: str) -> None:
        self._bench = bench
        self._read_ledger = ledger_of(repository_id)
        self._met_ledger = f"packs-met:{repository_id}"
        self._wrong_ledger = f"packs-wrong:{repository_id}"
        self._read = self._recall(self._read_ledger)
        self._met = self._recall(self._met_ledger)
        self._wrong = set(self._recall(self._wrong_ledger))
        self._right: list[bytes] = []
        self._is_wrong_changed = False
        self._written = bench.monotonic()

    @property
    def ledger(self) -> Ledger:
        """What is known now."""
        return Ledger(read=self._read, met=self._met, wrong=frozenset(self._wrong))

    def meet(self, packs: Collection[bytes]) -> None:
        """Remember when new packs were met, and forget those that are gone."""
        known = self._read.keys() | self._met.keys() | self._wrong
        new = [id for id in packs if id not in known]
        gone = known - frozenset(packs)
        if not new and not gone:
            return
        now = self._bench.now()
        with self._bench.store.transaction() as transaction:
            transaction.prove(self._met_ledger, ((id, None) for id in new), now)
            for ledger in (self._read_ledger, self._met_ledger, self._wrong_ledger) if gone else ():
                transaction.forget(ledger, packs)
        self._met.update(dict.fromkeys(new, now))
        for id in gone:
            self._read.pop(id, None)
            self._met.pop(id, None)
            self._wrong.discard(id)

    def note(self, one: PackRead) -> None:
        """Take what was read of a pack; written down a moment later."""
        if one.trouble is not None:
            self._is_wrong_changed |= one.id not in self._wrong
            self._wrong.add(one.id)
        else:
            self._is_wrong_changed |= one.id in self._wrong
            self._wrong.discard(one.id)
            self._right.append(one.id)
        if self._bench.monotonic() - self._written >= _SECONDS:
            self.write()

    def write(self) -> None:
        """Write down what is not written yet."""
        now = self._bench.now()
        if self._right or self._is_wrong_changed:
            with self._bench.store.transaction() as transaction:
                self._write(transaction, now)
        self._read.update(dict.fromkeys(self._right, now))
        self._right, self._is_wrong_changed = [], False
        self._written = self._bench.monotonic()

    def _write(self, transaction: Transaction, now: datetime) -> None:
        transaction.prove(self._read_ledger, ((id, None) for id in self._right), now)
        if self._is_wrong_changed:
            transaction.prove(self._wrong_ledger, ((id, None) for id in self._wrong), now)
            transaction.forget(self._wrong_ledger, self._wrong)

    def _recall(self, ledger: str) -> dict[bytes, datetime]:
        found: Mapping[bytes, datetime] = {
            proof.path: proof.proven_at for proof in self._bench.store.proofs(ledger)
        }
        return dict(found)
