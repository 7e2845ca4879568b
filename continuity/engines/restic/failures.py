"""From the way restic ended to what it means for the operator."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from continuity.domain.failure import (
    AuthenticationError,
    ContinuityError,
    DamagedError,
    InterruptedRunError,
    LockedError,
    ToolError,
    UnreachableError,
)
from continuity.domain.text import N_, say, shown
from continuity.engines.engine import Tool
from continuity.engines.restic.answers import Trouble, is_full_id, read_line
from continuity.engines.restic.meanings import GENERAL, MEANINGS, Meaning
from continuity.hosts.host import Finished

_LONGEST = 300
# A key is half a kilobyte of JSON.
_KEY_BYTES = 1 << 16
_INTERRUPTED = 130
_CREDENTIALS = re.compile(r"//[^/@\s]+@")
_NUMBERS: dict[int, type[ContinuityError]] = {
    # Since 0.17 (12 since 0.17.1); older versions say 1 for everything.
    10: UnreachableError,
    11: LockedError,
    12: AuthenticationError,
}
# A pack or index that the repository knows and that is not there.
_GONE = re.compile(r"(?:/data/[0-9a-f]{2}/[0-9a-f]{64}|<(?:data|index)/[0-9a-f]+>).*no such file")
# What Go prints below a sentence about where it was said.
_STACK = re.compile(
    r"\s|github\.com/|golang\.org/|runtime[./]|main\.|goroutine |\[signal |created by "
)


def refusal(finished: Finished, tool: Tool, local: Path | None) -> ContinuityError:
    """Say what a failed call means: facts first, then the code, then restic's own words."""
    lines = finished.stderr.splitlines()
    if finished.code == _INTERRUPTED:
        return InterruptedRunError(
            say(N_("restic was interrupted.")), remedy=say(N_("See who stopped it, and run again."))
        )
    if finished.code < 0:
        return ToolError(
            say(N_("restic was ended by signal {number}."), number=-finished.code),
            remedy=say(N_("See in the system's log who ended it, for example for want of memory.")),
        )
    if local is not None and not (local / "config").exists():
        return error_from_lines(GENERAL[UnreachableError], lines)
    numbered = _NUMBERS.get(finished.code) if "exit-codes" in tool.capabilities else None
    meaning = meaning_of(lines) if numbered is None else GENERAL[numbered]
    kind = None if meaning is None else meaning.kind
    if kind in {None, AuthenticationError} and _has_damaged_key(local):
        meaning = GENERAL[DamagedError]
    if meaning is not None:
        return error_from_lines(meaning, lines)
    return ToolError(
        say(
            N_("restic ended with code {code}: {line}"),
            code=finished.code,
            line=last_words(lines),
        ),
        remedy=say(
            N_("Run the doctor command, and look up the message in restic's documentation.")
        ),
    )


def _has_damaged_key(local: Path | None) -> bool:
    """Tell whether a key is not what its name says: restic names files by their SHA-256.

    restic 0.14 calls such a key a wrong password, or complains about its JSON.
    """
    try:
        keys = [] if local is None else list((local / "keys").iterdir())
        return any(_is_not_what_it_says(key) for key in keys if is_full_id(key.name))
    except OSError:
        return False


def _is_not_what_it_says(key: Path) -> bool:
    with key.open("rb") as file:
        return sha256(file.read(_KEY_BYTES)).hexdigest() != key.name


def kind_of_words(lines: Iterable[bytes | str]) -> type[ContinuityError] | None:
    """Recognise a failure by fixed pieces of restic's sentences; None when there is none."""
    meaning = meaning_of(lines)
    return None if meaning is None else meaning.kind


def meaning_of(lines: Iterable[bytes | str]) -> Meaning | None:
    """Find the most telling meaning of what was said; None when there is none."""
    text = "\n".join(_plain(line) for line in lines).lower()
    for meaning in MEANINGS:
        if any(piece in text for piece in meaning.pieces):
            return meaning
        if meaning.kind is DamagedError and _GONE.search(text):
            return meaning
    return None


def last_words(lines: list[bytes]) -> str:
    """Give the last sentence restic said, safe to show and without credentials."""
    spoken = (text for line in lines for text in _plain(line).splitlines())
    texts = [text for text in spoken if text and not _STACK.match(text)]
    fatal = [text for text in texts if text.startswith("Fatal:")]
    return safe((fatal or texts or [""])[-1])


def safe(text: str) -> str:
    """Make a piece of output safe to show: escaped, short, without credentials in addresses."""
    flat = " ".join(text.split())
    whole = _CREDENTIALS.sub("//***@", shown(flat.encode("utf-8", "replace")))
    if len(whole) <= _LONGEST:
        return whole
    # What went wrong stands at the end, after paths of any length.
    return f"{whole[: _LONGEST // 3]}…{whole[1 - _LONGEST + _LONGEST // 3 :]}"


def _plain(line: bytes | str) -> str:
    if isinstance(line, str):
        return line
    trouble = read_line(line, Trouble)
    if trouble is not None and (trouble.message or trouble.error.message):
        return trouble.message or trouble.error.message
    return line.decode("utf-8", "replace")


def error_from_words(meaning: Meaning, line: bytes) -> ContinuityError:
    """Make the error for a call that was given up after this line."""
    return error_from_lines(meaning, [line])


def error_from_lines(meaning: Meaning, lines: list[bytes]) -> ContinuityError:
    """Make the error for a call that printed these lines."""
    what = say(meaning.what, line=_telling(meaning, lines))
    return meaning.kind(what, remedy=say(meaning.remedy))


def _telling(meaning: Meaning, lines: list[bytes]) -> str:
    """Give the last line that shows this kind of failure: restic's last one often only counts."""
    alike = (each.pieces for each in MEANINGS if each.what == meaning.what)
    pieces = [piece for listed in alike for piece in listed]
    spoken = [text for line in lines for text in _plain(line).splitlines()]
    # After the reason, restic asks whether there is a repository: a question tells nothing.
    stated = [text for text in spoken if not text.rstrip().endswith("?")]
    telling = [text for text in stated if any(piece in text.lower() for piece in pieces)]
    return safe(telling[-1]) if telling else last_words(lines)
