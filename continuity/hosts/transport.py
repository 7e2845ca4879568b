"""How the programs that bring their own network code reach a machine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Transport:
    """The ``ssh`` program with everything that one machine needs.

    ``words`` are the program and its options, made of the same definition as the commands that run
    there: known hosts, key, port, jump host. ``target`` is ``user@address``, apart from them.
    """

    words: tuple[str, ...]
    target: str
