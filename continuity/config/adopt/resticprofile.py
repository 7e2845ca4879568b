"""resticprofile: profiles in YAML, TOML or JSON, with inheritance, in both of its versions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from continuity.config.adopt.carrying import Carrier
from continuity.config.adopt.found import Found, FoundJob, FoundRepository, Tool
from continuity.config.adopt.reading import read_each, texts_in, truth_in, unknown_keys
from continuity.domain.plain import mapping_in, text_in
from continuity.domain.secret import Secret
from continuity.domain.text import N_

_NO_PROFILES = {"global", "groups", "version", "includes", "mixins", "schedules", "profiles"}
_COMMANDS = {"backup", "retention", "forget", "check", "prune", "snapshots", "copy", "stats"}
_DONE = {
    *("inherit", "description", "repository", "password-file", "password-command", "env"),
    *("initialize", "lock", "force-inactive-lock", "cleanup-cache", "verbose", "quiet"),
    *("backup", "retention", "forget", "snapshots", "no-cache", "cache-dir"),
    *("limit-upload", "limit-download"),
}
_DONE_IN_BACKUP = {
    *("source", "exclude", "one-file-system", "schedule", "schedule-permission", "tag", "host"),
    *("schedule-log", "schedule-priority", "schedule-lock-mode", "schedule-lock-wait", "verbose"),
    *("check-before", "check-after", "extended-status", "no-error-on-warning", "use-stdin"),
}


def _recognises(top: Mapping[str, object]) -> bool:
    profiles = mapping_in(top, "profiles") or {
        key: value for key, value in top.items() if key not in _NO_PROFILES
    }
    found = [mapping_in(profiles, name) for name in profiles]
    return any("inherit" in one or _COMMANDS & one.keys() for one in found)


def _read(top: Mapping[str, object], home: Path) -> Found:
    reading = _Profiles(top, home)
    profiles = reading.profiles
    for name in profiles:
        reading.take(name)
    return Found(
        tool="resticprofile",
        repositories=tuple(reading.repositories.values()),
        jobs=tuple(reading.jobs),
        left=tuple(reading.carrier.left),
    )


class _Profiles:
    """The profiles of one file, each with what it inherits."""

    def __init__(self, top: Mapping[str, object], home: Path) -> None:
        self.carrier = Carrier(home)
        self.profiles: dict[str, Mapping[str, object]] = {}
        self.repositories: dict[str, FoundRepository] = {}
        self.jobs: list[FoundJob] = []
        inner = mapping_in(top, "profiles") if "profiles" in top else top
        read_each(inner, self._add)
        for key in ("groups", "includes", "mixins"):
            if top.get(key):
                self.carrier.leave(key, N_("nothing here corresponds to it"))

    def _add(self, name: str, profile: Mapping[str, object]) -> None:
        if name not in _NO_PROFILES:
            self.profiles[name] = profile

    def take(self, name: str) -> None:
        """Make a job of a profile that backs something up."""
        profile = self._whole(name, frozenset())
        backup = mapping_in(profile, "backup")
        if not backup:
            return
        if backup.get("stdin") or backup.get("stdin-command"):
            self.carrier.leave(
                f"{name}.backup", N_("it backs up a stream; protect its source as what it is")
            )
            return
        paths = self.carrier.paths(f"{name}.backup.source", texts_in(backup, "source"))
        repository = self._repository(name, profile)
        if not paths or repository is None:
            self.carrier.leave(name, N_("no job: its paths or its repository are not known"))
            return
        self._leave_rest(name, profile, backup)
        self.jobs.append(
            FoundJob(
                name=self.carrier.name(name),
                title=text_in(profile, "description") or name,
                repository=repository,
                paths=paths,
                exclude=texts_in(backup, "exclude"),
                one_file_system=truth_in(backup, "one-file-system"),
                schedule=self.carrier.schedule(
                    f"{name}.backup.schedule", texts_in(backup, "schedule")
                ),
                retention=self._retention(name, profile),
            )
        )

    def _whole(self, name: str, above: frozenset[str]) -> Mapping[str, object]:
        profile = self.profiles.get(name, {})
        parent = text_in(profile, "inherit")
        if not parent or parent in above:
            return profile
        return _merged(self._whole(parent, above | {name}), profile)

    def _repository(self, name: str, profile: Mapping[str, object]) -> str | None:
        written = text_in(profile, "repository")
        location = self.carrier.location(f"{name}.repository", written)
        if location is None:
            return None
        known = self.repositories.get(location)
        if known is not None:
            return known.name
        limits = {
            key.replace("-", "_"): profile[key]
            for key in ("limit-upload", "limit-download")
            if isinstance(profile.get(key), int)
        }
        env = mapping_in(profile, "env")
        found = FoundRepository(
            name=self.carrier.name(f"repository-{name}"),
            location=location,
            password=self.carrier.password(f"{name}.password-file", profile),
            credentials={
                key.upper(): Secret(value)
                for key, value in env.items()
                if isinstance(value, str) and key.upper().startswith(_STORAGE)
            },
            options=limits,
        )
        self.repositories[location] = found
        return found.name

    def _retention(self, name: str, profile: Mapping[str, object]) -> Mapping[str, int]:
        for key in ("retention", "forget"):
            kept = self.carrier.retention(f"{name}.{key}", mapping_in(profile, key), "keep-")
            if kept:
                return kept
        return {}

    def _leave_rest(
        self, name: str, profile: Mapping[str, object], backup: Mapping[str, object]
    ) -> None:
        self.carrier.leave_keys(name, unknown_keys(profile, _DONE))
        self.carrier.leave_keys(f"{name}.backup", unknown_keys(backup, _DONE_IN_BACKUP))


# Variables with which restic is told how to reach its storage.
_STORAGE = ("AWS_", "B2_", "AZURE_", "GOOGLE_", "OS_", "ST_", "RCLONE_", "RESTIC_REST_")


def _merged(parent: Mapping[str, object], child: Mapping[str, object]) -> Mapping[str, object]:
    merged = {**parent, **child}
    for key in parent.keys() & child.keys():
        above, below = mapping_in(parent, key), mapping_in(child, key)
        if above and below:
            merged[key] = {**above, **below}
    return merged


TOOL = Tool(name="resticprofile", recognises=_recognises, read=_read)
