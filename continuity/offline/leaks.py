"""The last look before a copy leaves: none of the secrets of the workspace may be in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from continuity.config.secret_references import references_in
from continuity.config.secrets import read_secret
from continuity.domain.failure import ConfigurationError, ContinuityError
from continuity.domain.text import N_, Message, say, shown
from continuity.hosts.local import LocalHost
from continuity.offline.grounds import Grounds
from continuity.offline.secrets_kept import where_kept

# A shorter one is a word that stands anywhere.
_LEAST = 8
# Names of users and regions are kept beside the secrets they belong to, and are none.
_NO_SECRET = re.compile(r".*(?:_ID|USER|USERNAME|REGION|NAME|ACCOUNT)")
_WRITTEN_IN_A_KEY = 40


Known = tuple[tuple[Message, bytes], ...]
"""Each secret with the words for where it is kept; never shown, never kept."""


def require_no_secret(known: Known, files: Mapping[str, bytes]) -> None:
    """Raise ConfigurationError when a file holds a secret; what cannot be fetched is not there."""
    for name, content in sorted(files.items()):
        where = secret_in(known, content)
        if where is not None:
            raise ConfigurationError(
                say(
                    N_("The offline copy would hold a secret: {where}, in {file}."),
                    where=str(where),
                    file=name,
                ),
                remedy=say(
                    N_("Take it out of the runbooks and titles, and give that thing a new one.")
                ),
            )


def secret_in(known: Known, content: bytes) -> Message | None:
    """Say which secret some content holds; None for none."""
    return next((where for where, secret in known if secret in content), None)


def known_secrets(grounds: Grounds) -> Known:
    """Fetch every secret that whoever makes the copy can fetch."""
    return tuple(_secrets(grounds))


def _secrets(grounds: Grounds) -> Iterator[tuple[Message, bytes]]:
    for name, reference in references_in(grounds.workspace):
        if _NO_SECRET.fullmatch(name):
            continue
        try:
            secret = read_secret(reference, environ=grounds.means.environ, host=LocalHost())
        except ContinuityError:
            continue
        text = secret.reveal().strip()
        if len(text) >= _LEAST:
            yield where_kept(reference), text.encode()
    for host in grounds.workspace.hosts.values():
        if host.key is not None:
            where = say(N_("file {path}"), path=shown(host.key.encode("utf-8", "surrogateescape")))
            yield from ((where, line) for line in _lines_of_key(Path(host.key)))


def _lines_of_key(path: Path) -> Iterator[bytes]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return
    yield from (one for one in lines if len(one) >= _WRITTEN_IN_A_KEY and b"PRIVATE" not in one)
