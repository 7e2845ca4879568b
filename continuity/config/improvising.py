"""Find out what stands at a place that no workspace describes, and open it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from continuity.config.secrets import read_secret
from continuity.config.witnessing import ENGINE, witness_at
from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, say, shown
from continuity.domain.written import ExpectedError, SecretReference, text_without_password
from continuity.engines.engine import Opening, Reader
from continuity.engines.registry import engine_kinds
from continuity.engines.rsync.plain import PlainCopy
from continuity.engines.rsync.repository import MARKER
from continuity.hosts.local import LocalHost
from continuity.witness.reader import WitnessReader

_COPY = "rsync"


@dataclass(frozen=True, kw_only=True, slots=True)
class Improvised:
    """What was found at a location; ``plain`` is a copy without a repository around it."""

    engine: str
    location: str
    password: SecretReference | None
    plain: bool

    def open_reader(self, scratch: Path, environ: Mapping[str, str]) -> Reader:
        """Open what is to be proven. Raises what ``read_secret`` raises."""
        host = LocalHost()
        if self.plain:
            return PlainCopy(host, Path(self.location), scratch)
        kind = engine_kinds()[self.engine]
        password = self.password
        return kind.open(
            Opening(
                host=host,
                location=self.location,
                password=None
                if password is None
                else read_secret(password, environ=environ, host=host),
                options=kind.options(),
                scratch=scratch,
                use_cache=False,
            )
        )

    def open_independently(self, environ: Mapping[str, str]) -> Reader:
        """Open a restic repository without restic. Raises ConfigurationError for anything else."""
        if self.engine != ENGINE or self.password is None:
            raise ConfigurationError(
                say(N_("Only a restic repository can be read independently of its program.")),
                remedy=say(N_("Leave --independent out.")),
            )
        password = read_secret(self.password, environ=environ)
        return WitnessReader(witness_at(self.location, password, environ))


def improvise(location: str, password_file: Path | None) -> Improvised:
    """Find out what stands at a location: a restic or rsync repository, or a plain copy.

    Raises ConfigurationError when a password is needed and none was given.
    """
    try:
        text_without_password(location)
    except ExpectedError:
        raise ConfigurationError(
            say(N_("The address holds a password, which every process list would show.")),
            remedy=say(N_("Take it out, and give it in the engine's own environment variable.")),
        ) from None
    local = Path(location)
    engine, plain = _recognised(local, location)
    if engine_kinds()[engine].needs_password and password_file is None:
        raise ConfigurationError(
            say(
                N_("{location} is an encrypted repository."), location=shown(os.fsencode(location))
            ),
            remedy=say(N_("Give the file that holds its password: --password-file FILE")),
        )
    full = str(local.absolute()) if local.exists() else location
    password = None
    if password_file is not None:
        password = SecretReference(file=str(password_file.absolute()))
    return Improvised(engine=engine, location=full, password=password, plain=plain)


def _recognised(local: Path, location: str) -> tuple[str, bool]:
    if (local / MARKER).exists():
        return _COPY, False
    if (local / "config").is_file() and (local / "keys").is_dir():
        return "restic", False
    if local.is_dir():
        return _COPY, True
    if ":" in location:
        return "restic", False
    raise ConfigurationError(
        say(N_("There is nothing at {location}."), location=shown(os.fsencode(location))),
        remedy=say(N_("Give a directory, or an address such as sftp:user@host:/path.")),
    )
