"""The folder is the registry: every module beside this one that defines ``CHECK`` is found."""

from __future__ import annotations

from functools import cache

import continuity.sandbox.checks
from continuity.domain.kinds import Kinds, kinds_in
from continuity.sandbox.checks.check import CheckKind


@cache
def check_kinds() -> Kinds[CheckKind]:
    """Find all kinds of checks by the name people write."""
    return kinds_in(continuity.sandbox.checks, "CHECK", CheckKind)
