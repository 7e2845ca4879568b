"""What all programs share: names, paths, retention and schedules in our own words."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from continuity.config.adopt.found import Left, PasswordAt
from continuity.config.naming import name_from_text
from continuity.domain.plain import text_in
from continuity.domain.schedule import timetable_from_text
from continuity.domain.text import N_, say

_KEPT = ("last", "daily", "weekly", "monthly", "yearly")
_REMOTE = re.compile(r"[a-z0-9]+:")
_VARIABLE = re.compile(r"\$\{?[A-Za-z_]|\{\{|%[A-Za-z]+%")
_CLOCK = re.compile(r"(?:\*-\*-\*\s+)?(\d{1,2}):(\d{2})(?::00)?")
_MINUTES = re.compile(r"\*:(\d{1,2}(?:,\d{1,2})*)(?::00)?")
_WEEKDAYS = re.compile(r"([A-Za-z]{3}(?:(?:\.\.|,|-)[A-Za-z]{3})*)\s+(.*)")
_MONTHLY = re.compile(r"\*-\*-(\d{1,2})(?:\s+(\d{1,2}):(\d{2})(?::00)?)?")
_WORDS = {
    "hourly": "0 * * * *",
    "daily": "0 0 * * *",
    "weekly": "0 0 * * 1",
    "monthly": "0 0 1 * *",
}


class Carrier:
    """Collects what cannot be carried over while a configuration is read."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._names: set[str] = set()
        self.left: list[Left] = []

    def leave(self, where: str, template: str, **values: str) -> None:
        """Note that something stays behind."""
        self.left.append(Left(where=where, why=say(template, **values)))

    def leave_keys(self, where: str, keys: tuple[str, ...]) -> None:
        """Note keys that nothing here corresponds to."""
        for key in keys:
            self.leave(f"{where}.{key}", N_("nothing here corresponds to it"))

    def name(self, text: str) -> str:
        """Make a name of our own that was not given yet."""
        plain = name_from_text(text) or "adopted"
        name, count = plain, 1
        while name in self._names:
            count += 1
            name = f"{plain[:58]}-{count}"
        self._names.add(name)
        return name

    def paths(self, where: str, written: tuple[str, ...]) -> tuple[str, ...]:
        """Make paths absolute; those that only the program can fill in stay behind."""
        found = []
        for path in written:
            if _VARIABLE.search(path) or any(character in path for character in "*?["):
                self.leave(where, N_("{path} depends on variables or patterns"), path=path)
            else:
                found.append(self.path(path))
        return tuple(found)

    def path(self, path: str) -> str:
        """Make one path absolute, relative ones from the folder of the configuration."""
        if path == "~" or path.startswith("~/"):
            return str(Path(path).expanduser())
        return str(self._home / path)

    def location(self, where: str, written: str) -> str | None:
        """Give a repository's address, absolute when it is a path."""
        if not written or _VARIABLE.search(written):
            self.leave(where, N_("its address is missing or depends on variables"))
            return None
        plain = written.removeprefix("local:")
        return plain if _REMOTE.match(plain) else self.path(plain)

    def retention(self, where: str, keeps: Mapping[str, object], prefix: str) -> dict[str, int]:
        """Read how many points are kept; rules that we do not have stay behind."""
        kept: dict[str, int] = {}
        for key, value in keeps.items():
            word = key.removeprefix(prefix)
            if not key.startswith(prefix) or value in (None, 0, "", "0", False):
                continue
            number = str(value)
            if word in _KEPT and number.isdecimal():
                kept[word] = int(number)
            else:
                self.leave(f"{where}.{key}", N_("retention has no such rule here"))
        if kept:
            kept.setdefault("last", 1)
            for word in _KEPT:
                kept.setdefault(word, 0)
        return kept

    def schedule(self, where: str, written: tuple[str, ...]) -> str | None:
        """Say a schedule in our words; one of several, or an odd one, stays behind."""
        if not written:
            return None
        found = timetable_words(written[0]) if len(written) == 1 else None
        if found is None:
            self.leave(where, N_("this schedule cannot be said here: {text}"), text=written[0])
        return found

    def password(self, where: str, written: Mapping[str, object]) -> PasswordAt:
        """Read where a password is kept, by the keys that restic's own options have."""
        file = text_in(written, "password-file")
        if file:
            return PasswordAt(file=self.path(file))
        command = text_in(written, "password-command")
        if command:
            return PasswordAt(command=tuple(shlex.split(command)))
        self.leave(where, N_("where its password is kept is not said"))
        return PasswordAt()


def timetable_words(text: str) -> str | None:
    """Translate systemd's calendar or cron into a timetable; None when that would be a guess."""
    text = text.strip()
    found = _WORDS.get(text) or _cron(text)
    try:
        if found is not None:
            timetable_from_text(found, "UTC")
    except ValueError:
        return None
    return found


def _cron(text: str) -> str | None:
    days = _WEEKDAYS.fullmatch(text)
    if days is not None and (clock := _CLOCK.fullmatch(days[2])):
        return f"{int(clock[2])} {int(clock[1])} * * {days[1].lower().replace('..', '-')}"
    if clock := _CLOCK.fullmatch(text):
        return f"daily at {int(clock[1]):02}:{clock[2]}"
    if minutes := _MINUTES.fullmatch(text):
        return f"{minutes[1]} * * * *"
    if monthly := _MONTHLY.fullmatch(text):
        return f"monthly on {int(monthly[1])} at {int(monthly[2] or 0):02}:{monthly[3] or '00'}"
    return text if len(text.split()) == 5 else None  # noqa: PLR2004 - the fields of cron
