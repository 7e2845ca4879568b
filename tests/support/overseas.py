"""A firm with a runbook that restores over its files, on another machine or on this one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.faults import Row
from tests.support.firm import Firm, Wishes, a_firm
from tests.support.programs import program
from tests.support.sshd import Sshd, running_sshd
from tests.support.terminal import Said, run

HOST = "web1"
RUN = "book-1"
ODD = b"two\nlines \xff 'quoted' $HOME `id` *"


@dataclass(frozen=True, kw_only=True)
class Overseas:
    """A firm and the server of its other machine, None where its files are on this one.

    Programs in ``bin`` are found first on the machine of the files.
    """

    firm: Firm
    server: Sshd | None = None

    @property
    def bin(self) -> Path:
        return self.firm.root / "bin-there"

    @property
    def source(self) -> Path:
        return self.firm.source()

    @property
    def aside(self) -> Path:
        return Path(f"{self.source}.before-{RUN}-over")

    def install(self, name: str, script: str) -> None:
        """Put a program in the way of the real one of that machine, whose path it has as $real."""
        path = self.bin / name
        kill = f"for one in $(pgrep -f -- '{self.firm.workspace} runbook'); do kill -9 $one; done"
        path.write_text(
            f"#!/bin/bash\nreal={program(name)}\nkill_caller() {{ {kill}; }}\n{script}\n"
        )
        path.chmod(0o755)

    def uninstall(self) -> None:
        """Let that machine have its real programs again."""
        for path in self.bin.iterdir():
            path.unlink()

    def state(self) -> str:
        """Tell how the restore stands."""
        (found,) = run(self.firm, "runbook", "status", RUN, "--json").objects()
        return next(str(one["state"]) for one in found["steps"] if one["step"] == "over")

    def acts(self, word: str, *rest: str, by: str = "luis") -> Said:
        path = os.environ["PATH"] if self.server else f"{self.bin}:{os.environ['PATH']}"
        return run(self.firm, "runbook", word, RUN, *rest, "--by", by, PATH=path)

    def over(self) -> Said:
        """Go as far as a restore over production goes."""
        run(self.firm, "runbook", "start", "book", "--by", "ana")
        self.acts("approve", "permit", by="ana")
        self.acts("confirm", "over", "--system", "billing")
        return self.again()

    def again(self) -> Said:
        return self.acts("answer", "over", "newest", "--unproven", "--note", "all there is")

    def left(self) -> list[str]:
        """Name what is beside the source and in the sandbox, the source left out."""
        there = [path.name for path in self.source.parent.iterdir() if path != self.source]
        here = [path.name for path in self.firm.sandbox.glob(".continuity-*")]
        return sorted(there + here)


@contextmanager
def overseas(root: Path, engine: str = "rsync") -> Iterator[Overseas]:
    """Start the server, make a copy, and then let the files of that machine be harmed."""
    firm = a_firm(root, Wishes(engines={"erp": engine}, source={"host": HOST}))
    with running_sshd(root / "sshd", "PermitUserEnvironment yes") as server:
        found = Overseas(firm=firm, server=server)
        found.bin.mkdir()
        _write_way(server, firm)
        key = server.key.with_suffix(".pub").read_text()
        path = f"{found.bin}:{os.environ['PATH']}"
        (server.home / "authorized_keys").write_text(f'environment="PATH={path}" {key}')
        _begin(found)
        yield found


def at_home(root: Path, engine: str = "rsync") -> Overseas:
    """Make a copy of files of this machine, and then let them be harmed."""
    found = Overseas(firm=a_firm(root, Wishes(engines={"erp": engine})))
    found.bin.mkdir()
    _begin(found)
    return found


def _begin(found: Overseas) -> None:
    config = found.firm.workspace / "config"
    people = {"ana": {"name": "Ana"}, "luis": {"name": "Luis"}}
    (config / "people.yaml").write_text(json.dumps(people))
    (found.firm.workspace / "runbooks").mkdir()
    book = Path(__file__).parent / "over_production.md"
    (found.firm.workspace / "runbooks/book.md").write_text(book.read_text())
    fill(found.source)
    copied = run(found.firm, "backup")
    assert copied.code == 0, copied
    harm(found.source)


def _write_way(server: Sshd, firm: Firm) -> None:
    config = firm.workspace / "config"
    way = {
        "kind": "ssh",
        "address": server.address,
        "port": server.port,
        "user": server.user,
        "key": str(server.key),
        "known_hosts": str(server.known_hosts),
        "keepalive": "1s",
        "connect_timeout": "3s",
    }
    (config / "hosts.yaml").write_text(json.dumps({HOST: way}))
    repositories = json.loads((config / "repositories.yaml").read_text())
    for name, one in repositories.items():
        if one["engine"] == "restic":
            one["seen_from"] = {HOST: str(firm.repository(name))}
    (config / "repositories.yaml").write_text(json.dumps(repositories))


def fill(source: Path) -> None:
    """Write what a source has that is hard to carry."""
    (source / "deep/er").mkdir(parents=True)
    (source / "deep/er/book").write_text("the ledger\n")
    (source / "deep/er/same").hardlink_to(source / "deep/er/book")
    (source / "deep/empty").mkdir(mode=0o750)
    (source / "deep/link").symlink_to("er/book")
    (source / "large").write_bytes(os.urandom(400_000))
    Path(os.fsdecode(os.fsencode(source) + b"/" + ODD)).write_text("odd")
    os.utime(source / "deep/er/book", ns=(1, 1_234_567_890_123_456_789))


def harm(source: Path) -> None:
    """Harm it as somebody does who wants money."""
    (source / "deep/er/book").unlink()
    (source / "large").write_text("encrypted")
    (source / "ransom").write_text("pay")


def seen(source: Path) -> dict[bytes, object]:
    """Look at everything in a source."""
    found: dict[bytes, object] = {}
    for above, directories, files in os.walk(os.fsencode(source)):
        for name in (*directories, *files):
            path = os.path.join(above, name)
            looked = os.lstat(path)
            is_file = name in files and not os.path.islink(path)
            content = Path(os.fsdecode(path)).read_bytes() if is_file else b""
            key = path.removeprefix(os.fsencode(source))
            found[key] = oct(looked.st_mode), looked.st_mtime_ns, looked.st_nlink, content
    return found


def told(row: Row, said: Said) -> None:
    """Demand that a command said what its row of the list of faults promises, and ended so."""
    row.says(" ".join((said.out + said.err).split()))
    assert str(said.code) == row.exit, said
    assert "Traceback" not in said.err
