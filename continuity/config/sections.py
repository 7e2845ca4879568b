"""Each file of a workspace read into its section, with the problems met on the way."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from continuity.config.document import Document
from continuity.config.draft import File, Part, Section
from continuity.config.kinds import read_checks, read_source
from continuity.config.models import SECTIONS_WITH_PATHS, Settings
from continuity.config.outlets import outlet_models
from continuity.config.problem import NOTHING, Problem, nearest, text_shown, value_shown
from continuity.config.reader import name_shown, read_text, read_yaml
from continuity.config.runbook_shelf import Script
from continuity.config.wording import NAME_EXPECTED, expected_key, kind_problem, read_model
from continuity.domain.client import Client
from continuity.domain.heartbeat import Heartbeat
from continuity.domain.job import Check, Job, Source
from continuity.domain.neighbour import Neighbour
from continuity.domain.outlet import Outlet
from continuity.domain.system import Host, Repository
from continuity.domain.text import N_, Message, say
from continuity.domain.written import NAME_PATTERN
from continuity.engines.registry import engine_kinds

if TYPE_CHECKING:
    from continuity.domain.runbook import Runbook

M = TypeVar("M", bound=BaseModel)
KEPT = TypeVar("KEPT")

CONFIG_FILES = (
    "continuity",
    "systems",
    "hosts",
    "repositories",
    "people",
    "channels",
    "heartbeats",
    "incidents",
    "reports",
    "clients",
    "neighbours",
)

_NAME = re.compile(NAME_PATTERN)


class Reader:
    """Reads the files below one root and keeps the problems and the names of the files.

    Relative paths in them start at ``home``, where the workspace will stand.
    """

    def __init__(self, root: Path, *, home: Path) -> None:
        self.root = root
        self.home = home
        self.problems: list[Problem] = []
        self.files: list[str] = []
        self._elsewhere: set[str] = set()

    def settings(self) -> Part[Settings] | None:
        """Read the settings."""
        document = self._yaml("config/continuity.yaml")
        if document is None or not self._is_mapping(document):
            return None
        value = {**{key: {} for key in SECTIONS_WITH_PATHS}, **_mapping(document.value)}
        settings = self._keep(read_model(Settings, value, document, (), self.home))
        return None if settings is None else Part(model=settings, document=document, place=())

    def named(self, file: str, model: type[M], *, required: bool = True) -> Section[M]:
        """Read a file of names, each with its keys."""
        if not required and not os.path.lexists(self.root / file):
            return Section(where=file, parts={}, written=frozenset())
        document = self._yaml(file, may_be_empty=not required)
        if document is None or not self._is_mapping(document):
            return Section(where=file, parts={}, written=frozenset(), known=False)
        entries = _mapping(document.value)
        parts: dict[str, Part[M]] = {}
        for name, value in entries.items():
            found = self._entry(document, name, value, model)
            if found is not None:
                parts[name] = Part(model=found, document=document, place=(name,))
        return Section(where=file, parts=parts, written=_names(entries))

    def hosts(self) -> Section[Host]:
        """Read the hosts; ``local``, this machine, exists even where nobody wrote it."""
        section = self.named("config/hosts.yaml", Host, required=False)
        here = Document(file=section.where, value={}, lines={})
        implied = {"local": Part(model=Host(), document=here, place=("local",))}
        parts = section.parts if "local" in section.written else {**implied, **section.parts}
        written = section.written | {"local"}
        self._elsewhere = {name for name, part in parts.items() if part.model.kind == "ssh"}
        return Section(where=section.where, parts=parts, written=written, known=section.known)

    def repositories(self) -> Section[Repository]:
        """Read the repositories, each with its engine's own options."""
        section = self.named("config/repositories.yaml", Repository)
        models = engine_kinds().each(lambda kind: kind.options)
        return self._fitting(section, "engine", lambda one: (one.engine, one.options), models)

    def heartbeats(self) -> Section[Heartbeat]:
        """Read the jobs that run elsewhere."""
        return self.named("config/heartbeats.yaml", Heartbeat, required=False)

    def outlets(self) -> Section[Outlet]:
        """Read the channels and ticket systems, each with its kind's own options."""
        section = self.named("config/channels.yaml", Outlet, required=False)
        return self._fitting(section, "kind", lambda one: (one.kind, one.options), outlet_models())

    def jobs(self) -> Section[Job]:
        """Read every file in ``jobs/``, after the hosts: on others no path is relative."""
        names = self._names_in("jobs", ".yaml")
        parts: dict[str, Part[Job]] = {}
        for name in names or ():
            document = self._yaml(f"jobs/{name}.yaml")
            job = None if document is None else self._job(document, name)
            if document is not None and job is not None:
                parts[name] = Part(model=job, document=document, place=())
        if names == ():
            self._report("jobs", say(N_("at least one job in a file NAME.yaml")), NOTHING)
        return Section(where="jobs/", parts=parts, written=_names(names or ()))

    def runbooks(self) -> tuple[list[Script], Section[Runbook]]:
        """Read every file in ``runbooks/``; what they say is understood later."""
        present = os.path.lexists(self.root / "runbooks")
        names = (self._names_in("runbooks", ".md") if present else ()) or ()
        scripts: list[Script] = []
        for name in names:
            file = f"runbooks/{name}.md"
            self.files.append(file)
            text = self._keep(read_text(self.root, file))
            fits = self._is_name(name_shown(file), name)
            scripts += [] if text is None else [Script(name=name, file=file, text=text, fits=fits)]
        return scripts, Section(where="runbooks/", parts={}, written=_names(names))

    def clients(self) -> Section[Client]:
        """Read the firms whose digests are collected."""
        return self.named("config/clients.yaml", Client, required=False)

    def neighbours(self) -> Section[Neighbour]:
        """Read the other installations that are watched."""
        return self.named("config/neighbours.yaml", Neighbour, required=False)

    def one(self, file: str, model: type[M]) -> File[M]:
        """Read a file that is one thing; it may be missing."""
        if not os.path.lexists(self.root / file):
            return File(where=file)
        document = self._yaml(file, may_be_empty=True)
        if document is None or not self._is_mapping(document):
            return File(where=file, known=False)
        found = self._keep(read_model(model, document.value, document, (), self.home))
        if found is None:
            return File(where=file, known=False)
        return File(where=file, part=Part(model=found, document=document, place=()))

    def leftovers(self) -> None:
        """Report files in ``config/`` that nothing reads."""
        known = {f"{name}.yaml" for name in CONFIG_FILES}
        for name in self._entries("config") or ():
            if name not in known and name.endswith((".yaml", ".yml")):
                expected = expected_key(nearest(name, known), sorted(known))
                self._report(f"config/{name}", expected, say(N_("a file that nothing reads")))

    def _entry(self, document: Document, name: str, value: object, model: type[M]) -> M | None:
        if not _NAME.fullmatch(name):
            found = say("{value}", value=f'"{text_shown(name)}"')
            self.problems.append(document.problem((name,), NAME_EXPECTED, found))
            return None
        if not isinstance(value, dict):
            self.problems.append(kind_problem(document, (name,), value))
            return None
        return self._keep(read_model(model, value, document, (name,), self.home))

    def _fitting(
        self,
        section: Section[M],
        key: str,
        spoken: Callable[[M], tuple[str, dict[str, object]]],
        models: Mapping[str, type[BaseModel]],
    ) -> Section[M]:
        """Keep what is of a known kind and has options that this kind understands."""
        parts: dict[str, Part[M]] = {}
        for name, part in section.parts.items():
            word, written = spoken(part.model)
            if word not in models:
                expected = expected_key(nearest(word, models), sorted(models))
                self.problems.append(part.problem((key,), expected, value_shown((key,), word)))
                continue
            place = (*part.place, "options")
            found = read_model(models[word], written, part.document, place, self.home)
            if self._keep(found) is not None:
                parts[name] = part
        return replace(section, parts=parts)

    def _job(self, document: Document, name: str) -> Job | None:
        if not self._is_mapping(document) or not self._is_name(document.file, name):
            return None
        value = _mapping(document.value)
        away = _mapping(value.get("source")).get("host") in self._elsewhere
        source, checks = self._source(document, value, away), self._checks(document, value, away)
        # The kinds' own keys are checked by their own models, so the job sees the others only.
        plain = {**value, "source": {}} if isinstance(value.get("source"), dict) else value
        plain = {**plain, "checks": []} if isinstance(value.get("checks"), list) else plain
        job = self._keep(read_model(Job, plain, document, (), self.home, away=away))
        if job is not None and job.name != name:
            expected = say(N_("the file's name, {name}"), name=name)
            found = value_shown(("name",), job.name)
            self.problems.append(document.problem(("name",), expected, found))
            return None
        if job is None or source is None or checks is None:
            return None
        return job.model_copy(update={"source": source, "checks": checks})

    def _source(self, document: Document, value: Mapping[str, object], away: bool) -> Source | None:
        written = value.get("source")
        if not isinstance(written, dict):
            return None
        return self._keep(read_source(written, document, self.home, away=away))

    def _checks(
        self, document: Document, value: Mapping[str, object], away: bool
    ) -> tuple[Check, ...] | None:
        written = value.get("checks")
        if not isinstance(written, list):
            return ()
        return self._keep(read_checks(written, document, self.home, away=away))

    def _is_mapping(self, document: Document) -> bool:
        if not isinstance(document.value, dict):
            self.problems.append(kind_problem(document, (), document.value))
        return isinstance(document.value, dict)

    def _is_name(self, file: str, name: str) -> bool:
        fits = _NAME.fullmatch(name) is not None
        if not fits:
            expected = say(N_("a file name of lower-case letters, digits and hyphens"))
            found = say("{value}", value=f'"{name_shown(name)}"')
            self.problems.append(Problem(file=file, line=0, key="", expected=expected, found=found))
        return fits

    def _names_in(self, folder: str, suffix: str) -> tuple[str, ...] | None:
        entries = self._entries(folder)
        if entries is None:
            return None
        for name in entries:
            if not name.endswith(suffix) and name != "README.md":
                expected = say(N_("a file whose name ends in {suffix}"), suffix=suffix)
                self._report(f"{folder}/{name}", expected, say(N_("something that nothing reads")))
        wanted = (name for name in entries if name.endswith(suffix) and name != "README.md")
        return tuple(name.removesuffix(suffix) for name in wanted)

    def _entries(self, folder: str) -> tuple[str, ...] | None:
        try:
            entries = sorted(entry.name for entry in (self.root / folder).iterdir())
        except OSError as error:
            found = say("{cause}", cause=error.strerror or type(error).__name__)
            self._report(folder, say(N_("a directory that can be read")), found)
            return None
        # Editors leave hidden files and copies ending in ~ beside what they edit.
        return tuple(name for name in entries if not name.startswith(".") and name[-1] != "~")

    def _yaml(self, file: str, *, may_be_empty: bool = False) -> Document | None:
        return self._remember(file, read_yaml(self.root, file, may_be_empty=may_be_empty))

    def _remember(
        self, file: str, found: tuple[Document | None, tuple[Problem, ...]]
    ) -> Document | None:
        self.files.append(file)
        return self._keep(found)

    def _keep(self, found: tuple[KEPT | None, tuple[Problem, ...]]) -> KEPT | None:
        kept, problems = found
        self.problems.extend(problems)
        return kept

    def _report(self, file: str, expected: Message, found: Message) -> None:
        self.problems.append(
            Problem(file=name_shown(file), line=0, key="", expected=expected, found=found)
        )


def _names(written: Iterable[str]) -> frozenset[str]:
    """Keep what can be a name: the rest is a problem of its own, and nobody can mean it."""
    return frozenset(name for name in written if _NAME.fullmatch(name))


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}
