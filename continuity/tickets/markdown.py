"""Plain text as Markdown that shows exactly that text, and calls nobody."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"https?://[A-Za-z0-9./?=&%:@+#~-]+")
_MARKUP = re.compile(r"[\\`*_\[\]<>#|~&$]")
_AT_THE_BEGINNING = re.compile(r"^( *)([-+=]|[0-9]{1,9}(?=[.)]))", re.MULTILINE)
_INDENTED = re.compile(r"^[ \t]+", re.MULTILINE)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
# What Markdown shows as nothing, and what keeps a name after it from being called.
_NOTHING = "<!-- -->"


def markdown_from_text(text: str, more: str = "") -> str:
    """Escape text; only addresses stay as they are, because people follow them.

    ``more`` are marks that mean something to one system only.
    """
    words = (" ".join(_word(word, more) for word in line.split(" ")) for line in text.split("\n"))
    lines = "\n".join(words)
    ordered = _AT_THE_BEGINNING.sub(_not_a_list, lines)
    return _INDENTED.sub(lambda found: "&nbsp;" * len(found[0]), ordered)


def _word(word: str, more: str) -> str:
    if _ADDRESS.fullmatch(word):
        return word
    escaped = "".join(f"\\{one}" if one in more or _MARKUP.fullmatch(one) else one for one in word)
    return escaped.replace("@", f"@{_NOTHING}")


def _not_a_list(found: re.Match[str]) -> str:
    number = found[2][0].isdigit()
    return f"{found[1]}{found[2]}{_NOTHING}" if number else f"{found[1]}\\{found[2]}"


def text_from_markdown(text: str) -> str:
    """Read what ``markdown_from_text`` wrote; other people's Markdown stays mostly as it is."""
    return _ESCAPED.sub(r"\1", text.replace(_NOTHING, "").replace("&nbsp;", " "))
