"""A workspace with a past: runs that were recorded so long before the present."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from continuity.domain.clock import text_from_time
from continuity.domain.evidence import Draft, RecordKind
from continuity.store.store import open_store
from tests.support.workspaces import write_files

REPOSITORY = Path(__file__).resolve().parents[2]

FIRM: Mapping[str, str] = {
    "config/continuity.yaml": "organisation: Acme\nlanguage: en\nzone: Europe/Madrid\n",
    "config/people.yaml": "ana:\n  name: Ana\n",
    "config/systems.yaml": (
        "billing:\n  title: Billing\n  criticality: vital\n  owner: ana\n"
        "  rpo: 24h\n  rto: 4h\n  prove: 7d\n"
        "mail:\n  title: Mail\n  criticality: high\n  owner: ana\n"
        "  rpo: 6h\n  rto: 8h\n  prove: 7d\n"
        "shop:\n  title: Shop\n  criticality: low\n  owner: ana\n  depends_on: [billing]\n"
    ),
    "config/repositories.yaml": (
        "disk:\n  engine: rsync\n  location: /backups/disk\n  site: office\n"
        "nas:\n  engine: rsync\n  location: /backups/nas\n  site: cellar\n"
        "far:\n  engine: rsync\n  location: /backups/far\n  site: away\n"
    ),
    "jobs/erp.yaml": (
        "name: erp\ntitle: The ERP\nsystem: billing\nrepository: disk\n"
        "source:\n  paths: [/srv/erp]\n"
    ),
    "jobs/post.yaml": (
        "name: post\ntitle: Mail\nsystem: mail\nrepository: nas\nsource:\n  paths: [/srv/mail]\n"
    ),
    "jobs/web.yaml": (
        "name: web\ntitle: The shop\nsystem: shop\nrepository: far\nsource:\n  paths: [/srv/web]\n"
    ),
}
"""Three systems: billing, mail, and a shop that needs billing."""

_REPOSITORIES = {"erp": "disk", "post": "nas", "web": "far"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What the program printed, and the code it ended with."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """A workspace in ``root`` and a cache of its own beside it."""

    root: Path

    @property
    def cache(self) -> Path:
        return self.root.parent / f"{self.root.name}.cache"

    @property
    def database(self) -> Path:
        return self.root / "state" / "record.db"

    @property
    def environ(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root),
            "XDG_CACHE_HOME": str(self.cache),
            "LANG": "C.UTF-8",
        }

    def run(self, *arguments: str, **environ: str) -> Said:
        """Run the program on this workspace."""
        done = subprocess.run(
            [sys.executable, "-m", "continuity", "--workspace", str(self.root), *arguments],
            cwd=REPOSITORY,
            env={**self.environ, **environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
        return Said(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())

    def copied(self, root: Path) -> Story:
        """Copy the workspace and its record, but not what is remembered."""
        shutil.copytree(self.root, root)
        return Story(root=root)

    def memories(self) -> list[Path]:
        """Find what the program remembers."""
        return sorted(self.cache.rglob("*.json"))

    def record(self, ago: timedelta, *drafts: Draft) -> None:
        """Append to the record at a moment before the present."""
        moment = datetime.now(UTC) - ago
        self.database.parent.mkdir(mode=0o700, exist_ok=True)
        with open_store(f"sqlite:///{self.database}", lambda: moment) as store:
            store.open_record("Acme")
            store.append(*drafts)

    def passed(self, job: str, ago: timedelta) -> None:
        """Record a backup that passed, and a full drill of it that passed."""
        self.record(ago, backup(job, ago), drill(job, ago))


def backup(job: str, ago: timedelta, **changes: object) -> Draft:
    """Draft the end of a backup."""
    body = {**_common(job, ago), **changes}
    return Draft(kind=RecordKind.BACKUP_FINISHED, job=job, run_id=f"b-{job}-{ago}", body=body)


def drill(job: str, ago: timedelta, **changes: object) -> Draft:
    """Draft the end of a restore test of everything."""
    body = {
        **_common(job, ago),
        "level": "L4",
        "full": True,
        "classes": {"match": 100},
        "restored": {"files": 100, "bytes": 10**9},
        "rto": {"kind": "MEASURED", "milliseconds": 600_000},
        **changes,
    }
    return Draft(kind=RecordKind.DRILL_FINISHED, job=job, run_id=f"d-{job}-{ago}", body=body)


def _common(job: str, ago: timedelta) -> dict[str, object]:
    moment = datetime.now(UTC) - ago
    return {
        "verdict": "PASS",
        "repository": _REPOSITORIES[job],
        "repository_id": f"id-{job}",
        "engine": "rsync",
        "tool": {"name": "rsync", "version": "3.5.0"},
        "point": {
            "id": f"point-{job}-{ago.total_seconds():.0f}",
            "data_time": text_from_time(moment),
            "usable_time": text_from_time(moment),
            "files": 100,
            "bytes": 10**9,
        },
        "phases": [{"name": "copy", "milliseconds": 1_000}],
    }


def begin(root: Path, changes: Mapping[str, str] | None = None) -> Story:
    """Write the firm's workspace, with some files changed."""
    return Story(root=write_files(root, {**FIRM, **(changes or {})}))
