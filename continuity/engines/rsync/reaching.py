"""Fetching from another machine: the words that make rsync go there for exactly what is meant."""

from __future__ import annotations

from dataclasses import dataclass

from continuity.hosts.transport import Transport


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where rsync takes its files from: further words, operands, and what it reads on its input."""

    words: tuple[str, ...]
    operands: tuple[bytes | str, ...]
    stdin: bytes | None = None


def origin_of(roots: tuple[bytes, ...], transport: Transport | None) -> Origin:
    """Name the roots, of this machine or of the one that the transport leads to.

    On another machine rsync itself expands ``*``, ``?`` and ``[`` in operands, and older versions
    have a shell do it; names in a list that end with NUL are taken as they are.
    """
    if transport is None:
        return Origin(words=(), operands=roots)
    return Origin(
        words=(
            f"--rsh={command_line(transport)}",
            "-s",
            "--recursive",
            "--files-from=-",
            "--from0",
        ),
        operands=(f"{bracketed(transport.target)}:/",),
        stdin=b"".join(root + b"\0" for root in roots),
    )


def command_line(transport: Transport) -> str:
    """Write the words of a transport as rsync takes them apart: no shell has a say in it.

    rsync(1), ``--rsh``: words are parted by blanks, quotes keep what is between them, and a quote
    twice within its own kind is one; there are no backslashes.
    """
    return " ".join(_quoted(word) for word in transport.words)


def _quoted(word: str) -> str:
    if word and not any(mark in word for mark in " '\""):
        return word
    return "'" + word.replace("'", "''") + "'"


def bracketed(target: str) -> str:
    """Write a target so that the colons of an address are not taken for the end of its name."""
    user, at, address = target.rpartition("@")
    return f"{user}{at}[{address}]" if ":" in address and "[" not in address else target
