"""Units for systemd: a service that stays, or a timer that ticks."""

from __future__ import annotations

import getpass
import pwd
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel

from continuity.config.workspace import Workspace
from continuity.domain.written import SecretReference

MADE_BY = "# Made by: continuity service"
_CREDENTIALS = "/etc/continuity/credentials"
_STOP_MARGIN = 300

_HARDENING = """\
UMask=0077
NoNewPrivileges=yes
PrivateTmp=yes
ProtectSystem=strict
ProtectHome=read-only
ProtectKernelModules=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectClock=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
# Restore tests shut programs off in namespaces of their own, with a /proc of their own, and restore
# files as they were: so no RestrictNamespaces, no ProtectKernelTunables, no RestrictSUIDSGID.
"""


def units_of(workspace: Workspace, user: str = "", *, timer: bool = False) -> Mapping[str, str]:
    """Write the units of a workspace, by the names of their files."""
    who = user or getpass.getuser()
    if timer:
        tick = _unit(workspace, who, "tick", "Type=oneshot\nTimeoutStartSec=infinity\n")
        return {"continuity-tick.service": tick, "continuity-tick.timer": _timer()}
    lasting = f"""\
Type=notify
NotifyAccess=main
WatchdogSec=120
Restart=on-failure
RestartSec=15
# Files that cannot be used are no better after another try: a person mends them, then starts it.
RestartPreventExitStatus=2
TimeoutStartSec=600
TimeoutStopSec={_patience(workspace)}
"""
    return {
        "continuity.service": f"{_unit(workspace, who, 'serve', lasting)}\n{_wanted('multi-user')}"
    }


def _unit(workspace: Workspace, user: str, verb: str, kind: str) -> str:
    return f"""\
{MADE_BY} print
[Unit]
Description=Continuity of {_plain(workspace.settings.organisation)}: {verb}
Wants=network-online.target
After=network-online.target time-sync.target
# However long a database or a disk is out, it is started again.
StartLimitIntervalSec=0

[Service]
{kind}ExecStart={_word(sys.executable)} -m continuity -w {_word(str(workspace.root))} {verb}
KillMode=mixed
User={_plain(user)}
WorkingDirectory={_plain(str(workspace.root))}
Environment=LANG=C.UTF-8 XDG_CACHE_HOME=%C/continuity
CacheDirectory=continuity
{_reading(user)}{"".join(_writable(workspace))}{"".join(_credentials(workspace))}{_HARDENING}"""


def _wanted(target: str) -> str:
    return f"[Install]\nWantedBy={target}.target\n"


def _timer() -> str:
    return f"""\
{MADE_BY} print
[Unit]
Description=Continuity: look every five minutes what is due

[Timer]
OnCalendar=*:0/5
AccuracySec=30s
Persistent=true

{_wanted("timers")}"""


def _patience(workspace: Workspace) -> int:
    return int(workspace.settings.service.wait.total_seconds()) + _STOP_MARGIN


def _reading(user: str) -> str:
    if user == "root":
        return ""
    # To read what is backed up, whoever owns it; nothing else of root's.
    return "AmbientCapabilities=CAP_DAC_READ_SEARCH\nCapabilityBoundingSet=CAP_DAC_READ_SEARCH\n"


def commands_before(workspace: Workspace, user: str = "") -> Iterator[str]:
    """Give what root has to run so that this user finds what it may write to, and may do so.

    What has no folder above it is left alone: its disk is not mounted now.
    """
    who = user or getpass.getuser()
    try:
        number = pwd.getpwnam(who).pw_uid
    except KeyError:
        number = None
        yield shlex.join(("useradd", "--system", "--shell", "/usr/sbin/nologin", who))
    for place in dict.fromkeys(_own(workspace)):
        if Path(place).exists():
            if Path(place).stat().st_uid != number:
                yield shlex.join(("chown", "-R", f"{who}:", place))
        elif Path(place).parent.is_dir():
            yield shlex.join(("install", "-d", "-m", "700", "-o", who, place))


def _own(workspace: Workspace) -> Iterator[str]:
    yield from (workspace.settings.store.state, workspace.settings.sandbox.place)
    for repository in workspace.repositories.values():
        if repository.location.startswith("/"):
            yield from (repository.location, f"{repository.location.rstrip('/')}.manifests")


def _writable(workspace: Workspace) -> Iterator[str]:
    settings, places = workspace.settings, list(_own(workspace))
    places += [one.path for one in settings.offline.places.values() if one.path is not None]
    for place in dict.fromkeys(places):
        yield f"ReadWritePaths={_word(f'-{place}')}\n"


def _credentials(workspace: Workspace) -> Iterator[str]:
    written: list[BaseModel] = [workspace.settings, *workspace.repositories.values()]
    written += [*workspace.outlets.values(), *workspace.heartbeats.values()]
    written += [job.source for job in workspace.jobs.values()]
    names = sorted({name for model in written for name in _named(model)})
    return (f"LoadCredential={name}:{_CREDENTIALS}/{name}\n" for name in names)


def _named(value: object) -> Iterator[str]:
    if isinstance(value, SecretReference) and value.credential is not None:
        yield value.credential
    for one in _inside(value):
        yield from _named(one)


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, BaseModel):
        return [getattr(value, name) for name in type(value).model_fields]
    if isinstance(value, Mapping):
        return list(value.values())
    return value if isinstance(value, tuple | list) else ()


def _plain(text: str) -> str:
    """Keep systemd from reading more into a text than it says."""
    return "".join(text.splitlines()).replace("%", "%%")


def _word(text: str) -> str:
    escaped = _plain(text).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{escaped}"' if any(one in escaped for one in " \t'\";$\\") else escaped


def write_units(units: Mapping[str, str], folder: Path) -> tuple[Path, ...]:
    """Write unit files. Raises FileExistsError for one that was not made here, and OSError."""
    paths = {folder / name: text for name, text in units.items()}
    for path in paths:
        if path.exists() and not path.read_text("utf-8", "replace").startswith(MADE_BY):
            raise FileExistsError(path)
    for path, text in paths.items():
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)
    return tuple(paths)
