"""Bring paths back; what is on disk afterwards is judged elsewhere."""

from __future__ import annotations

import os
import time

from continuity.domain.failure import ContinuityError, DamagedError, NoSpaceError, ToolError
from continuity.domain.text import N_, say
from continuity.engines.engine import OnProgress, RestoreRequest, RestoreResult
from continuity.engines.restic.answers import progress_from_status, trouble_lines
from continuity.engines.restic.calls import Call, Caller, Word
from continuity.engines.restic.failures import kind_of_words, safe
from continuity.engines.restic.ways import Part, Population, choose_way, pattern_from_path
from continuity.hosts.host import Finished

_MOST_PROBLEMS = 1000


def restore(caller: Caller, request: RestoreRequest, on_progress: OnProgress) -> RestoreResult:
    """Restore in the cheapest right way; complaints about single files are only collected."""
    if request.paths == ():
        return RestoreResult(way="nothing", calls=0, whole=False, problems=())
    population = Population(
        files=request.population_files,
        bytes=request.population_bytes,
        room=request.room_bytes,
    )
    if request.paths is None and population.bytes > population.room:
        raise _no_room(population)
    folders = "subfolder" in caller.tool.capabilities
    way = choose_way(request.paths, population, folders=folders)
    until = time.monotonic() + request.timeout
    problems: list[str] = []
    for part in way.parts:
        call = Call(words=_words(request, part), timeout=max(until - time.monotonic(), 0))
        problems += _restore_part(caller, call, on_progress)
    return RestoreResult(
        way=way.name,
        calls=len(way.parts),
        whole=way.whole,
        problems=tuple(problems[:_MOST_PROBLEMS]),
    )


def _no_room(population: Population) -> NoSpaceError:
    return NoSpaceError(
        say(
            N_("The restore needs {needed} MiB, and {room} MiB may be written."),
            needed=(population.bytes >> 20) + 1,
            room=population.room >> 20,
        ),
        remedy=say(N_("Give the sandbox more room, or draw a smaller sample.")),
    )


def _words(request: RestoreRequest, part: Part) -> tuple[Word, ...]:
    target = os.fsencode(request.target)
    includes = (("--include", pattern_from_path(path, part.folder)) for path in part.paths)
    flat = tuple(word for pair in includes for word in pair)
    if part.folder == b"/":
        return ("restore", "--json", "--target", target, *flat, request.snapshot)
    below = request.snapshot.encode() + b":" + part.folder
    return ("restore", "--json", "--target", target + part.folder, *flat, below)


def _restore_part(caller: Caller, call: Call, on_progress: OnProgress) -> tuple[str, ...]:
    complaints: list[bytes] = []

    def take(line: bytes) -> None:
        progress = progress_from_status(line)
        if progress is not None:
            on_progress(progress)
        elif len(complaints) < _MOST_PROBLEMS:
            complaints.append(line)

    finished = caller.run(call, take)
    problems = trouble_lines((*complaints, *finished.stderr.splitlines()))
    if finished.code != 0:
        _raise_unless_about_files(caller.refusal(finished), finished, problems)
    return tuple(safe(problem) for problem in problems)


def _raise_unless_about_files(
    error: ContinuityError, finished: Finished, problems: tuple[str, ...]
) -> None:
    """Let a damaged file be a finding of its own, so that the others are still compared.

    Whatever may have kept restic from restoring undamaged files (no room, no connection) raises.
    """
    kinds = {kind_of_words((problem,)) for problem in problems}
    about_files = finished.code == 1 and bool(kinds) and kinds <= {DamagedError, None}
    if not about_files or not isinstance(error, (DamagedError, ToolError)):
        raise error
