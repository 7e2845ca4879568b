"""What the firm adds when it grows: a database, a machine elsewhere, and a bucket for both."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.servers import ADDRESS, Database, Machine, bucket, database, machine

_KEY_ID = "AKIADEMOSTRACION"
_ORDERS = 20_000
_SQL = """\
create table customers (id integer primary key, name text not null);
insert into customers select n, 'Cliente ' || n from generate_series(1, 500) n;
create table orders (
    id integer primary key,
    customer integer not null references customers,
    cents integer not null check (cents > 0),
    created_at timestamptz not null
);
insert into orders select n, 1 + n % 500, 100 + n * 7 % 50000, now() - n * interval '1 minute'
    from generate_series(0, 19999) n;
"""
_HOSTS = """
web:
  kind: ssh
  address: {address}
  port: {port}
  user: {user}
  key: {key}
  site: centro-de-datos
"""
_REPOSITORIES = """
nube:
  engine: restic
  location: s3:http://{address}:{port}/montelar/restic
  password:
    file: secrets/nube
  credentials:
    AWS_ACCESS_KEY_ID:
      file: secrets/nube-id
    AWS_SECRET_ACCESS_KEY:
      file: secrets/nube-clave
  site: nube
  medium: object

disco-web:
  engine: rsync
  location: repositories/disco-web
  site: oficina
  medium: disk
"""
_DATABASE_JOB = """\
name: pedidos-db
title: La base de datos de pedidos, cada noche en la nube
system: tienda-online
repository: nube
source:
  kind: postgresql
  database: pedidos
  user: {user}
  address: {socket}
  newest: [public.orders.created_at]
schedule:
  backup: daily at 01:00
  drill: weekly on sunday at 06:00
checks:
  - kind: sql
    name: Están los pedidos de hoy
    query: select max(created_at) from orders
    newer_than: 24h
  - kind: sql
    name: Todos los pedidos tienen cliente
    query: select count(*) from orders join customers on customers.id = orders.customer
    at_least: {orders}
"""
_REMOTE_JOBS = {
    "web-nube": """\
name: web-nube
title: La tienda en su servidor; restic se ejecuta allí y copia a la nube
system: tienda-online
repository: nube
source:
  host: web
  paths: [{data}]
schedule:
  backup: daily at 02:00
  drill: weekly on sunday at 07:00
""",
    "web-disco": """\
name: web-disco
title: La tienda en su servidor; rsync la trae a un disco de la oficina
system: tienda-online
repository: disco-web
source:
  host: web
  paths: [{data}]
schedule:
  backup: daily at 03:00
  drill: weekly on sunday at 08:00
""",
}


@dataclass(frozen=True, kw_only=True)
class Branch:
    """What runs while the firm is bigger; ``copies`` is what the bucket really keeps on disk,
    ``fingerprint`` what the keeper of the remote machine says of its key."""

    copies: Path
    fingerprint: str
    cut: Callable[[], None]


@contextmanager
def grown(home: Path, firm: Path) -> Iterator[Branch]:
    """Start the servers, and write them into the firm's workspace."""
    secret = secrets.token_hex(16)
    with (
        ExitStack() as line,
        bucket(home / "s3", user=_KEY_ID, secret=secret) as port,
        database() as server,
    ):
        web = line.enter_context(machine(home / "sshd"))
        (home / "s3" / "montelar").mkdir()
        server.execute("postgres", "create database pedidos")
        server.execute("pedidos", _SQL)
        shutil.copytree(firm / "data" / "tienda-online", home / "web", symlinks=True)
        for name, text in (
            ("nube", secrets.token_hex(24)),
            ("nube-id", _KEY_ID),
            ("nube-clave", secret),
        ):
            _write_private(firm / "secrets" / name, text)
        _write(firm, web, port, server, home / "web")
        yield Branch(
            copies=home / "s3" / "montelar" / "restic",
            fingerprint=web.fingerprint,
            cut=line.close,
        )


def _write(firm: Path, web: Machine, port: int, server: Database, data: Path) -> None:
    hosts = _HOSTS.format(address=ADDRESS, port=web.port, user=web.user, key=web.key)
    _append(firm / "config" / "hosts.yaml", hosts)
    _append(firm / "config" / "repositories.yaml", _REPOSITORIES.format(address=ADDRESS, port=port))
    job = _DATABASE_JOB.format(user=server.user, socket=server.home, orders=_ORDERS)
    (firm / "jobs" / "pedidos-db.yaml").write_text(job, encoding="utf-8")
    for name, text in _REMOTE_JOBS.items():
        (firm / "jobs" / f"{name}.yaml").write_text(text.format(data=data), encoding="utf-8")


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
