"""Secrets fetched at the moment they are needed, from where people said they are kept."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel

from continuity.config.draft import Draft, Part
from continuity.config.problem import Place, Problem, path_shown, text_shown
from continuity.config.regular import NotRegularError, read_regular
from continuity.domain.failure import AuthenticationError, ConfigurationError, ContinuityError
from continuity.domain.job import ReplaceableSource, ServedSource, Source
from continuity.domain.secret import Secret
from continuity.domain.system import Host
from continuity.domain.text import N_, Message, say
from continuity.domain.written import SecretReference
from continuity.hosts.host import Command
from continuity.hosts.host import Host as Machine

_LONGEST = 1 << 16
_SECONDS = 30.0
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_CREDENTIALS = "CREDENTIALS_DIRECTORY"


def read_secret(
    reference: SecretReference, *, environ: Mapping[str, str], host: Machine | None = None
) -> Secret:
    """Fetch a secret; one newline at its end is not part of it.

    A command runs on ``host``. Raises ConfigurationError when the secret is not where it should
    be, AuthenticationError when it is there but may not be used. No error holds any of it.
    """
    if reference.env is not None:
        return _from_environment(reference.env, environ)
    if reference.file is not None:
        return _from_file(Path(reference.file), private=True)
    if reference.credential is not None:
        return _from_file(_credential(reference.credential, environ), private=False)
    return _from_command(reference.command or (), host)


def secret_problems(draft: Draft, environ: Mapping[str, str]) -> Iterator[Problem]:
    """Check that every secret can be fetched; commands are looked for, not run."""
    for part, place, reference in _references(draft):
        for inner, expected, found in _unresolved(reference, environ):
            yield part.problem((*place, *inner), expected, found)
    for host in draft.hosts.parts.values():
        yield from _key_problems(host)


def _key_problems(host: Part[Host]) -> Iterator[Problem]:
    """Check that the key of a machine is there and nobody else's: ssh passes over any other."""
    if host.model.key is None:
        return
    try:
        _from_file(Path(host.model.key), private=True)
    except ContinuityError as error:
        yield host.problem(("key",), say(N_("a private key that can be read")), error.what)


def _references(draft: Draft) -> Iterator[tuple[Part[BaseModel], Place, SecretReference]]:
    """Find every secret that anything in a workspace needs, and where it is written."""
    if draft.settings is not None and draft.settings.model.store.password is not None:
        yield draft.settings, ("store", "password"), draft.settings.model.store.password
    for repository in draft.repositories.parts.values():
        if repository.model.password is not None:
            yield repository, ("password",), repository.model.password
        yield from _named(repository, "credentials", repository.model.credentials)
    for heartbeat in draft.heartbeats.parts.values():
        yield heartbeat, ("id",), heartbeat.model.id
    for outlet in draft.outlets.parts.values():
        yield from _named(outlet, "secrets", outlet.model.secrets)
    for job in draft.jobs.parts.values():
        yield from _of_source(job, job.model.source)


def _of_source(
    part: Part[BaseModel], source: Source
) -> Iterator[tuple[Part[BaseModel], Place, SecretReference]]:
    if not isinstance(source, ServedSource):
        return
    if source.password is not None:
        yield part, ("source", "password"), source.password
    login = source.restore if isinstance(source, ReplaceableSource) else None
    if login is not None and login.password is not None:
        yield part, ("source", "restore", "password"), login.password


def _named(
    part: Part[BaseModel], key: str, references: Mapping[str, SecretReference]
) -> Iterator[tuple[Part[BaseModel], Place, SecretReference]]:
    for name, reference in references.items():
        yield part, (key, name), reference


def _unresolved(
    reference: SecretReference, environ: Mapping[str, str]
) -> Iterator[tuple[Place, Message, Message]]:
    if reference.command is not None:
        program = reference.command[0]
        if shutil.which(program, path=environ.get("PATH", os.defpath)) is None:
            yield ("command", 0), say(N_("a program that is installed")), say(N_("no such program"))
        return
    try:
        read_secret(reference, environ=environ)
    except ContinuityError as error:
        way = next(iter(reference.model_dump(exclude_none=True)))
        yield (way,), say(N_("a secret that can be read")), error.what


def _from_environment(name: str, environ: Mapping[str, str]) -> Secret:
    text = environ.get(name, "")
    if not text:
        raise ConfigurationError(
            say(N_("the environment variable {name} is not set"), name=name),
            remedy=say(N_("Set it where Continuity is started, or keep the secret in a file.")),
        )
    return Secret(text)


def _from_file(path: Path, *, private: bool) -> Secret:
    shown = path_shown(str(path))
    try:
        mode, content = read_regular(path, _LONGEST + 1)
    except NotRegularError:
        raise ConfigurationError(
            say(N_("{path} is not a file"), path=shown),
            remedy=say(N_("Put the secret there, readable for its owner alone.")),
        ) from None
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise ConfigurationError(
            say(N_("{path} cannot be read ({cause})"), path=shown, cause=cause),
            remedy=say(N_("Put the secret there, readable for its owner alone.")),
        ) from None
    if private and mode & _OTHERS:
        raise AuthenticationError(
            say(N_("others than its owner may use {path}"), path=shown),
            remedy=say(N_("Run: chmod 600 {path}"), path=shlex.quote(shown)),
        )
    return _secret_from_bytes(content, shown)


def _secret_from_bytes(content: bytes, origin: str) -> Secret:
    try:
        text = content.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        text = ""
    if not text or "\0" in text or len(content) > _LONGEST:
        raise ConfigurationError(
            say(N_("what {origin} gives is no secret: empty, too long or no text"), origin=origin),
            remedy=say(N_("Put one line of text there.")),
        )
    return Secret(text)


def _credential(name: str, environ: Mapping[str, str]) -> Path:
    directory = environ.get(_CREDENTIALS, "")
    if not directory:
        raise ConfigurationError(
            say(N_("no credentials were handed over by systemd")),
            remedy=say(N_("Run it as a systemd unit with LoadCredential={name}:PATH."), name=name),
        )
    return Path(directory) / name


def _from_command(argv: tuple[str, ...], host: Machine | None) -> Secret:
    if host is None or not argv:
        raise ConfigurationError(say(N_("no host was given that could run the command")))
    program = text_shown(argv[0])
    finished = host.run(Command(argv=argv, timeout=_SECONDS, keep=_LONGEST, grace=1.0))
    if finished.code != 0 or finished.truncated:
        # What it printed may be half of the secret, so it is not repeated.
        raise AuthenticationError(
            say(
                N_("the program {program}, which should print the secret, ended with {code}"),
                program=program,
                code=finished.code,
            ),
            remedy=say(N_("Run it by hand as the same user and correct what it says.")),
        )
    return _secret_from_bytes(finished.stdout, program)
