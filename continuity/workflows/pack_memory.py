"""What is remembered of the packs of a repository, written down while they are read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from continuity.domain.folding import CLOCK_TOLERANCE
from continuity.domain.pack_ledger import Ledger
from continuity.witness.readback import PackRead
from continuity.workflows.world import Workbench

_SECONDS = 1.0
"""How often it is written down: a program that is killed loses no more than that."""


def ledger_of(repository_id: str) -> str:
    """Name the ledger of when packs were last found right; no job has such a name.

    It belongs to the repository itself, whichever job reads it.
    """
    return f"packs:{repository_id}"


class _AllBut:
    """Everything that exists but these: what another process remembered meanwhile stays."""

    def __init__(self, gone: Collection[bytes]) -> None:
        self._gone = gone

    def __contains__(self, id: object) -> bool:
        return id not in self._gone


class PackMemory:
    """When each pack was first met and last found right, and which were found wrong.

    What is dated later than now was written by a clock that was wrong, and is not believed.
    """

    def __init__(self, bench: Workbench, repository_id: str) -> None:
        self._bench = bench
        self._read_ledger = ledger_of(repository_id)
        self._met_ledger = f"packs-met:{repository_id}"
        self._wrong_ledger = f"packs-wrong:{repository_id}"
        self._doubtful: set[bytes] = set()
        self._read = self._recall(self._read_ledger)
        self._met = self._recall(self._met_ledger)
        self._wrong = {proof.path for proof in bench.store.proofs(self._wrong_ledger)}
        self._right: list[bytes] = []
        self._found_wrong: set[bytes] = set()
        self._mended: set[bytes] = set()
        self._written = bench.monotonic()

    @property
    def ledger(self) -> Ledger:
        """What is known now."""
        return Ledger(read=self._read, met=self._met, wrong=frozenset(self._wrong))

    def meet(self, packs: Collection[bytes]) -> None:
        """Remember when new packs were met, and forget those that are gone."""
        known = self._read.keys() | self._met.keys()
        gone = (known | self._wrong) - frozenset(packs)
        new = [id for id in packs if id not in known]
        if not new and not gone and not self._doubtful:
            return
        now = self._bench.now()
        with self._bench.store.transaction() as transaction:
            for ledger in (self._read_ledger, self._met_ledger):
                transaction.forget(ledger, _AllBut(gone | self._doubtful))
            transaction.forget(self._wrong_ledger, _AllBut(gone))
            transaction.prove(self._met_ledger, ((id, None) for id in new), now)
        self._met.update(dict.fromkeys(new, now))
        for id in gone:
            self._read.pop(id, None)
            self._met.pop(id, None)
        self._wrong -= gone

    def note(self, one: PackRead) -> None:
        """Take what was read of a pack; written down a moment later."""
        if one.trouble is not None:
            self._wrong.add(one.id)
            self._found_wrong.add(one.id)
        else:
            self._right.append(one.id)
            if one.id in self._wrong:
                self._wrong.discard(one.id)
                self._mended.add(one.id)
        if self._bench.monotonic() - self._written >= _SECONDS:
            self.write()

    def write(self) -> None:
        """Write down what is not written yet."""
        now = self._bench.now()
        if self._right or self._found_wrong:
            with self._bench.store.transaction() as transaction:
                transaction.prove(self._read_ledger, ((id, None) for id in self._right), now)
                transaction.prove(self._wrong_ledger, ((id, None) for id in self._found_wrong), now)
                if self._mended:
                    transaction.forget(self._wrong_ledger, _AllBut(self._mended))
        self._read.update(dict.fromkeys(self._right, now))
        self._right, self._found_wrong, self._mended = [], set(), set()
        self._written = self._bench.monotonic()

    def _recall(self, ledger: str) -> dict[bytes, datetime]:
        latest = self._bench.now() + CLOCK_TOLERANCE
        found = {proof.path: proof.proven_at for proof in self._bench.store.proofs(ledger)}
        self._doubtful |= {id for id, at in found.items() if at > latest}
        return {id: at for id, at in found.items() if at <= latest}
