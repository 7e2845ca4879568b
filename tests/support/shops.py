"""A shop in a database of PostgreSQL, with all that can stand around one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.firm import Firm
from tests.support.postgresql import Cluster, throwaway_cluster
from tests.support.replaced import a_firm_of


@contextmanager
def a_cluster() -> Iterator[Cluster]:
    """Start a server with a role that may make databases, one that may read, and one that owns."""
    with throwaway_cluster() as cluster:
        cluster.execute(
            "postgres",
            "CREATE ROLE keeper LOGIN CREATEDB",
            "CREATE ROLE reader LOGIN",
            "CREATE ROLE owner_of_shop NOLOGIN",
            "GRANT pg_read_all_data TO reader",
        )
        yield cluster


def renew_shop(cluster: Cluster) -> None:
    """Give the shop a new beginning: 500 invoices, a view, rights, settings and a comment."""
    for name in cluster.names():
        if name.startswith("shop"):
            cluster.execute("postgres", f'DROP DATABASE "{name}" WITH (FORCE)')
    cluster.execute(
        "postgres",
        "CREATE DATABASE shop OWNER keeper",
        "REVOKE ALL ON DATABASE shop FROM PUBLIC",
        "GRANT CONNECT ON DATABASE shop TO reader",
        'ALTER DATABASE shop SET search_path TO "$user", public, "odd ""one"',
        "ALTER ROLE reader IN DATABASE shop SET work_mem TO '8MB'",
        "ALTER DATABASE shop CONNECTION LIMIT 17",
        "COMMENT ON DATABASE shop IS 'it''s the shop'",
    )
    cluster.execute(
        "shop",
        "SET ROLE keeper",
        "CREATE TABLE public.invoice (id int PRIMARY KEY, total numeric NOT NULL)",
        "INSERT INTO public.invoice SELECT n, n * 1.5 FROM generate_series(1, 500) AS n",
        "CREATE VIEW public.large AS SELECT * FROM public.invoice WHERE total > 100",
    )


def firm_of(root: Path, cluster: Cluster, **keys: object) -> Firm:
    source = {"kind": "postgresql", "address": str(cluster.socket), "database": "shop"}
    return a_firm_of(root, {**source, "user": cluster.user, **keys})


def count(cluster: Cluster, database: str = "shop") -> int:
    return int(one(cluster, "SELECT count(*) FROM public.invoice", database))


def one(cluster: Cluster, query: str, database: str = "shop") -> str:
    with cluster.connect(database) as connection:
        (found,) = connection.execute(query.encode()).fetchone() or ("",)
    return str(found)


def shops(cluster: Cluster) -> list[str]:
    return [name for name in cluster.names() if name.startswith("shop")]
