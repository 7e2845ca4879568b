"""The address of a bucket, as restic writes it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, say


@dataclass(frozen=True, kw_only=True, slots=True)
class Bucket:
    """A bucket at a server, and the folder in it that belongs to one repository."""

    endpoint: str
    name: str
    prefix: str

    def key(self, name: str) -> str:
        """Name an object in the repository's folder."""
        return f"{self.prefix}/{name}" if self.prefix else name


def bucket_from_location(location: str) -> Bucket:
    """Read ``s3:https://host:port/bucket/folder``, ``s3:host/bucket`` or ``s3://host/bucket``.

    Without a scheme of its own the way is TLS. Raises ConfigurationError.
    """
    address = location.removeprefix("s3:").removeprefix("//")
    if not address.startswith(("http://", "https://")):
        address = f"https://{address}"
    parts = urlsplit(address)
    name, _, prefix = parts.path.strip("/").partition("/")
    if not parts.hostname or not name:
        raise ConfigurationError(
            say(N_("The address of the bucket was not understood.")),
            remedy=say(N_("Write it as s3:https://host/bucket/folder.")),
        )
    endpoint = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return Bucket(endpoint=endpoint, name=name, prefix=prefix.strip("/"))
