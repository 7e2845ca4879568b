"""autorestic: locations that go to one or more backends."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from continuity.config.adopt.carrying import Carrier
from continuity.config.adopt.found import Found, FoundJob, FoundRepository, PasswordAt, Tool
from continuity.config.adopt.reading import read_each, texts_in, truth_in, unknown_keys
from continuity.domain.plain import mapping_in, text_in
from continuity.domain.secret import Secret
from continuity.domain.text import N_

_DONE = {"from", "to", "cron", "options", "forget", "type"}
_DONE_IN_BACKEND = {"type", "path", "key", "env", "rest", "requireKey"}
_DONE_IN_BACKUP = {"exclude", "one-file-system", "tag"}


def _recognises(top: Mapping[str, object]) -> bool:
    return bool(mapping_in(top, "locations")) and bool(mapping_in(top, "backends"))


def _read(top: Mapping[str, object], home: Path) -> Found:
    reading = _Locations(top, home)
    read_each(mapping_in(top, "backends"), reading.backend)
    read_each(mapping_in(top, "locations"), reading.location)
    return Found(
        tool="autorestic",
        repositories=tuple(reading.repositories.values()),
        jobs=tuple(reading.jobs),
        left=tuple(reading.carrier.left),
    )


class _Locations:
    """The backends and locations of one file."""

    def __init__(self, top: Mapping[str, object], home: Path) -> None:
        self.carrier = Carrier(home)
        self.repositories: dict[str, FoundRepository] = {}
        self.jobs: list[FoundJob] = []
        self._global = mapping_in(mapping_in(top, "global"), "forget")

    def backend(self, name: str, written: Mapping[str, object]) -> None:
        """Make a repository of a backend."""
        where = f"backends.{name}"
        kind, path = text_in(written, "type"), text_in(written, "path")
        address = path if kind == "local" else f"{kind}:{path}"
        rest = mapping_in(written, "rest")
        if "@" in path.partition("//")[2]:
            self.carrier.leave(f"{where}.path", N_("its address holds a password; take it out"))
            return
        location = self.carrier.location(f"{where}.path", address if path else "")
        if location is None:
            return
        env = {**mapping_in(written, "env"), **_rest_credentials(rest)}
        self.repositories[name] = FoundRepository(
            name=self.carrier.name(name),
            location=location,
            password=self._password(where, text_in(written, "key")),
            credentials={
                key: Secret(value) for key, value in env.items() if isinstance(value, str)
            },
        )
        self.carrier.leave_keys(where, unknown_keys(written, _DONE_IN_BACKEND))

    def _password(self, where: str, key: str) -> PasswordAt:
        if key:
            return PasswordAt(text=Secret(key))
        self.carrier.leave(f"{where}.key", N_("where its password is kept is not said"))
        return PasswordAt()

    def location(self, name: str, written: Mapping[str, object]) -> None:
        """Make one job of each backend that a location goes to."""
        where = f"locations.{name}"
        if text_in(written, "type") == "volume":
            self.carrier.leave(where, N_("it is a volume of Docker, and no path"))
            return
        paths = self.carrier.paths(f"{where}.from", texts_in(written, "from"))
        backup = mapping_in(mapping_in(written, "options"), "backup")
        kept = mapping_in(mapping_in(written, "options"), "forget") or self._global
        self.carrier.leave_keys(where, unknown_keys(written, _DONE))
        self.carrier.leave_keys(f"{where}.options", unknown_keys(backup, _DONE_IN_BACKUP))
        targets = texts_in(written, "to")
        for target in targets:
            repository = self.repositories.get(target)
            if repository is None or not paths:
                self.carrier.leave(where, N_("no job: its paths or its repository are not known"))
                continue
            self.jobs.append(
                FoundJob(
                    name=self.carrier.name(name if len(targets) == 1 else f"{name}-{target}"),
                    title=name,
                    repository=repository.name,
                    paths=paths,
                    exclude=texts_in(backup, "exclude"),
                    one_file_system=truth_in(backup, "one-file-system"),
                    schedule=self.carrier.schedule(f"{where}.cron", texts_in(written, "cron")),
                    retention=self.carrier.retention(f"{where}.options.forget", kept, "keep-"),
                )
            )


def _rest_credentials(rest: Mapping[str, object]) -> dict[str, object]:
    named = {"RESTIC_REST_USERNAME": rest.get("user"), "RESTIC_REST_PASSWORD": rest.get("password")}
    return {key: value for key, value in named.items() if value}


TOOL = Tool(name="autorestic", recognises=_recognises, read=_read)
