"""A database that people work in while it is copied."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

_PAUSE = 0.02


class LiveShop:
    """Writes invoices into a SQLite database, in a thread, until it is closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sell, name="shop")
        self.invoices = 0

    def __enter__(self) -> Self:
        with closing(sqlite3.connect(self._path)) as database:
            database.execute("pragma journal_mode = wal")
            database.execute("create table invoice (id integer primary key, cents integer)")
            rows = [(number * 7 % 50_000,) for number in range(20_000)]
            database.executemany("insert into invoice (cents) values (?)", rows)
            database.commit()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _sell(self) -> None:
        # Without checkpoints the main file stands still, and the log beside it never does.
        with closing(sqlite3.connect(self._path)) as database:
            database.execute("pragma wal_autocheckpoint = 0")
            while not self._stop.wait(_PAUSE):
                database.execute("insert into invoice (cents) values (1995)")
                database.commit()
                self.invoices += 1
