"""What a backup leaves out, judged path by path as its engine judges it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from continuity.domain import restic_patterns, rsync_patterns
from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, say

Judge = Callable[[bytes, bool], bool]
_SPECIAL = frozenset("*?[]\\+ !#")


@dataclass(frozen=True, kw_only=True, slots=True)
class Excludes:
    """A question with a yes or no: is this path left out? ``judges`` are asked in turn.

    Every judge is given the absolute path and whether it is a directory. The walk asks for
    directories before it enters them, so the content of one left out is never asked about.
    ``places`` are absolute paths, and ``names`` last names, of directories that are surely left out
    with all below: whoever lists without asking can spare the way into them. The judges decide.
    """

    judges: tuple[Judge, ...] = ()
    places: tuple[bytes, ...] = ()
    names: tuple[bytes, ...] = ()

    def leave_out(self, path: bytes, is_directory: bool) -> bool:
        """Tell whether the engine leaves this path, and all below it, out."""
        return any(judge(path, is_directory) for judge in self.judges)


_LANGUAGES: Mapping[str, Callable[[tuple[str, ...]], Judge]] = {
    "restic": restic_patterns.compile_patterns,
    "rsync": rsync_patterns.compile_patterns,
}


def excludes_from_patterns(
    engine: str, patterns: tuple[str, ...], left_out: tuple[bytes, ...] = ()
) -> Excludes:
    """Read patterns written in an engine's own language.

    ``left_out`` are directories which the engine skips without being asked, such as its own cache.
    Raises ConfigurationError for a pattern whose meaning is not known for certain.
    """
    judges: tuple[Judge, ...] = ()
    if patterns:
        judges += (_language(engine)(patterns),)
    if left_out:
        judges += (_judge_places(left_out),)
    literal = [] if any(pattern.startswith("!") for pattern in patterns) else _literal(patterns)
    return Excludes(
        judges=judges,
        places=(*left_out, *(one for one in literal if one.startswith(b"/"))),
        names=tuple(one for one in literal if b"/" not in one),
    )


def _literal(patterns: tuple[str, ...]) -> list[bytes]:
    """Give the patterns without any special sign; those mean the same in both languages."""
    plain = (pattern.removesuffix("/***").removesuffix("/") for pattern in patterns)
    return [
        pattern.encode("utf-8", "surrogateescape")
        for pattern in plain
        if pattern.strip("/.") and _SPECIAL.isdisjoint(pattern) and "//" not in pattern
    ]


def _language(engine: str) -> Callable[[tuple[str, ...]], Judge]:
    language = _LANGUAGES.get(engine)
    if language is None:
        raise ConfigurationError(
            say(N_("Exclude patterns are not understood for the engine {engine}."), engine=engine),
            remedy=say(N_("Remove the excludes, or narrow the paths of the job instead.")),
        )
    return language


def _judge_places(places: tuple[bytes, ...]) -> Judge:
    exact = frozenset(places)

    def judge(path: bytes, is_directory: bool) -> bool:
        return is_directory and path in exact

    return judge
