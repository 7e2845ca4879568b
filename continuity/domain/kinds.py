"""Kinds by the name people write: the folder is the registry, and who asks for one loads one."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import Protocol, TypeVar

K = TypeVar("K")
T = TypeVar("T")


class Named(Protocol):
    """What people write the name of."""

    @property
    def name(self) -> str:
        """The word they write."""


N = TypeVar("N", bound=Named)


class Kinds(Mapping[str, K]):
    """Each kind by its name. To look one up loads that one; to go through them loads all."""

    def __init__(self, names: Callable[[], Iterable[str]], one: Callable[[str], K | None]) -> None:
        self._names = names
        self._one = one

    def __getitem__(self, name: str) -> K:
        kind = self._one(name)
        if kind is None:
            raise KeyError(name)
        return kind

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return sum(1 for _ in self._names())

    def each(self, of: Callable[[K], T]) -> Kinds[T]:
        """Give something of each kind, by the same names and loaded as late."""

        def one(name: str) -> T | None:
            kind = self._one(name)
            return None if kind is None else of(kind)

        return Kinds(self._names, one)


def kinds_in(
    package: ModuleType, noun: str, sort: type[N], modules: Mapping[str, str] | None = None
) -> Kinds[N]:
    """Find what the modules of a package define as ``noun``, each in the module of its own name.

    ``modules`` names the modules of those that cannot have it.
    """
    elsewhere = modules or {}

    @cache
    def folder() -> tuple[str, ...]:
        return tuple(module.name for module in pkgutil.iter_modules(package.__path__))

    def defined(module: str) -> N | None:
        found = getattr(importlib.import_module(f"{package.__name__}.{module}"), noun, None)
        return found if isinstance(found, sort) else None

    @cache
    def names() -> tuple[str, ...]:
        return tuple(kind.name for kind in map(defined, folder()) if kind is not None)

    def one(name: str) -> N | None:
        module = elsewhere.get(name, name.replace("-", "_"))
        kind = defined(module) if module in folder() else None
        return kind if kind is not None and kind.name == name else None

    return Kinds(names, one)
