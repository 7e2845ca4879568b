"""The objects of one repository, read where they are stored and never written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from continuity.domain.failure import UnreachableError
from continuity.domain.secret import Secret
from continuity.domain.text import N_, say, shown

if TYPE_CHECKING:
    from continuity.hosts.ssh_host import SshHost


class Objects(Protocol):
    """What a repository is stored as: named objects in folders.

    Names are relative, such as ``index/0a1b…``. Every method raises NotThereError for what does
    not exist, and another ContinuityError where nobody could know.
    """

    @property
    def lanes(self) -> int:
        """How many reads at a time make it faster; more than one is asked from threads."""

    def list(self, folder: str) -> Iterator[tuple[str, int]]:
        """Give name and size of every object in a folder and below it, in no order."""

    def read(self, name: str, offset: int, length: int) -> bytes:
        """Read a part of an object; fewer bytes than asked for where it ends before."""

    def size(self, name: str) -> int:
        """Tell how many bytes an object has."""

    def close(self) -> None:
        """Let go of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """What is needed to read the objects of a repository.

    ``host`` is the machine of an address over SSH. ``credentials`` are those of the backup by
    environment variable, ``settings`` what people set for the storage, such as ``s3.region``.
    """

    location: str
    host: SshHost | None = None
    credentials: Mapping[str, Secret] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    ca_certificate: Path | None = None


OpenObjects = Callable[[Access], Objects]


class NotThereError(UnreachableError):
    """An object does not exist, which somebody who re-reads the index may understand."""


def not_there(name: str) -> NotThereError:
    """Say that an object does not exist."""
    return NotThereError(
        say(N_("The repository has no object {name}."), name=shown(name.encode())),
        remedy=say(N_("Look whether this is the right place, and who removed it.")),
    )


def not_readable(name: str, reason: str) -> UnreachableError:
    """Say that storage does not give an object out; ``reason`` is what the system says."""
    return UnreachableError(
        say(
            N_("The object {name} of the repository cannot be read: {reason}."),
            name=shown(name.encode()),
            reason=shown(reason.encode("utf-8", "replace"))[:300],
        ),
        remedy=say(N_("Look at the disk or the network, and at who may read the repository.")),
    )
