"""How far restored content is kept from the machine."""

from __future__ import annotations

from enum import StrEnum


class Isolation(StrEnum):
    """How far restored content is kept from the machine.

    A: namespaces of its own (bubblewrap): no network, no other process, nothing of the machine to
    write to. B: a private directory and an unprivileged user where there is one; restored content
    is read and compared, and executed only by a job's own check. Devices and set-user-id files may
    be in it, and the directory's 0700 keeps everybody but its owner from reaching them.
    """

    A = "A"
    B = "B"
