"""Server programs for drills of which some are scripts, in a world where cells can see them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from tests.support.passable import let_others_pass
from tests.support.worlds import World


def furnish(world: World, real: Mapping[str, Path], scripts: Mapping[str, str]) -> None:
    """Let the drills of job `erp` take their server programs from a directory of their own.

    A script has the path of the program it stands for as $real; the others are the real ones.
    """
    place = world.root / "programs"
    place.mkdir()
    for name, path in real.items():
        if name not in scripts:
            (place / name).symlink_to(path)
            continue
        script = f"#!/bin/sh\nreal={shlex.quote(str(path))}\n{scripts[name]}\n"
        (place / name).write_text(script)
        (place / name).chmod(0o755)
    # Behind the strongest walls no other programs than the system's are seen.
    world.install("bwrap", "exit 1")
    let_others_pass(place)
    world.edit("jobs/erp.yaml", "  newest:", f"  server_programs: {place}\n  newest:")
