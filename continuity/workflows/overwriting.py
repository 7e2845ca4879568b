"""What every restore over production has in common: what is wanted, laid apart, and right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from continuity.domain.facts import JobFacts
from continuity.domain.failure import ContinuityError, DamagedError, NoProofError, UncertainError
from continuity.domain.text import N_, Message, say
from continuity.workflows.finding_damage import Tell
from continuity.workflows.laying_apart import Apart, Wanted, damage_in, laid_apart, wrong_in
from continuity.workflows.places import Place
from continuity.workflows.planning import DrillPlan
from continuity.workflows.world import Protected, Workbench

SWAP: Final = "swap"
"""The stage of a note after which it has to be looked up what happened."""

LOAD: Final = "load"
"""The stage of a note before which nothing was replaced."""

_NOTHING: Final = N_("Nothing was replaced. Choose another restore point.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Over:
    """Which point comes back over production; ``mark`` names the run and its step.

    It comes from ``place``, the job's own repository if None. ``note`` writes into the
    run what is about to happen, before it does. ``damaged`` is told what is wrong with the copy.
    """

    point: str
    mark: str
    note: Callable[[Mapping[str, str]], object]
    place: Place | None = None
    damaged: Tell = lambda _what: None


@dataclass(frozen=True, kw_only=True, slots=True)
class Overwriting:
    """A job whose production is replaced, and by what."""

    bench: Workbench
    protected: Protected
    facts: JobFacts
    over: Over


class OnServerError(ContinuityError):
    """Something is wrong where production is; another repository does nothing about it."""

    def __init__(self, trouble: ContinuityError) -> None:
        super().__init__(trouble.what, remedy=trouble.remedy)
        self.trouble = trouble


@contextmanager
def on_server() -> Iterator[None]:
    """Mark what goes wrong as the trouble of the machine or the server of production."""
    try:
        yield
    except UncertainError:
        raise
    except ContinuityError as error:
        raise OnServerError(error) from error


@contextmanager
def right_apart(
    work: Overwriting,
    before: Callable[[DrillPlan], None],
    include: tuple[bytes, ...] = (),
    into: Path | None = None,
) -> Iterator[Apart]:
    """Lay the point apart, and go on only with what is as it was sealed.

    It is laid into a directory of whoever asks, or else where sandboxes are. Raises DamagedError,
    NoProofError, and what stands against laying it apart.
    """
    wanted = Wanted(
        point=work.over.point,
        room=work.bench.sandbox_place,
        mark=work.over.mark,
        include=include,
        place=work.over.place,
        before=before,
        damaged=work.over.damaged,
        into=into,
    )
    with laid_apart(work.bench, work.protected, work.facts, wanted) as apart:
        wrong = wrong_in(apart.comparison)
        if wrong is not None:
            refused = NoProofError if damage_in(apart.comparison) is None else DamagedError
            raise refused(wrong, remedy=nothing_replaced())
        yield apart


def nothing_replaced() -> Message:
    """Say that everything is as it was, and what to do now."""
    return say(_NOTHING)
