"""A small firm whose database is on another machine, which is this one over a real SSH server."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.away import HOST, There, there
from tests.support.mariadb import throwaway_mariadb
from tests.support.postgresql import throwaway_cluster
from tests.support.worlds import PASSWORD, World, make_vault

LONG = 240.0
"""For a drill, which starts a server of its own, on a machine that may be busy."""

DUMPERS = {"postgresql": "pg_dump", "mariadb": "mariadb-dump"}
"""What makes the copy of a database there, by the kind of its source."""

_JOB = """\
name: erp
title: The orders
system: billing
repository: vault
source:
  kind: {kind}
  host: {host}
"""
_POSTGRESQL = "  address: {home}\n  user: {user}\n  database: erp\n  newest: [orders.created]\n"
_MARIADB = "  socket: {home}/live.sock\n  user: root\n  databases: [erp]\n"
_TABLE = "CREATE TABLE orders (id int PRIMARY KEY, note varchar(1000), created timestamp)"


@contextmanager
def database_there(kind: str, root: Path) -> Iterator[There]:
    """Start a database server and an SSH server; job `erp` copies the one through the other."""
    with _source(kind) as source, there(root) as found:
        job = _JOB.format(kind=kind, host=HOST)
        found.world.write({"jobs/erp.yaml": job + source})
        (found.world.workspace / "jobs/files.yaml").unlink()
        make_vault(found.world.vault)
        yield found


@contextmanager
def _source(kind: str) -> Iterator[str]:
    """Give what stands in the job about a running server with more than a pipe can hold."""
    if kind == "postgresql":
        with throwaway_cluster() as cluster:
            cluster.create_database("erp")
            cluster.execute(
                "erp",
                _TABLE,
                "INSERT INTO orders SELECT g, repeat(md5(g::text), 20), '2026-03-01'"
                " FROM generate_series(1, 20000) AS g",
            )
            yield _POSTGRESQL.format(home=cluster.socket, user=cluster.user)
    else:
        with throwaway_mariadb() as server:
            server.renew("erp")
            server.execute(f"{_TABLE};", "erp")
            server.execute(
                "INSERT INTO orders SELECT seq, REPEAT(MD5(seq), 20), '2026-03-01'"
                " FROM seq_1_to_20000;",
                "erp",
            )
            yield _MARIADB.format(home=server.home)


def snapshots(world: World) -> list[str]:
    """Ask restic itself which snapshots there are."""
    asked = subprocess.run(
        ["restic", "snapshots", "--no-cache", "--no-lock", "--json", "--repo", world.vault],
        env={**os.environ, "RESTIC_PASSWORD": PASSWORD},
        capture_output=True,
        check=True,
        timeout=60,
    )
    return [snapshot["id"] for snapshot in json.loads(asked.stdout)]
