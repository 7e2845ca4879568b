"""Put on record that a repository was found damaged by something that is no restore test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.failure import DamagedError
from continuity.domain.run import Conclusion
from continuity.domain.text import Message
from continuity.workflows.world import Workbench

Tell = Callable[[Message], object]
"""Is told what is wrong with what a repository stores."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """Where damage was met: the job, the repository and its engine, and the run, if it was one.

    ``copy_of`` names the repository of which it is a copy, empty for the job's own.
    """

    job: str
    repository: str
    engine: str
    run: str
    copy_of: str = ""


@contextmanager
def telling(tell: Tell) -> Iterator[None]:
    """Tell of damage that is met in the block, and let it go on its way."""
    try:
        yield
    except DamagedError as error:
        tell(error.what)
        raise


def record_damage(bench: Workbench, scene: Scene, found: Conclusion) -> None:
    """Record damage: what was proven in that repository no longer counts from now on."""
    body: dict[str, object] = {
        **found.plain(),
        "repository": scene.repository,
        "engine": scene.engine,
    }
    if scene.copy_of:
        body["copy_of"] = scene.copy_of
    bench.store.append(
        Draft(
            kind=RecordKind.DAMAGE_FOUND,
            job=scene.job,
            run_id=scene.run or None,
            body=body,
            personal={"actor": bench.actor},
        )
    )
