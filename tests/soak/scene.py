"""What the soak torments: firms with disks of their own, a mail server and databases."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread

from aiosmtpd.controller import Controller

from continuity.domain.slot import SlotKind
from tests.simulators.mail import MailRoom
from tests.support.firm import Firm, Wishes, a_firm
from tests.support.passable import let_others_pass
from tests.support.ports import free_port
from tests.support.postgresql import Cluster, throwaway_cluster
from tests.support.terminal import filled

TIMES: Mapping[SlotKind, str] = {
    SlotKind.BACKUP: "every 1m",
    SlotKind.DRILL: "every 3m",
    SlotKind.READ_BACK: "every 5m",
}
ZONE = "Europe/Madrid"
_PATIENCE = 60.0
_MEGABYTES = {"state": 96, "repositories": 192}


@dataclass(kw_only=True)
class PostOffice:
    """A mail server that can be stopped and started, and keeps what arrived."""

    room: MailRoom = field(default_factory=lambda: MailRoom(needs_login=False))
    port: int = field(default_factory=free_port)
    _control: Controller | None = None

    def open(self) -> None:
        """Let it listen, at the same port as before; others may have that for a moment."""
        until = time.monotonic() + _PATIENCE
        while True:
            control = Controller(
                self.room, hostname="127.0.0.1", port=self.port, ready_timeout=_PATIENCE
            )
            try:
                control.start()
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(1)
            else:
                self._control = control
                return

    def shut(self) -> None:
        """Let nobody in any more."""
        if self._control is not None:
            ending = Thread(target=self._control.stop, daemon=True)
            ending.start()
            ending.join(_PATIENCE)
            if ending.is_alive():
                raise TimeoutError("the mail server does not end")
            self._control = None


@dataclass(frozen=True, kw_only=True)
class Place:
    """A firm, where its record is, and what it stands on; ``cluster`` where that is a server."""

    firm: Firm
    office: PostOffice
    log: Path
    name: str = ""
    store: str = ""
    cluster: Cluster | None = None
    disks: tuple[Path, ...] = ()


@contextmanager
def scene(root: Path) -> Iterator[tuple[Place, ...]]:
    """Build two firms: one keeps its record in a file, the other on a PostgreSQL server."""
    let_others_pass(root)
    with ExitStack() as line:
        cluster = line.enter_context(throwaway_cluster())
        url = cluster.create_database("soak")
        engines = {"erp": "restic", "mail": "rsync", "web": "restic"}
        file = _founded(line, root / "sqlite", engines)
        server = _founded(line, root / "postgresql", {"erp": "rsync", "web": "restic"}, url)
        yield (
            replace(file, name="SQLite", store=f"sqlite:///{root}/sqlite/state/record.db"),
            replace(server, name="PostgreSQL", store=url, cluster=cluster),
        )


def _founded(
    line: ExitStack, root: Path, engines: Mapping[str, str], url: str | None = None
) -> Place:
    root.mkdir()
    schedule = {kind.value.replace("-", "_"): text for kind, text in TIMES.items()}
    firm = filled(a_firm(root, Wishes(engines=engines, job={"schedule": schedule})))
    firm.state.mkdir(mode=0o700)
    places = (firm.state, root / "repositories")
    disks = tuple(place for place in places if line.enter_context(_small_disk(place)))
    office = PostOffice()
    office.open()
    line.callback(office.shut)
    _write_outlets(firm, office.port, url)
    return Place(firm=firm, office=office, log=root / "service.log", disks=disks)


@contextmanager
def _small_disk(place: Path) -> Iterator[bool]:
    """Mount a file system that can really be full; only root may."""
    size = f"size={_MEGABYTES[place.name]}m,mode=700"
    mounted = os.geteuid() == 0 and (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", size, "tmpfs", place], capture_output=True, check=False
        ).returncode
        == 0
    )
    try:
        yield mounted
    finally:
        if mounted:
            # Lazily: what a killed service began may still be there.
            subprocess.run(["umount", "-l", place], check=True)


def _write_outlets(firm: Firm, port: int, url: str | None) -> None:
    config = firm.workspace / "config"
    options = {
        "sender": "continuity@acme.example",
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
    }
    tests = {"to": "ana", "cadence": "each-test", "detail": "digest", "attach": []}
    files: Mapping[str, object] = {
        "people": {"ana": {"name": "Ana", "email": "ana@acme.example"}},
        "channels": {"mail": {"kind": "email", "options": options}},
        "reports": {"subscriptions": {"tests": tests}},
    }
    for name, value in files.items():
        (config / f"{name}.yaml").write_text(json.dumps(value))
    if url is not None:
        settings = json.loads((config / "continuity.yaml").read_text())
        settings["store"]["url"] = url
        (config / "continuity.yaml").write_text(json.dumps(settings))


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Fill a file system to its last byte."""
    filler = disk / "filler"
    for size in (1 << 20, 1 << 12, 1):
        with suppress(OSError):  # no space left: now with less at a time
            _write_for_ever(filler, b"\0" * size)
    try:
        yield
    finally:
        filler.unlink(missing_ok=True)


def _write_for_ever(place: Path, content: bytes) -> None:
    with place.open("ab", buffering=0) as file:
        while True:
            file.write(content)
