"""Whether people changed anything is known without reading a file."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from continuity.config.fingerprint import fingerprint
from tests.support.workspaces import small_workspace, write_files


def test_the_fingerprint_changes_with_every_way_of_changing_a_file(tmp_path: Path) -> None:
    root = small_workspace(tmp_path)
    job = root / "jobs" / "erp.yaml"
    seen = [fingerprint(root)]

    def note() -> None:
        seen.append(fingerprint(root))

    assert fingerprint(root) == seen[0]
    job.write_text(job.read_text().replace("ERP", "PRE"))
    note()
    before = job.stat()
    job.write_text(job.read_text().replace("PRE", "ERP"))
    os.utime(job, ns=(before.st_atime_ns, before.st_mtime_ns))
    note()
    shutil.copy(job, root / "jobs" / "new.yaml")
    note()
    (root / "jobs" / "new.yaml").rename(root / "jobs" / "newer.yaml")
    note()
    (root / "jobs" / "newer.yaml").unlink()
    (root / "runbooks").mkdir()
    note()

    assert len(set(seen)) == len(seen)


def test_the_fingerprint_ignores_what_is_no_part_of_the_workspace(tmp_path: Path) -> None:
    root = small_workspace(tmp_path)
    before = fingerprint(root)
    write_files(root, {"state/x": "1", "jobs/notes.txt": "1", "config/.hidden": "1"})

    assert fingerprint(root) == before


def test_asking_for_the_fingerprint_loads_no_parser() -> None:
    code = (
        "import sys, continuity.config.fingerprint; "
        "print(sorted({'pydantic', 'ruamel.yaml', 'continuity.domain.job'} & sys.modules.keys()))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout == "[]\n"
