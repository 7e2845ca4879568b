"""Databases streamed into restic, against the same by their own dump program and a pipe."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.rows import Compared, Goal, Row, unmeasured
from benchmarks.running import in_turn
from benchmarks.tools import Bench, Restic, Workspace, emptied, write_workspace
from tests.support.mariadb import throwaway_mariadb
from tests.support.postgresql import throwaway_cluster

# Some 640 bytes a row, which compress as text does.
_ROWS = 400_000
_WORDS = 20
_GOAL = Goal(bound=1.3)
_INTO = "restic backup --quiet --stdin --stdin-filename"
_TABLE = "CREATE TABLE orders (id int PRIMARY KEY, note varchar(1000))"


@dataclass(frozen=True, kw_only=True, slots=True)
class Database:
    """A running server with one table: what a job says of it, and what scripts do with it.

    ``scripts`` are pipes into restic by what they are called.
    """

    kind: str
    source: str
    scripts: tuple[tuple[str, str], ...]


def measure_databases(bench: Bench) -> Iterator[Row]:
    """Copy a database whole, and once more when nothing has changed."""
    rows = max(round(_ROWS * bench.share), 100)
    for kind, program, running in (
        ("postgresql", "psql", _postgresql),
        ("mariadb", "mariadbd", _mariadb),
    ):
        if shutil.which(program) is None:
            yield unmeasured(f"dump-{kind}", f"dump of {kind}", "", f"no {program} here")
            continue
        with running(rows) as database, emptied(bench.scratch / kind) as place:
            yield from _dumps(bench, database, place)


def _dumps(bench: Bench, database: Database, place: Path) -> Iterator[Row]:
    begun = place / "begun"
    _begin(begun, database)
    night = place / "night"

    def ours() -> float:
        with emptied(night):
            shutil.copytree(begun, night)
            return Workspace(root=night / "ours").seconds("backup", "work")

    def theirs(script: str) -> float:
        with emptied(night):
            shutil.copytree(begun, night)
            return Restic(location=night / "plain").piped(script).seconds

    scripts = [partial(theirs, script) for _, script in database.scripts]
    took = in_turn(bench.repetitions, ours, *scripts)
    work = f"first dump of {database.kind}, with its portrait"
    for number, (name, _) in enumerate(database.scripts):
        yield Compared(
            key=f"dump-{database.kind}-{number}",
            work=work,
            against=name,
            ours=took[0],
            theirs=took[number + 1],
        ).ratio(_GOAL if number == 0 else None)
    yield _again(bench, database, begun)


def _again(bench: Bench, database: Database, begun: Path) -> Row:
    """Copy what was copied before: restic finds everything there."""
    workspace, plain = Workspace(root=begun / "ours"), Restic(location=begun / "plain")
    name, script = database.scripts[0]
    workspace.run("backup", "work")
    plain.piped(script)
    took = in_turn(
        bench.repetitions,
        partial(workspace.seconds, "backup", "work"),
        lambda: plain.piped(script).seconds,
    )
    return Compared(
        key=f"dump-{database.kind}-again",
        work=f"dump of {database.kind} with nothing changed",
        against=name,
        ours=took[0],
        theirs=took[1],
    ).ratio(_GOAL)


def _begin(place: Path, database: Database) -> None:
    """Make both repositories, so that nobody is charged with that."""
    tiny = place / "tiny"
    tiny.mkdir(parents=True)
    (tiny / "file").write_bytes(b"tiny")
    ours = write_workspace(place / "ours", {"tiny": tiny}, engine="restic", repository="work")
    job = f"name: work\ntitle: work\nsystem: tiny\nrepository: work\nsource:\n{database.source}"
    (ours.root / "jobs" / "work.yaml").write_text(job, encoding="utf-8")
    ours.run("backup", "tiny")
    Restic(location=place / "plain").run("init")


@contextmanager
def _postgresql(rows: int) -> Iterator[Database]:
    with throwaway_cluster() as cluster:
        cluster.create_database("erp")
        words = " || ".join(f"md5(g || '{word}')" for word in range(_WORDS))
        fill = "INSERT INTO orders SELECT g, {} FROM generate_series(1, {}) AS g"
        cluster.execute("erp", _TABLE, fill.format(words, rows), "CHECKPOINT")
        dump = f"pg_dump -h {cluster.socket} -U {cluster.user} -Fc"
        yield Database(
            kind="postgresql",
            source=(
                f"  kind: postgresql\n  address: {cluster.socket}\n  user: {cluster.user}\n"
                "  database: erp\n"
            ),
            scripts=(
                ("pg_dump -Fc -Z0 | restic", f"{dump} -Z0 erp | {_INTO} erp.pgdump"),
                ("pg_dump -Fc | restic", f"{dump} erp | {_INTO} erp.pgdump"),
            ),
        )


@contextmanager
def _mariadb(rows: int) -> Iterator[Database]:
    with throwaway_mariadb() as server:
        server.renew("erp")
        words = ", ".join(f"MD5(CONCAT(seq, '{word}'))" for word in range(_WORDS))
        fill = "INSERT INTO orders SELECT seq, CONCAT({}) FROM seq_1_to_{};"
        server.execute(f"{_TABLE};", "erp")
        server.execute(fill.format(words, rows), "erp")
        dump = f"mariadb-dump --no-defaults -S {server.socket} -u root --single-transaction"
        yield Database(
            kind="mariadb",
            source=(
                f"  kind: mariadb\n  socket: {server.socket}\n  user: root\n  databases: [erp]\n"
            ),
            scripts=(("mariadb-dump | restic", f"{dump} --databases erp | {_INTO} erp.sql"),),
        )
