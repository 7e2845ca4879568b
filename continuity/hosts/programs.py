"""Which programs a machine has, in which version."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from continuity.domain.failure import ToolError
from continuity.domain.text import N_, say, shown
from continuity.hosts.host import Command, Host

_SECONDS: Final = 60.0
# restic before 0.15 knows no --version.
_SCRIPT: Final = """for p; do command -v "$p" >/dev/null 2>&1 || continue
case ${p##*/} in restic) v=version ;; *) v=--version ;; esac
printf '%s\\t%s\\n' "$p" "$("$p" $v </dev/null 2>/dev/null | head -n 1)"; done; echo whole"""
_END: Final = b"whole"
_LOOK: Final = """for p; do command -v "$p" >/dev/null 2>&1 || printf '%s\\n' "$p"; done
echo whole"""
_QUICK: Final = 10.0
# mysqldump tells a version of its own, and then that of the server it belongs to.
_VERSIONS: Final = (
    re.compile(rb"Distrib ([0-9]+(?:\.[0-9]+)+)"),
    re.compile(rb"([0-9]+(?:\.[0-9]+)+)"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """A program that is there, as it was asked for; ``version`` is None when it tells none."""

    name: str
    version: str | None


def find_programs(host: Host, names: tuple[str, ...]) -> tuple[Program, ...]:
    """Look for programs by name or path; gives those that are there, in the order asked.

    Raises what ``Host.run`` raises, and ToolError when the answer is not whole.
    """
    finished = host.run(Command(argv=("sh", "-c", _SCRIPT, "sh", *names), timeout=_SECONDS))
    lines = finished.stdout.splitlines()
    if finished.code != 0 or lines[-1:] != [_END]:
        raise ToolError(
            say(N_("The host {host} does not tell which programs it has."), host=host.name),
            remedy=say(N_("Look there at what the login shell of that user prints and does.")),
        )
    return tuple(_read(line) for line in lines[:-1])


def missing_programs(host: Host, names: tuple[str, ...]) -> tuple[str, ...]:
    """Name the programs that a machine does not have; none of them is run.

    Raises what ``Host.run`` raises, and ToolError when the answer is not whole.
    """
    argv = ("sh", "-c", _LOOK, "sh", *names)
    finished = host.run(Command(argv=argv, timeout=_QUICK, grace=1.0))
    lines = finished.stdout.splitlines()
    if lines[-1:] != [_END]:
        raise ToolError(
            say(N_("The host {host} does not tell which programs it has."), host=host.name),
            remedy=say(N_("Look there at what the login shell of that user prints and does.")),
        )
    return tuple(line.decode("utf-8", "surrogateescape") for line in lines[:-1])


def _read(line: bytes) -> Program:
    name, _, told = line.partition(b"\t")
    found = next((match for each in _VERSIONS if (match := each.search(told))), None)
    return Program(name=shown(name), version=None if found is None else found[1].decode())
