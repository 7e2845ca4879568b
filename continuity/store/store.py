"""The store: what is recorded, who runs, what is proven, all in one database."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine

from continuity.domain.checkpoint import Checkpoint
from continuity.domain.clock import Now
from continuity.domain.evidence import Draft, Head, Line, Record, RecordKind, opening
from continuity.domain.failure import StoreError, UnwritableError
from continuity.domain.verdict import Verdict
from continuity.store import checkpoints, coverage, evidence, notes, runs
from continuity.store.checkpoints import SignedCheckpoint
from continuity.store.conducts import Conducts
from continuity.store.connect import BUSY_SECONDS, connect, connect_to_read, place_of, writing
from continuity.store.coverage import Proof
from continuity.store.erased import Erased, draft_from_erased
from continuity.store.errors import translated
from continuity.store.evidence import Wanted
from continuity.store.incidents import Incidents
from continuity.store.keys import Keys
from continuity.store.outbox import Outbox
from continuity.store.peek import hindrance
from continuity.store.runs import Run
from continuity.store.schema import is_current, prepare
from continuity.store.signing import fingerprint
from continuity.store.slots import Slots


def open_store(address: str, now: Now, *, busy_seconds: float = BUSY_SECONDS) -> Store:
    """Open the store at ``sqlite:///PATH`` or ``postgresql+psycopg://…``, made or upgraded if due.

    Raises ConfigurationError for another address, and StoreError, as everything here does, when
    the database cannot be used; it waits at most ``busy_seconds`` for another writer.
    """
    engine = connect(address, busy_seconds)
    try:
        with translated(place_of(engine.url)):
            prepare(engine)
    except BaseException:  # also an interrupt; it goes on below
        engine.dispose()
        raise
    return Store(engine, now)


def open_to_read(address: str, now: Now) -> Store:
    """Open the store as ``open_store`` does; as it was left where nothing can be written.

    Its ``hindrance`` then says why nothing can be recorded. Tables of an older version are not
    read: they raise what ``open_store`` raises, as does what cannot even be read.
    """
    try:
        store = open_store(address, now)
    except UnwritableError as error:
        left = _as_it_was_left(address, now)
        if left is None:
            raise
        left.hindrance = left.look_at_disk() or error
        return left
    store.hindrance = store.look_at_disk()
    return store


def _as_it_was_left(address: str, now: Now) -> Store | None:
    engine = connect_to_read(address)
    if engine is None:
        return None
    try:
        with translated(place_of(engine.url)):
            sound = is_current(engine)
    except StoreError:
        sound = False
    if not sound:
        engine.dispose()
    return Store(engine, now) if sound else None


class Transaction:
    """Writes that happen together or not at all, while nobody else writes."""

    def __init__(self, connection: Connection, now: Now) -> None:
        self._connection = connection
        self._now = now
        self._head: Head | None = None
        self.incidents = Incidents(connection)
        self.conducts = Conducts(connection)
        self.outbox = Outbox(connection)
        self.slots = Slots(connection)

    def head(self) -> Head:
        """Give the end of the record, this transaction's own records included."""
        if self._head is None:
            self._head = evidence.head(self._connection)
        return self._head

    def append(self, draft: Draft) -> Record:
        """Put a draft at the end of the record."""
        record = evidence.append(self._connection, draft, self.head(), self._now)
        self._head = Head(sequence=record.sequence, hash=record.hash)
        return record

    def claim(self, run: Run) -> None:
        """Open a run; raises ConflictError, which names the holder."""
        runs.claim(self._connection, run)

    def finish_run(self, run_id: str, verdict: Verdict) -> bool:
        """Close a run; False when somebody closed it before."""
        return runs.finish(self._connection, run_id, verdict, self._now())

    def prove(
        self, job: str, proven: Iterable[tuple[bytes, bytes | None]], proven_at: datetime
    ) -> int:
        """Note paths, each with the digest of its content, as proven; gives how many."""
        return coverage.prove(self._connection, job, proven, proven_at)

    def forget(self, job: str, existing: Container[bytes]) -> int:
        """Drop coverage of paths that no longer exist; gives how many."""
        return coverage.forget(self._connection, job, existing)

    def sign_checkpoint(self, organisation: str, keys: Keys) -> SignedCheckpoint:
        """Sign the end of the record, keep the signature, and record that this was done."""
        if self.head().sequence == 0:
            self.append(opening(organisation))
        end = self.head()
        checkpoint = Checkpoint(
            organisation=organisation,
            sequence=end.sequence,
            hash=end.hash,
            records=end.sequence,
            time=self._now(),
        )
        signed = checkpoints.sign(checkpoint, keys)
        checkpoints.add(self._connection, signed)
        body = {"sequence": end.sequence, "hash": end.hash, "key": fingerprint(keys.public())}
        self.append(Draft(kind=RecordKind.CHECKPOINT_SIGNED, body=body))
        return signed

    def erase_person(self, name: str, by: str = "") -> Erased:
        """Erase a person's name from beside the record, and record that ``by`` did this."""
        erased = Erased(
            records=evidence.erase(self._connection, name),
            incidents=self.incidents.forget_holder(name),
            runs=self.conducts.forget_person(name),
            tickets=self.outbox.forget_assignee(name),
        )
        if erased.count:
            self.append(draft_from_erased(erased, name, by))
        return erased

    def note(self, name: str, value: str) -> None:
        """Remember a text under a name, in place of what was there."""
        notes.note(self._connection, name, value)

    def noted(self, name: str) -> str | None:
        """Recall what was noted under a name."""
        return notes.noted(self._connection, name)


class Reading:
    """Incidents, runs of runbooks, outbox and slots as they are now, while others write."""

    def __init__(self, connection: Connection) -> None:
        self.incidents = Incidents(connection)
        self.conducts = Conducts(connection)
        self.outbox = Outbox(connection)
        self.slots = Slots(connection)


class Store:
    """An open database. Close it, or use it in a ``with``.

    ``hindrance`` is why nothing can be recorded, known only to who opened it to read.
    """

    def __init__(self, engine: Engine, now: Now) -> None:
        self._engine = engine
        self._writing = writing(engine)
        self._now = now
        self.place = place_of(engine.url)
        self.hindrance: UnwritableError | None = None

    def look_at_disk(self) -> UnwritableError | None:
        """Say why its file system takes nothing more; None where nothing is seen, or no file is."""
        url = self._engine.url
        file = url.database if url.get_backend_name() == "sqlite" else None
        return hindrance(Path(file)) if file else None

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Begin a transaction: committed to the disk at the end, undone by any exception."""
        with translated(self.place), self._writing.begin() as connection:
            yield Transaction(connection, self._now)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with translated(self.place), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Look at incidents and outbox."""
        with self._reading() as connection:
            yield Reading(connection)

    def append(self, *drafts: Draft) -> tuple[Record, ...]:
        """Record these drafts together; when it returns, they are on the disk."""
        with self.transaction() as transaction:
            return tuple([transaction.append(draft) for draft in drafts])

    def open_record(self, organisation: str) -> None:
        """Write the first record, which says whose record this is, unless there is one."""
        with self.transaction() as transaction:
            if transaction.head().sequence == 0:
                transaction.append(opening(organisation))

    def head(self) -> Head:
        """Give the end of the record."""
        with self._reading() as connection:
            return evidence.head(connection)

    def records(
        self,
        *,
        after: int = 0,
        job: str | None = None,
        kinds: Iterable[RecordKind] = (),
        limit: int | None = None,
        newest_first: bool = False,
    ) -> Iterator[Record]:
        """Read records one by one; raises RecordError at one that was altered."""
        wanted = Wanted(
            after=after, job=job, kinds=tuple(kinds), limit=limit, newest_first=newest_first
        )
        with translated(self.place):
            yield from evidence.records(self._engine, wanted)

    def lines(self, after: int = 0) -> Iterator[Line]:
        """Read records as they are written down, before anything of them is believed."""
        with translated(self.place):
            yield from evidence.lines(self._engine, Wanted(after=after))

    def personal_text(self, sequence: int) -> tuple[bytes, str] | None:
        """Read salt and canonical text of the people a record names; None when erased."""
        with self._reading() as connection:
            return evidence.personal_text(connection, sequence)

    def people(self) -> Mapping[int, Mapping[str, str]]:
        """Read who is named beside which record."""
        with self._reading() as connection:
            return dict(evidence.people(connection))

    def running(self) -> Sequence[Run]:
        """List the open runs, the oldest first."""
        with self._reading() as connection:
            return runs.running(connection)

    def proofs(self, job: str) -> Iterator[Proof]:
        """Read all proven paths of a job, in no order."""
        with self._reading() as connection:
            yield from coverage.proofs(connection, job)

    def checkpoints(self, after: int = 0) -> Sequence[SignedCheckpoint]:
        """Read the checkpoints of records after a sequence."""
        with self._reading() as connection:
            return checkpoints.checkpoints(connection, after)

    def noted(self, name: str) -> str | None:
        """Recall what was noted under a name."""
        with self._reading() as connection:
            return notes.noted(connection, name)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
