"""What fixed pieces of restic's own sentences mean, and what is said about each.

They choose among failures and never make a success.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from continuity.domain.failure import (
    AuthenticationError,
    ContinuityError,
    DamagedError,
    HostKeyError,
    LockedError,
    NoSpaceError,
    ToolMissingError,
    UnreachableError,
)
from continuity.domain.text import N_


@dataclass(frozen=True, kw_only=True, slots=True)
class Meaning:
    """A failure, the pieces of sentences that show it, and its own words.

    With ``lasting`` it does not pass by itself: trying again only costs time.
    """

    kind: type[ContinuityError]
    what: str
    remedy: str
    pieces: tuple[str, ...] = ()
    lasting: bool = False


GENERAL: Mapping[type[ContinuityError], Meaning] = {
    UnreachableError: Meaning(
        kind=UnreachableError,
        what=N_("The restic repository or the restore point is not there: {line}"),
        remedy=N_("See whether the disk is mounted and the address right, and who removed it."),
        pieces=(
            "is there a repository at the following location",
            "unable to open config file",
            "no matching id found",
            "could not load snapshot",
            "failed to load snapshot",
        ),
    ),
    LockedError: Meaning(
        kind=LockedError,
        what=N_("The restic repository is locked: {line}"),
        remedy=N_("Wait for the other program, or remove the lock if its holder is dead."),
        pieces=("repository is already locked",),
    ),
    AuthenticationError: Meaning(
        kind=AuthenticationError,
        what=N_("The restic repository refused the password or the access: {line}"),
        remedy=N_("Compare the configured password and permissions with the safe copy."),
        pieces=("wrong password or no key found", "an empty password is not"),
    ),
    DamagedError: Meaning(
        kind=DamagedError,
        what=N_("The restic repository is damaged: {line}"),
        remedy=N_("Stop removing old copies, copy the repository, then follow the runbook."),
        pieces=(
            "ciphertext verification failed",
            "invalid data returned",
            "pack id does not match",
            "repository contains errors",
            "not found in index",
            "not found in repository",
            "blob not found",
            "hash does not match",
            "does not match id",
            "unexpected eof",
            "file has been truncated",
            "file is too short",
            "has zero size",
            "input/output error",
            "invalid file size",
            "partial file",
            "could not be loaded",
        ),
    ),
}
"""The meaning of what restic tells by its exit code, and of its plainest sentences."""

_NO_SPACE = Meaning(
    kind=NoSpaceError,
    what=N_("There was no room left: {line}"),
    remedy=N_("Free space where restic wrote: repository, sandbox or cache."),
    pieces=("no space left on device", "disk quota exceeded"),
)
_HOST_KEY = Meaning(
    kind=HostKeyError,
    what=N_("The machine of the repository is not the known one: {line}"),
    remedy=N_("Compare its key with the one read at the machine itself before accepting it."),
    pieces=("host key verification failed", "remote host identification has changed"),
    lasting=True,
)
_EXPIRED = Meaning(
    kind=AuthenticationError,
    what=N_("The storage says that the credentials have expired: {line}"),
    remedy=N_("Make new credentials for the storage and put them where the old ones are kept."),
    pieces=("expiredtoken", "token has expired", "token is expired", "expired token"),
    lasting=True,
)
_REFUSED = Meaning(
    kind=AuthenticationError,
    what=N_("The storage refused the credentials: {line}"),
    remedy=N_("Compare “credentials” of the repository with what the storage gave out."),
    pieces=(
        "signature we calculated does not match",
        "access key id you provided does not exist",
        "invalidaccesskeyid",
        "security token included in the request is invalid",
        "access denied",
        "accessdenied",
        "401 unauthorized",
        "403 forbidden",
    ),
    lasting=True,
)
_NOT_LET_IN = Meaning(
    kind=AuthenticationError,
    what=N_("The machine of the repository does not let this user in: {line}"),
    remedy=N_(
        "Add the public key to ~/.ssh/authorized_keys of that user there, or name the right key in "
        "hosts.yaml."
    ),
    pieces=("permission denied (publickey", "too many authentication failures"),
    lasting=True,
)
_BUCKET = Meaning(
    kind=UnreachableError,
    what=N_("The bucket of the repository is not there: {line}"),
    remedy=N_("Ask who removed it or renamed it; a new one is made by hand, with its protection."),
    pieces=("specified bucket does not exist", "nosuchbucket"),
    lasting=True,
)
_TRUST = Meaning(
    kind=UnreachableError,
    what=N_("The storage cannot be trusted over TLS: {line}"),
    remedy=N_(
        "Look at its certificate and the clock; name its own authority as “ca_certificate” of"
        " the repository."
    ),
    pieces=(
        "x509:",
        "tls: ",
        "certificate signed by unknown authority",
        "server gave http response to https client",
        "first record does not look like a tls handshake",
    ),
    lasting=True,
)
_NETWORK = Meaning(
    kind=UnreachableError,
    what=N_("The storage of the repository cannot be reached: {line}"),
    remedy=N_("See whether its machine is up, and the network to it; then run this again."),
    pieces=(
        "connection refused",
        "connection reset",
        "connection timed out",
        "could not resolve hostname",
        "no route to host",
        "network is unreachable",
        "no such host",
        "i/o timeout",
        "server closed connection",
        "ssh command exited",
        "unable to start the sftp session",
        "500 internal server error",
        "503 service unavailable",
        "502 bad gateway",
    ),
)
_NO_RCLONE = Meaning(
    kind=ToolMissingError,
    what=N_("restic could not start rclone, which this storage needs: {line}"),
    remedy=N_("Install rclone on the machine where restic runs."),
    pieces=('exec: "rclone": executable file not found',),
    lasting=True,
)
_CLOSED = Meaning(
    kind=AuthenticationError,
    what=GENERAL[AuthenticationError].what,
    remedy=GENERAL[AuthenticationError].remedy,
    pieces=("permission denied",),
)
_NOT_WRITABLE = Meaning(
    kind=UnreachableError,
    what=GENERAL[UnreachableError].what,
    remedy=GENERAL[UnreachableError].remedy,
    # For whatever other reason: the storage can be read and not written.
    pieces=("read-only file system", "unable to create lock in backend"),
)

MEANINGS: tuple[Meaning, ...] = (
    _NO_SPACE,
    _NO_RCLONE,
    GENERAL[AuthenticationError],
    GENERAL[LockedError],
    _HOST_KEY,
    _EXPIRED,
    _NOT_LET_IN,
    _REFUSED,
    _BUCKET,
    _TRUST,
    # Before damage: what came cut over a bad line shows nothing about what is stored.
    _NETWORK,
    GENERAL[DamagedError],
    GENERAL[UnreachableError],
    _CLOSED,
    _NOT_WRITABLE,
)
"""All of them, the most telling first."""
