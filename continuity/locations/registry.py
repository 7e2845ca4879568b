"""The folder is the registry: every module beside this one that defines ``LOCATION`` is found."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import continuity.locations
from continuity.locations.location import LocationKind
from continuity.locations.objects import Access, Objects


@cache
def location_kinds() -> dict[str, LocationKind]:
    """Find all sorts of storage that can be looked at, by the scheme of their addresses."""
    found: dict[str, LocationKind] = {}
    for module in pkgutil.iter_modules(continuity.locations.__path__):
        loaded = importlib.import_module(f"continuity.locations.{module.name}")
        kind = getattr(loaded, "LOCATION", None)
        if isinstance(kind, LocationKind):
            found[kind.scheme] = kind
    return found


def kind_of_location(location: str) -> LocationKind | None:
    """Find who can look at an address; None when nobody can."""
    scheme = "" if location.startswith("/") else location.partition(":")[0]
    return location_kinds().get(scheme)


def open_objects(access: Access) -> Objects | None:
    """Open what is stored at an address; None where only its own program can read it."""
    kind = kind_of_location(access.location)
    return None if kind is None or kind.objects is None else kind.objects(access)
