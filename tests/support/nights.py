"""A firm at night: a damaged copy, a mail server, a tracker, and a clock that goes on when told."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any  # JSON, or keys of any dataclass

from tests.simulators import github
from tests.simulators.held import Desk
from tests.simulators.mail import MailRoom, mail_server
from tests.simulators.simulator import Nasty
from tests.support.firm import Firm, Wishes, a_firm
from tests.support.programs import ROOT
from tests.support.terminal import Said, environ_of, filled, rot
from tests.support.trackers import GITHUB

PEOPLE = {
    "ana": {"name": "Ana", "email": "ana@acme.example"},
    "luis": {"name": "Luis", "email": "luis@acme.example"},
}
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(kw_only=True)
class Night:
    """What people wrote, who hears, and how far the clock was put forward."""

    firm: Firm
    room: MailRoom
    desk: Desk
    mail: Mapping[str, object]
    tickets: Mapping[str, object]
    ahead: timedelta = timedelta()
    read: int = field(default=0)

    def write(self, name: str, value: object) -> None:
        (self.firm.workspace / "config" / f"{name}.yaml").write_text(json.dumps(value))

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def begin_at(self, moment: datetime) -> None:
        self.ahead = moment - datetime.now(UTC)

    def start(self, *words: str, fault: str = "") -> subprocess.Popen[bytes]:
        seconds = self.ahead.total_seconds()
        asked = f"clock:{seconds:.0f}" + (f" {fault}" if fault else "")
        more = {"TRACKER": github.TOKEN, "FAULT": asked, "PYTHONPATH": str(ROOT)}
        program = str(ROOT / "tests/support/launch.py")
        return subprocess.Popen(
            [sys.executable, program, "-w", str(self.firm.workspace), *words],
            cwd=ROOT,
            env=environ_of(self.firm, **more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *words: str, fault: str = "") -> Said:
        with self.start(*words, fault=fault) as process:
            out, err = process.communicate(timeout=90)
        return Said(process.returncode, out.decode(), err.decode())

    def break_copy(self, fault: str = "") -> Said:
        """Back up, keep the copy aside, damage it, and let a drill find it."""
        assert self.run("backup").code == 0
        shutil.copytree(self.firm.repository(), self.firm.root / "kept", symlinks=True)
        rot(self.firm)
        return self.run("drill", "--json", fault=fault)

    def mend_copy(self) -> None:
        shutil.rmtree(self.firm.repository())
        shutil.copytree(self.firm.root / "kept", self.firm.repository(), symlinks=True)

    def later(self, span: timedelta) -> Said:
        """Let time go by, and look again."""
        self.ahead += span
        return self.run("incidents", "update")

    def shown(self, number: int = 1) -> dict[str, Any]:
        (told,) = self.run("incidents", "show", str(number), "--json").objects()
        return told

    def events(self, number: int = 1) -> list[str]:
        return [one["event"] for one in self.shown(number)["events"]]

    def heard(self) -> list[str]:
        """Name who got mail since this was asked last, in order."""
        fresh = self.room.arrived[self.read :]
        self.read = len(self.room.arrived)
        return [one.to[0].partition("@")[0] for one in fresh]


@contextmanager
def a_night(place: Path, wishes: Wishes | None = None) -> Iterator[Night]:
    """Write the firm, open the outside; Ana answers for the system, Luis works there too."""
    nasty, room = Nasty(), MailRoom(needs_login=False)
    with GITHUB.running(nasty) as (desk, address), mail_server(room) as port:
        wanted = wishes or Wishes(system={"rpo": "24h", "rto": "4h"})
        night = Night(
            firm=filled(a_firm(place, wanted), 8),
            room=room,
            desk=desk,
            mail=_mail(port),
            tickets=_tickets(address),
        )
        night.write("people", PEOPLE)
        night.write("channels", {"mail": night.mail})
        yield night


def _mail(port: int) -> dict[str, object]:
    options = {"host": "127.0.0.1", "port": port, "security": "none"}
    return {"kind": "email", "options": {"sender": "continuity@acme.example", **options}}


def _tickets(address: str) -> dict[str, object]:
    options = {"address": address, "repository": "acme/it"}
    return {"kind": "github", "secrets": {"token": {"env": "TRACKER"}}, "options": options}
