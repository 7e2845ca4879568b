"""Scripts of the recovery kit: plain POSIX shell, to be run as they are or typed line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from continuity.domain.by_hand import ByHand, HandStep, Setting, line, quoted
from continuity.domain.text import N_, Message
from continuity.reports.page import harmless
from continuity.reports.voice import Voice

_POINT = "POINT"
_AFTER_LOOKING = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Script:
    """What a script does; ``head`` are remarks at its top.

    ``fetching`` are lines that fetch secrets, ``secrets`` the variables that hold them. ``point``
    is the default of POINT. ``check`` is the file of sums, empty for none. ``fills`` says that the
    directory must be new.
    """

    head: tuple[str, ...]
    hand: ByHand
    fetching: tuple[bytes, ...] = ()
    secrets: tuple[str, ...] = ()
    point: str = ""
    check: str = ""
    fills: bool = True
    notes: tuple[Message, ...] = field(default=())


def script_bytes(script: Script, voice: Voice) -> bytes:
    """Write a script."""
    return b"\n".join(_lines(script, voice)) + b"\n"


def remark(text: str) -> bytes:
    """Write one line of remark: whatever people named, nothing in it is ever run."""
    return b"# " + harmless(text).encode("utf-8", "replace")


def _lines(script: Script, voice: Voice) -> Iterator[bytes]:
    yield b"#!/bin/sh"
    yield from (remark(text) for text in script.head)
    yield from (remark(voice.sentence(note)) for note in script.notes)
    yield b"set -eu"
    yield b"umask 077"
    ask = voice.text(N_("Name a directory: sh SCRIPT /new/directory"))
    yield b': "${1:?' + _inside(ask) + b'}"'
    yield b"case $1 in /*) TARGET=$1 ;; *) TARGET=$PWD/$1 ;; esac"
    yield b'cd "$(dirname "$0")"'
    yield b"KIT=$PWD"
    yield from _settings(script.hand.settings)
    yield from script.fetching
    if script.secrets:
        yield b"export " + b" ".join(name.encode() for name in script.secrets)
    if script.point:
        yield from _default(_POINT, script.point.encode())
    if script.fills:
        yield from _new_directory(voice)
    yield from _steps(script, voice)
    if script.check:
        yield b""
        yield remark(voice.text(N_("Compare what must be there: every line must end in OK.")))
        yield b'( cd "$TARGET" && sha256sum -c "$KIT"/' + quoted(script.check) + b" )"


def _settings(settings: Iterable[Setting]) -> Iterator[bytes]:
    for one in settings:
        yield from _default(one.name, one.value)
        yield b"export " + one.name.encode()


def _default(name: str, value: bytes) -> Iterator[bytes]:
    yield b'[ -n "${' + name.encode() + b':-}" ] || ' + name.encode() + b"=" + quoted(value)


def _new_directory(voice: Voice) -> Iterator[bytes]:
    full = voice.text(N_("This directory is not empty; name a new one."))
    yield line("mkdir", "-p", "--") + b' "$TARGET"'
    yield (b'[ -z "$(ls -A -- "$TARGET")" ] || { ' + line("echo", full) + b" >&2; exit 2; }")


def _steps(script: Script, voice: Voice) -> Iterator[bytes]:
    for number, step in enumerate(script.hand.steps, start=1):
        yield b""
        if number == _AFTER_LOOKING and script.hand.chooses and not script.point and script.fills:
            choose = voice.text(N_("Choose one of those listed: POINT=ID sh SCRIPT /new/directory"))
            yield b': "${POINT:?' + _inside(choose) + b'}"'
        yield from _step(number, step, voice)


def _step(number: int, step: HandStep, voice: Voice) -> Iterator[bytes]:
    yield remark(f"{number}. {voice.sentence(step.title)}")
    yield from step.lines


def _inside(text: str) -> bytes:
    """Write a remark inside of an expansion, where quotes and braces would have a meaning."""
    kept = "".join(sign for sign in text if sign not in "'\"\\`${}")
    return kept.encode()
