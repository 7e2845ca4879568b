"""Where each secret of a workspace is kept, in words, and how a shell fetches it; never one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from continuity.config.workspace import Workspace
from continuity.domain.by_hand import line, quoted
from continuity.domain.job import ReplaceableSource, ServedSource
from continuity.domain.text import N_, Message, say, shown
from continuity.domain.written import SecretReference


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """One secret: what it opens, and where it is kept."""

    opens: Message
    where: Message


def where_kept(reference: SecretReference) -> Message:
    """Say in words where a secret is."""
    if reference.env is not None:
        return say(N_("environment variable {name} of the service"), name=reference.env)
    if reference.file is not None:
        return say(N_("file {path}"), path=shown(reference.file.encode("utf-8", "surrogateescape")))
    if reference.credential is not None:
        return say(N_("systemd credential {name}"), name=reference.credential)
    # Its arguments stay out: nobody can tell whether one of them is the secret itself.
    program = (reference.command or ("",))[0]
    return say(
        N_("what the program {program} prints; see config/ for its arguments"),
        program=shown(program.encode("utf-8", "surrogateescape")),
    )


def fetched(variable: str, reference: SecretReference) -> bytes:
    """Write the line that takes a secret from its file, where it still is and none was given."""
    name = variable.encode()
    if reference.file is None:
        return b""
    path = quoted(reference.file)
    return (
        b'[ -n "${'
        + name
        + b':-}" ] || [ ! -r '
        + path
        + b" ] || "
        + name
        + b"=$("
        + line("cat", "--", reference.file)
        + b")"
    )


def secrets_kept(workspace: Workspace) -> tuple[Kept, ...]:
    """List every secret that a recovery may need."""
    return tuple(_kept(workspace))


def _kept(workspace: Workspace) -> Iterator[Kept]:
    yield from _of_repositories(workspace)
    for name, host in sorted(workspace.hosts.items()):
        if host.key is not None:
            path = shown(host.key.encode("utf-8", "surrogateescape"))
            opens = say(N_("private key to enter {name}"), name=name)
            yield Kept(opens=opens, where=say(N_("file {path}"), path=path))
    for name, job in sorted(workspace.jobs.items()):
        if isinstance(job.source, ServedSource) and job.source.password is not None:
            opens = say(N_("password of the database of {name}"), name=name)
            yield Kept(opens=opens, where=where_kept(job.source.password))
        source = job.source
        login = source.restore if isinstance(source, ReplaceableSource) else None
        if login is not None and login.password is not None:
            opens = say(N_("password with which the database of {name} is replaced"), name=name)
            yield Kept(opens=opens, where=where_kept(login.password))
    if workspace.settings.store.password is not None:
        opens = say(N_("password of the database with the record"))
        yield Kept(opens=opens, where=where_kept(workspace.settings.store.password))
    yield from _of_channels(workspace)


def _of_repositories(workspace: Workspace) -> Iterator[Kept]:
    for name, repository in sorted(workspace.repositories.items()):
        if repository.password is not None:
            opens = say(N_("password of the repository {name}"), name=name)
            yield Kept(opens=opens, where=where_kept(repository.password))
        for variable, reference in repository.credentials.items():
            opens = say(N_("{variable} of the storage of {name}"), variable=variable, name=name)
            yield Kept(opens=opens, where=where_kept(reference))


def _of_channels(workspace: Workspace) -> Iterator[Kept]:
    for name, outlet in sorted(workspace.outlets.items()):
        for word, reference in outlet.secrets.items():
            opens = say(N_("{word} of the channel {name}"), word=word, name=name)
            yield Kept(opens=opens, where=where_kept(reference))
