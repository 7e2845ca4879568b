"""Write what was found into a workspace: new jobs, repositories and secrets, nothing changed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML

from continuity.config.adopt.found import Found, FoundJob, FoundRepository, PasswordAt
from continuity.config.loading import load_tolerant, problems_of
from continuity.config.problem import WorkspaceError, path_shown
from continuity.config.workspace import Workspace
from continuity.domain.failure import ConfigurationError
from continuity.domain.secret import Secret
from continuity.domain.text import N_, say

_SCHEMA = "# yaml-language-server: $schema=../config/schema/job.schema.json\n"
_REPOSITORIES = Path("config/repositories.yaml")
_DRILL = "weekly on sunday at 06:00"
_WIDE = 4_096


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What was written: files relative to the workspace. ``known`` were there already, by name.

    ``awaited`` are files for passwords that could not be carried over: somebody must write them.
    """

    jobs: tuple[str, ...]
    files: tuple[Path, ...]
    known: tuple[str, ...]
    awaited: tuple[Path, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Page:
    """A file to be written; ``secret`` ones are for their owner alone, others may be appended."""

    path: Path
    text: str
    secret: bool = False


def take_over(root: Path, found: Found, system: str | None) -> Taken:
    """Write jobs for what was found, under the named system or the only one there is.

    A job whose paths go to the same repository already is left as it is. Raises ConfigurationError
    for an unknown system, and WorkspaceError when what would be written has problems of its own;
    either way nothing is written.
    """
    workspace = load_tolerant(root).workspace
    chosen = _system(workspace, system)
    names = _Names(workspace)
    repositories = {one.name: names.repository(one) for one in found.repositories}
    fresh = [one for one in found.jobs if not names.has_job(one, repositories[one.repository][0])]
    needed = {one.repository for one in fresh}
    pages: list[_Page] = []
    awaited: list[Path] = []
    for one in found.repositories:
        name, new = repositories[one.name]
        if new and one.name in needed:
            page, secrets, missing = _repository(name, one)
            pages += [page, *secrets]
            awaited += missing
    written = []
    for job in fresh:
        name = names.job(job.name)
        written.append(name)
        pages.append(_job(name, job, repositories[job.repository][0], chosen))
    _require_sound(root, pages)
    _write(root, pages)
    return Taken(
        jobs=tuple(written),
        files=tuple(dict.fromkeys(page.path for page in pages)),
        known=tuple(one.title for one in found.jobs if one not in fresh),
        awaited=tuple(awaited),
    )


def _system(workspace: Workspace, system: str | None) -> str:
    names = sorted(workspace.systems)
    if system is None and len(names) == 1:
        return names[0]
    if system is not None and system in workspace.systems:
        return system
    raise ConfigurationError(
        say(N_("Say which system these jobs belong to.")),
        remedy=say(N_("Give one of them with --system: {names}"), names=", ".join(names)),
    )


class _Names:
    """Names that are free, and what there is already."""

    def __init__(self, workspace: Workspace) -> None:
        self._repositories = {
            repository.location: name for name, repository in workspace.repositories.items()
        }
        self._jobs = {
            (job.repository, frozenset(_paths(job.source.model_dump())))
            for job in workspace.jobs.values()
        }
        self._taken_jobs = {path.stem for path in (workspace.root / "jobs").glob("*.yaml")}
        self._taken_repositories = set(workspace.repositories)

    def repository(self, found: FoundRepository) -> tuple[str, bool]:
        """Give the name of a repository, and whether it is new here."""
        known = self._repositories.get(found.location)
        if known is not None:
            return known, False
        return _free(found.name, self._taken_repositories), True

    def has_job(self, found: FoundJob, repository: str) -> bool:
        """Tell whether these paths go into this repository already."""
        return (repository, frozenset(found.paths)) in self._jobs

    def job(self, wanted: str) -> str:
        """Give a free name for a job."""
        return _free(wanted, self._taken_jobs)


def _paths(source: Mapping[str, object]) -> tuple[str, ...]:
    paths = source.get("paths")
    return tuple(map(str, paths)) if isinstance(paths, list | tuple) else ()


def _free(wanted: str, taken: set[str]) -> str:
    name, count = wanted, 1
    while name in taken:
        count += 1
        name = f"{wanted[:58]}-{count}"
    taken.add(name)
    return name


def _repository(name: str, found: FoundRepository) -> tuple[_Page, list[_Page], list[Path]]:
    secrets: list[_Page] = []
    awaited: list[Path] = []
    kept = {"engine": "restic", "location": found.location}
    entry: dict[str, object] = {**kept, "password": _password(name, found.password, secrets)}
    if not secrets and found.password == PasswordAt():
        awaited.append(Path("secrets") / name)
    if found.credentials:
        entry["credentials"] = {
            variable: {"file": _kept(f"{name}-{variable.lower()}", secret, secrets)}
            for variable, secret in found.credentials.items()
        }
    if found.options:
        entry["options"] = dict(found.options)
    return _Page(path=_REPOSITORIES, text="\n" + _yaml({name: entry})), secrets, awaited


def _password(name: str, found: PasswordAt, secrets: list[_Page]) -> dict[str, object]:
    if found.command is not None:
        return {"command": list(found.command)}
    if found.file is not None:
        return {"file": found.file}
    if found.text is not None:
        return {"file": _kept(name, found.text, secrets)}
    return {"file": f"secrets/{name}"}


def _kept(name: str, secret: Secret, secrets: list[_Page]) -> str:
    path = Path("secrets") / name
    secrets.append(_Page(path=path, text=secret.reveal() + "\n", secret=True))
    return str(path)


def _job(name: str, found: FoundJob, repository: str, system: str) -> _Page:
    source: dict[str, object] = {"paths": list(found.paths)}
    if found.exclude:
        source["exclude"] = list(found.exclude)
    if found.one_file_system:
        source["one_file_system"] = True
    schedule = {"drill": _DRILL}
    if found.schedule is not None:
        schedule = {"backup": found.schedule, **schedule}
    job: dict[str, object] = {
        "name": name,
        "title": found.title,
        "system": system,
        "repository": repository,
        "source": source,
        "schedule": schedule,
    }
    if found.retention:
        job["retention"] = dict(found.retention)
    return _Page(path=Path("jobs") / f"{name}.yaml", text=_SCHEMA + _yaml(job))


def _yaml(value: Mapping[str, object]) -> str:
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = _WIDE
    yaml.allow_unicode = True
    out = StringIO()
    yaml.dump(value, out)
    return out.getvalue()


def _require_sound(root: Path, pages: Iterable[_Page]) -> None:
    """Write into a copy first: what has problems of its own is not written at all."""
    before = problems_of(root, home=root)
    with tempfile.TemporaryDirectory(prefix="continuity-adopt-") as name:
        trial = Path(name)
        for folder in ("config", "jobs", "runbooks"):
            if (root / folder).is_dir():
                shutil.copytree(root / folder, trial / folder, symlinks=True)
        for page in pages:
            if not page.secret:
                _append(trial / page.path, page.text)
        fresh = [problem for problem in problems_of(trial, home=root) if problem not in before]
    if fresh:
        raise WorkspaceError(tuple(fresh))


def _write(root: Path, pages: Iterable[_Page]) -> None:
    for page in pages:
        path = root / page.path
        try:
            if page.secret:
                _write_secret(path, page.text)
            else:
                _append(path, page.text)
        except OSError as error:
            cause = error.strerror or type(error).__name__
            raise ConfigurationError(
                say(
                    N_("{path} cannot be written: {cause}."),
                    path=path_shown(str(path)),
                    cause=cause,
                ),
                remedy=say(N_("Make room or correct the permissions, and run it again.")),
            ) from None


def _append(path: Path, text: str) -> None:
    """Add to the end in one rename, so that nobody ever reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    if before and not before.endswith("\n"):
        before += "\n"
    passing = path.with_name(f".{path.name}.new")
    passing.write_text(before + text, encoding="utf-8")
    passing.replace(path)


def _write_secret(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(text)
