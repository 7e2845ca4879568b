"""Secrets come from where people said, or an error says why not, without any of the secret."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from continuity.config.loading import load
from continuity.config.problem import WorkspaceError
from continuity.config.secrets import read_secret
from continuity.domain.failure import AuthenticationError, ConfigurationError, ContinuityError
from continuity.domain.secret import Secret
from continuity.domain.written import SecretReference
from continuity.hosts.host import Command, Finished
from tests.support.workspaces import SMALL, small_workspace


@dataclass(kw_only=True)
class _Printer:
    """A host on which every command prints the same."""

    finished: Finished
    commands: list[Command] = field(default_factory=list)
    name: str = "printer"

    def run(self, command: Command) -> Finished:
        self.commands.append(command)
        return self.finished

    def stream(self, command: Command, on_line: Callable[[bytes], None]) -> Finished:
        raise NotImplementedError

    def pieces(self, command: Command) -> Generator[bytes, None, Finished]:
        raise NotImplementedError


def _private(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    path.chmod(0o600)
    return path


def test_a_file_gives_its_text_without_the_last_newline(tmp_path: Path) -> None:
    path = _private(tmp_path / "secret", b" s3cret \n\n")

    assert read_secret(SecretReference(file=str(path)), environ={}) == Secret(" s3cret \n")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o610, 0o602])
def test_a_file_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    path = _private(tmp_path / "a secret", b"s3cret\n")
    path.chmod(mode)

    with pytest.raises(AuthenticationError) as raised:
        read_secret(SecretReference(file=str(path)), environ={})

    assert str(raised.value) == f"others than its owner may use {path}"
    assert str(raised.value.remedy) == f"Run: chmod 600 '{path}'"


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"a\0b", b"x" * 70_000])
def test_a_file_without_a_usable_secret_is_refused(tmp_path: Path, content: bytes) -> None:
    path = _private(tmp_path / "secret", content)

    with pytest.raises(ConfigurationError, match="gives is no secret"):
        read_secret(SecretReference(file=str(path)), environ={})


def test_a_pipe_or_a_missing_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)

    for name in ("pipe", "missing", "."):
        with pytest.raises(ConfigurationError):
            read_secret(SecretReference(file=str(tmp_path / name)), environ={})


def test_a_variable_must_be_set_to_something() -> None:
    reference = SecretReference(env="RESTIC")

    assert read_secret(reference, environ={"RESTIC": "s3cret"}) == Secret("s3cret")
    for environ in ({}, {"RESTIC": ""}):
        with pytest.raises(ConfigurationError, match="the environment variable RESTIC is not set"):
            read_secret(reference, environ=environ)


def test_a_credential_is_read_from_the_directory_that_systemd_names(tmp_path: Path) -> None:
    path = _private(tmp_path / "restic", b"s3cret")
    # systemd hands credentials over read-only; in a user's session also to the group.
    path.chmod(0o440)
    reference = SecretReference(credential="restic")

    found = read_secret(reference, environ={"CREDENTIALS_DIRECTORY": str(tmp_path)})

    assert found == Secret("s3cret")
    with pytest.raises(ConfigurationError, match="no credentials were handed over by systemd"):
        read_secret(reference, environ={})


def test_a_command_gives_what_it_prints() -> None:
    host = _Printer(finished=Finished(code=0, stdout=b"s3cret\n", stderr=b"", seconds=0.1))

    found = read_secret(SecretReference(command=("pass", "show")), environ={}, host=host)

    assert found == Secret("s3cret")
    assert [command.argv for command in host.commands] == [("pass", "show")]


@pytest.mark.parametrize(
    "finished",
    [
        Finished(code=1, stdout=b"s3cret\n", stderr=b"s3cret", seconds=0.1),
        Finished(code=-9, stdout=b"s3cret\n", stderr=b"", seconds=0.1),
        Finished(code=0, stdout=b"s3cret\n", stderr=b"", seconds=0.1, truncated=True),
        Finished(code=0, stdout=b"\n", stderr=b"s3cret", seconds=0.1),
    ],
)
def test_a_command_that_fails_gives_no_secret_and_repeats_nothing(finished: Finished) -> None:
    reference = SecretReference(command=("pass", "s3cret"))

    with pytest.raises(ContinuityError) as raised:
        read_secret(reference, environ={}, host=_Printer(finished=finished))

    assert "s3cret" not in f"{raised.value} {raised.value.remedy}"


def test_a_check_looks_for_every_secret_of_the_workspace(tmp_path: Path) -> None:
    _private(tmp_path / "open", b"s3cret").chmod(0o644)
    root = small_workspace(
        tmp_path,
        {
            "config/continuity.yaml": SMALL["config/continuity.yaml"]
            + "store:\n  password:\n    env: NOT_SET\n",
            "config/repositories.yaml": (
                "disk:\n  engine: rsync\n  location: /backups/disk\n  password:\n    file: open\n"
                "other:\n  engine: rsync\n  location: /backups/other\n"
                "  password:\n    command: [no-such-program]\n"
            ),
        },
    )

    with pytest.raises(WorkspaceError) as raised:
        load(root, environ={"PATH": "/usr/bin"})

    assert [str(problem) for problem in raised.value.problems] == [
        "config/continuity.yaml:6: store.password.env: expected a secret that can be read, "
        "found the environment variable NOT_SET is not set",
        "config/repositories.yaml:5: disk.password.file: expected a secret that can be read, "
        f"found others than its owner may use {root}/open",
        "config/repositories.yaml:10: other.password.command[0]: expected a program that is "
        "installed, found no such program",
    ]
    assert load(root).settings.store.password == SecretReference(env="NOT_SET")


def test_a_secret_shows_itself_nowhere() -> None:
    secret = Secret("s3cret")

    assert "s3cret" not in f"{secret} {secret!r} {secret!s:>9}"
