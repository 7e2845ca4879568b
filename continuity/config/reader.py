"""Files of a workspace turned into documents; whatever is wrong with a file becomes a problem."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from continuity.config.document import Document, document_from_text
from continuity.config.problem import NOTHING, Problem
from continuity.config.regular import NotRegularError, read_regular
from continuity.domain.text import N_, Message, say, shown

LARGEST = 1 << 20
"""Bytes a file may have; a workspace of 400 jobs written by hand has a few thousand in each."""

# YAML 1.2 (5.1) allows no other control characters; lone surrogates are no text at all.
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)??---[ \t]*(?:\n|\Z)", re.DOTALL)

Found = tuple[Document | None, tuple[Problem, ...]]


class UnreadableFileError(Exception):
    """A file cannot be used at all; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def read_yaml(root: Path, file: str, *, may_be_empty: bool = False) -> Found:
    """Read one YAML file below the workspace; an empty one is a problem, unless it may be."""
    try:
        text = text_of(root, file)
    except UnreadableFileError as error:
        return None, (error.problem,)
    found, problems = document_from_text(name_shown(file), text)
    if may_be_empty and found is not None and found.value is None:
        return replace(found, value={}), problems
    return _with_content((found, problems))


def read_text(root: Path, file: str) -> tuple[str | None, tuple[Problem, ...]]:
    """Read a file that is text."""
    try:
        return text_of(root, file), ()
    except UnreadableFileError as error:
        return None, (error.problem,)


def split_front_matter(text: str) -> tuple[str, str, int] | None:
    """Give the front matter, the text after it, and the line on which that begins."""
    match = _FRONT_MATTER.match(text)
    if match is None:
        return None
    return match[1] or "", text[match.end() :], text.count("\n", 0, match.end()) + 1


def name_shown(file: str) -> str:
    """Write a file's name so that a person can read it, whatever bytes it has."""
    return shown(os.fsencode(file))


def text_of(root: Path, file: str) -> str:
    """Give the text of a file below the workspace. Raises UnreadableFileError."""
    text = _decoded(file, _bytes_of(root, file)).removeprefix("\ufeff").replace("\r\n", "\n")
    wrong = _UNPRINTABLE.search(text)
    if wrong is not None:
        expected = say(N_("text without control characters"))
        found = say(N_("the character U+{code}"), code=f"{ord(wrong[0]):04X}")
        raise _unreadable(file, text.count("\n", 0, wrong.start()) + 1, expected, found)
    return text


def _decoded(file: str, content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = say(N_("the byte 0x{byte}"), byte=f"{content[error.start]:02x}")
        raise _unreadable(file, line, say(N_("text in UTF-8")), found) from None


def _bytes_of(root: Path, file: str) -> bytes:
    path = root / file
    try:
        if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)):
            expected = say(N_("a file inside the workspace"))
            raise _unreadable(file, 0, expected, say(N_("a link to another place")))
        _, content = read_regular(path, LARGEST + 1)
    except NotRegularError:
        raise _unreadable(file, 0, say(N_("a file")), say(N_("something else"))) from None
    except FileNotFoundError:
        raise _unreadable(file, 0, say(N_("a file")), NOTHING) from None
    except OSError as error:
        cause = say("{cause}", cause=error.strerror or type(error).__name__)
        raise _unreadable(file, 0, say(N_("a file that can be read")), cause) from None
    if len(content) > LARGEST:
        expected = say(N_("at most {bytes} bytes"), bytes=LARGEST)
        raise _unreadable(file, 0, expected, say(N_("a larger file")))
    return content


def _with_content(found: Found) -> Found:
    document, problems = found
    if document is None or problems:
        return found
    if document.value is None:
        return None, (document.problem((), say(N_("keys and their values")), NOTHING),)
    return found


def _problem(file: str, line: int, expected: Message, found: Message) -> Problem:
    return Problem(file=name_shown(file), line=line, key="", expected=expected, found=found)


def _unreadable(file: str, line: int, expected: Message, found: Message) -> UnreadableFileError:
    return UnreadableFileError(_problem(file, line, expected, found))
