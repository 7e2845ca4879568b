"""Whether the key that a machine shows is the one that is known."""

from __future__ import annotations

from enum import StrEnum

from continuity.hosts.known_hosts import (
    HostKey,
    Known,
    known_keys,
    remember_key,
    replace_keys,
)
from continuity.hosts.reach import Reach
from continuity.hosts.ssh_trouble import (
    changed_key,
    revoked_key,
    unknown_key,
    unreadable_known_hosts,
    unwritable_known_hosts,
)


class Acquaintance(StrEnum):
    """What is known of a key that a machine shows."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    CHANGED = "changed"
    REVOKED = "revoked"


def read_known(reach: Reach) -> Known:
    """Look a machine up in its file of known hosts. Raises HostKeyError."""
    try:
        return known_keys(reach.known_hosts, reach.known_as)
    except OSError as error:
        raise unreadable_known_hosts(reach, error.strerror or type(error).__name__) from error


def acquaintance(key: HostKey, known: Known) -> Acquaintance:
    """Judge a key. A key of another kind than the known ones counts as changed, not as new."""
    if key in known.revoked:
        return Acquaintance.REVOKED
    if key in known.accepted:
        return Acquaintance.KNOWN
    return Acquaintance.CHANGED if known.accepted else Acquaintance.UNKNOWN


def demand_known(reach: Reach, key: HostKey, known: Known) -> None:
    """Let only a known key pass. Raises HostKeyError."""
    match acquaintance(key, known):
        case Acquaintance.KNOWN:
            return
        case Acquaintance.UNKNOWN:
            raise unknown_key(reach, key)
        case Acquaintance.CHANGED:
            raise changed_key(reach, key, known)
        case Acquaintance.REVOKED:
            raise revoked_key(reach, key)


def demand_acceptable(reach: Reach, key: HostKey, *, replace: bool) -> Acquaintance:
    """Let only a key pass that may be accepted; gives what is known of it.

    The key of a machine that is known by another one may be with ``replace`` alone, a revoked one
    never. Raises HostKeyError.
    """
    known = read_known(reach)
    was = acquaintance(key, known)
    if was is Acquaintance.REVOKED:
        raise revoked_key(reach, key)
    if was is Acquaintance.CHANGED and not replace:
        raise changed_key(reach, key, known)
    return was


def accept_key(reach: Reach, key: HostKey, *, replace: bool) -> Acquaintance:
    """Let a key be known from now on; gives what was known of it.

    Raises HostKeyError as ``demand_acceptable`` does, and when it cannot be written down.
    """
    was = demand_acceptable(reach, key, replace=replace)
    if was is Acquaintance.KNOWN:
        return was
    write = replace_keys if was is Acquaintance.CHANGED else remember_key
    try:
        write(reach.known_hosts, reach.known_as, key)
    except OSError as error:
        raise unwritable_known_hosts(reach, error.strerror or type(error).__name__) from error
    return was
