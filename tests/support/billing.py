"""The bad day of a firm: its runbook, its service on the web, its ticket system, its people."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any  # JSON

from tests.simulators import github
from tests.simulators.held import Desk, Held
from tests.simulators.simulator import Nasty
from tests.support.cheap_keys import cheapen
from tests.support.firm import PASSWORD, Firm, Wishes, a_firm
from tests.support.programs import ROOT, program
from tests.support.terminal import Said, argv, environ_of, filled, run
from tests.support.trackers import GITHUB

RUN = "billing-down-1"
BOOK = ROOT / "tests/support/billing_down.md"
_CHANNELS = """\
tickets:
  kind: github
  secrets: {{token: {{env: TRACKER}}}}
  options: {{address: "{tracker}", repository: acme/it}}
"""
_PEOPLE = {"ana": {"name": "Ana"}, "berta": {"name": "Berta"}, "luis": {"name": "Luis"}}
# The first restore never ends: whoever asked for it is to be killed meanwhile.
_SLOW_ONCE = """#!/bin/sh
case " $* " in
*" restore "*) if [ ! -e {once} ]; then touch {once}; exec sleep 60; fi ;;
esac
exec {restic} "$@"
"""


@dataclass(frozen=True)
class BadDay:
    """The firm, those who hear of it, and what people do."""

    firm: Firm
    desk: Desk

    @property
    def environ(self) -> dict[str, str]:
        path = f"{self.firm.root / 'bin'}:{environ_of(self.firm)['PATH']}"
        return {"TRACKER": github.TOKEN, "PATH": path}

    @property
    def restoring(self) -> Path:
        """A file that is there as soon as the restore that never ends has begun."""
        return self.firm.root / "restoring"

    def run(self, *words: str) -> Said:
        return run(self.firm, *words, **self.environ)

    def acts(self, by: str, word: str, *rest: str) -> Said:
        return self.run("runbook", word, RUN, *rest, "--by", by)

    def beginning(self, by: str, word: str, *rest: str) -> subprocess.Popen[bytes]:
        """Let somebody act in a process that goes on meanwhile."""
        return subprocess.Popen(
            argv(self.firm, "runbook", word, RUN, *rest, "--by", by),
            cwd=ROOT,
            env=environ_of(self.firm, **self.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def standing(self) -> dict[str, Any]:
        (told,) = self.run("runbook", "status", RUN, "--json").objects()
        return told

    def step(self, name: str) -> dict[str, Any]:
        return next(one for one in self.standing()["steps"] if one["step"] == name)

    def ticket(self) -> Held:
        (one,) = self.desk.held()
        return one


@contextmanager
def bad_day(root: Path) -> Iterator[BadDay]:
    """Open a firm with a proven copy, and take its data away."""
    with GITHUB.running(Nasty()) as (desk, tracker), _web(root / "www") as port:
        assert isinstance(desk, github.Github)
        desk.clock.at = datetime.now(UTC)
        wishes = Wishes(
            engines={"erp": "restic"}, system={"rpo": "24h", "rto": "4h", "prove": "7d"}
        )
        firm = filled(a_firm(root, wishes), 20)
        (firm.source() / "ledger").write_text("total 1234\n")
        (firm.workspace / "config/channels.yaml").write_text(_CHANNELS.format(tracker=tracker))
        (firm.workspace / "config/people.yaml").write_text(json.dumps(_PEOPLE))
        (firm.workspace / "config/incidents.yaml").write_text("patience: {group_wait: 1s}\n")
        (firm.workspace / "runbooks").mkdir()
        (firm.workspace / "runbooks/billing-down.md").write_text(_book(firm, port))
        (root / "licence").write_text("error: no licence\n")
        _slow_down(root)
        day = BadDay(firm, desk)
        _lose_everything(day)
        yield day


def _book(firm: Firm, port: int) -> str:
    words = {"ROOT": str(firm.root), "DATA": str(firm.source()), "PORT": str(port)}
    text = BOOK.read_text()
    for word, value in words.items():
        text = text.replace(word, value)
    return text


def _slow_down(root: Path) -> None:
    (root / "bin").mkdir()
    script = root / "bin/restic"
    script.write_text(_SLOW_ONCE.format(once=root / "restoring", restic=program("restic")))
    script.chmod(0o755)


def _lose_everything(day: BadDay) -> None:
    firm = day.firm
    run(firm, "backup", TRACKER=github.TOKEN)
    cheapen(firm.repository(), PASSWORD)
    run(firm, "drill", "--full", TRACKER=github.TOKEN)
    shutil.rmtree(firm.source())
    for _ in range(2):  # one failed night is not told yet
        day.run("backup")


@contextmanager
def _web(place: Path) -> Iterator[int]:
    """Serve what the firm's application writes."""
    place.mkdir()
    handler = partial(_Silent, directory=str(place))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""
