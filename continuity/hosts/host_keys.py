"""Whether the key that a machine shows is the one that is known."""

from __future__ import annotations

from enum import StrEnum

from continuity.hosts.known_hosts import HostKey, Known, known_keys
from continuity.hosts.reach import Reach
from continuity.hosts.ssh_trouble import (
    changed_key,
    revoked_key,
    unknown_key,
    unreadable_known_hosts,
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
