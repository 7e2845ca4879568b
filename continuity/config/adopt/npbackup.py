"""NPBackup: repositories with their groups (version 3), and the one of version 2."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from continuity.config.adopt.carrying import Carrier
from continuity.config.adopt.found import Found, FoundJob, FoundRepository, PasswordAt, Tool
from continuity.config.adopt.reading import read_each, texts_in, truth_in, unknown_keys
from continuity.domain.plain import mapping_in, text_in
from continuity.domain.secret import Secret
from continuity.domain.text import N_

# What its own key encrypts stands between two of these.
_ENCRYPTED = "__NPBACKUP__"
_DONE_IN_BACKUP = {
    *("paths", "source_type", "exclude_patterns", "one_file_system", "tags", "compression"),
    *("priority", "minimum_backup_size_error", "use_fs_snapshot", "ignore_cloud_files"),
    *("exclude_files_larger_than", "exclude_caches", "exclude_case_ignore", "exclude_files"),
}
_FOLDERS = {"", "folder_list"}


def _recognises(top: Mapping[str, object]) -> bool:
    second = "backup" in top and "repo" in top
    repos = mapping_in(top, "repos")
    return second or any("repo_uri" in mapping_in(repos, name) for name in repos)


def _read(top: Mapping[str, object], home: Path) -> Found:
    reading = _Repos(home)
    groups = mapping_in(top, "groups")
    if "repos" in top:
        read_each(
            mapping_in(top, "repos"),
            lambda name, written: reading.take(
                name, _with_group(written, mapping_in(groups, text_in(written, "repo_group")))
            ),
        )
    else:
        reading.take("default", _from_second(top))
    return Found(
        tool="npbackup",
        repositories=tuple(reading.repositories),
        jobs=tuple(reading.jobs),
        left=tuple(reading.carrier.left),
    )


class _Repos:
    """The repositories of one file, each with what it backs up."""

    def __init__(self, home: Path) -> None:
        self.carrier = Carrier(home)
        self.repositories: list[FoundRepository] = []
        self.jobs: list[FoundJob] = []

    def take(self, name: str, written: Mapping[str, object]) -> None:
        """Make a repository and its job."""
        where = f"repos.{name}"
        address = text_in(written, "repo_uri")
        if _ENCRYPTED in address:
            self.carrier.leave(
                f"{where}.repo_uri", N_("NPBackup encrypted it; write the address by hand")
            )
            return
        location = self.carrier.location(f"{where}.repo_uri", address)
        backup = mapping_in(written, "backup_opts")
        paths = self._paths(where, backup)
        if location is None or not paths:
            self.carrier.leave(where, N_("no job: its paths or its repository are not known"))
            return
        options = mapping_in(written, "repo_opts")
        repository = FoundRepository(
            name=self.carrier.name(f"repository-{name}"),
            location=location,
            password=self._password(where, options),
            credentials=self._credentials(where, mapping_in(written, "env")),
        )
        self.repositories.append(repository)
        self.carrier.leave_keys(f"{where}.backup_opts", unknown_keys(backup, _DONE_IN_BACKUP))
        self._leave_filters(where, backup)
        self.jobs.append(
            FoundJob(
                name=self.carrier.name(name),
                title=name,
                repository=repository.name,
                paths=paths,
                exclude=texts_in(backup, "exclude_patterns"),
                one_file_system=truth_in(backup, "one_file_system"),
                retention=self.carrier.retention(
                    f"{where}.repo_opts.retention_policy",
                    _without_flags(mapping_in(options, "retention_policy")),
                    "",
                ),
            )
        )

    def _paths(self, where: str, backup: Mapping[str, object]) -> tuple[str, ...]:
        if text_in(backup, "source_type") not in _FOLDERS:
            self.carrier.leave(
                f"{where}.backup_opts.source_type",
                N_("it backs up a stream or a list; protect its source as what it is"),
            )
            return ()
        return self.carrier.paths(f"{where}.backup_opts.paths", texts_in(backup, "paths"))

    def _leave_filters(self, where: str, backup: Mapping[str, object]) -> None:
        for key in ("exclude_files", "exclude_caches"):
            if texts_in(backup, key) or truth_in(backup, key):
                self.carrier.leave(
                    f"{where}.backup_opts.{key}", N_("write its patterns under source.exclude")
                )

    def _password(self, where: str, options: Mapping[str, object]) -> PasswordAt:
        text, command = text_in(options, "repo_password"), text_in(options, "repo_password_command")
        if text and _ENCRYPTED not in text:
            return PasswordAt(text=Secret(text))
        if command and _ENCRYPTED not in command:
            return self.carrier.password(where, {"password-command": command})
        self.carrier.leave(
            f"{where}.repo_opts.repo_password",
            N_("NPBackup encrypted it; put the password into the file that the repository names"),
        )
        return PasswordAt()

    def _credentials(self, where: str, env: Mapping[str, object]) -> dict[str, Secret]:
        if env.get("encrypted_env_variables"):
            self.carrier.leave(
                f"{where}.env.encrypted_env_variables",
                N_("NPBackup encrypted it; write it under the repository's credentials"),
            )
        plain = mapping_in(env, "env_variables")
        return {key: Secret(value) for key, value in plain.items() if isinstance(value, str)}


def _with_group(written: Mapping[str, object], group: Mapping[str, object]) -> Mapping[str, object]:
    merged = {**group, **written}
    for key in ("backup_opts", "repo_opts", "env"):
        merged[key] = {**mapping_in(group, key), **mapping_in(written, key)}
    return merged


def _from_second(top: Mapping[str, object]) -> Mapping[str, object]:
    repo = mapping_in(top, "repo")
    return {
        "repo_uri": repo.get("repository"),
        "backup_opts": top.get("backup"),
        "repo_opts": {
            "repo_password": repo.get("password"),
            "repo_password_command": repo.get("password_command"),
        },
    }


def _without_flags(policy: Mapping[str, object]) -> Mapping[str, object]:
    return {key: value for key, value in policy.items() if not isinstance(value, bool)}


TOOL = Tool(name="npbackup", recognises=_recognises, read=_read)
