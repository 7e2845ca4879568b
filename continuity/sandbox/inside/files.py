"""The plain files that a check names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator


def files(paths: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Give every file at or below the paths, and whether it was named; no link is followed."""
    for path in paths:
        if os.path.isdir(path) and not os.path.islink(path):
            yield from ((inside, False) for inside in _below(path))
        else:
            yield path, True


def _below(path: str) -> Iterator[str]:
    for folder, _, names in os.walk(path):
        for name in sorted(names):
            inside = os.path.join(folder, name)
            if os.path.isfile(inside) and not os.path.islink(inside):
                yield inside
