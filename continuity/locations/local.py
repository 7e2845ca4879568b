"""A directory of this machine: its room, its mount and what is in it."""

from __future__ import annotations

import os

from continuity.domain.location import Fact
from continuity.locations.directory import look_at
from continuity.locations.location import LocationKind, Visit
from continuity.locations.objects import Access, Objects
from continuity.locations.objects_local import LocalObjects


def _look(visit: Visit) -> tuple[Fact, ...]:
    return look_at(visit, os.fsencode(visit.location))


def _objects(access: Access) -> Objects:
    return LocalObjects(os.fsencode(access.location))


LOCATION = LocationKind(name="local", scheme="", look=_look, objects=_objects)
