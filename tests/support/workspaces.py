"""Small workspaces made of text, for tests of what people write."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

SMALL: Mapping[str, str] = {
    "config/continuity.yaml": "organisation: Test\nlanguage: en\nzone: Europe/Madrid\n",
    "config/people.yaml": "ana:\n  name: Ana\nluis:\n  name: Luis\n",
    "config/systems.yaml": (
        "billing:\n  title: Billing\n  criticality: vital\n  owner: ana\n  deputy: luis\n"
    ),
    "config/repositories.yaml": (
        "disk:\n  engine: rsync\n  location: /backups/disk\n"
        "other:\n  engine: rsync\n  location: /backups/other\n"
    ),
    "jobs/erp.yaml": (
        "name: erp\ntitle: The ERP\nsystem: billing\nrepository: disk\n"
        "source:\n  paths: [/srv/erp]\n"
    ),
}


def write_files(root: Path, files: Mapping[str, str]) -> Path:
    """Write text files below a root and give the root."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def small_workspace(root: Path, changes: Mapping[str, str] | None = None) -> Path:
    """Write a workspace without problems, with some of its files changed."""
    return write_files(root, {**SMALL, **(changes or {})})
