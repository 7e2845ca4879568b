"""A whole runbook as it is run: its front matter, its sections in order, and what it hashes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from continuity.domain.condition_sense import Sort
from continuity.domain.decision import Decision
from continuity.domain.runbook import Runbook
from continuity.domain.step import undo_step
from continuity.domain.step_kinds import DecisionStep, GroupStep, Step, decision_of
from continuity.domain.ticket import Severity

MODES = ("real", "table-top", "functional", "full")
STEP_STATES = ("done", "failed", "timed-out", "skipped", "simulated", "cancelled", "unknown")


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """One section below a ``##`` heading; ``step`` is None where it only explains.

    ``prose`` is the Markdown of the section without its step block, ``line`` that of its heading.
    """

    anchor: str
    title: str
    prose: str
    line: int
    step: Step | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RunbookDocument:
    """One runbook. ``hash`` is the SHA-256 of its canonical bytes, in hexadecimal.

    ``preamble`` is what stands before the first section.
    """

    hash: str
    front: Runbook
    preamble: str
    passages: tuple[Passage, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, as they are written."""
        return tuple(one.step for one in self.passages if one.step is not None)

    @property
    def sequence(self) -> tuple[Step, ...]:
        """The steps that follow one another: without members of groups, and what only undoes."""
        apart = members_of_groups(self.steps) | undoing_steps(self.steps)
        return tuple(step for step in self.steps if step.id not in apart)

    def step(self, name: str) -> Step | None:
        """Find a step by its id."""
        return next((step for step in self.steps if step.id == name), None)

    def passage(self, name: str) -> Passage | None:
        """Find the section of a step by the step's id."""
        return next((one for one in self.passages if one.step and one.step.id == name), None)

    def decision(self, name: str) -> Decision | None:
        """Find a decision by its id."""
        return next((one for one in self.front.decisions if one.id == name), None)


def members_of_groups(steps: tuple[Step, ...]) -> frozenset[str]:
    """Name the steps that run as part of a group."""
    groups = (step for step in steps if isinstance(step, GroupStep))
    return frozenset(member for group in groups for member in group.steps)


def undoing_steps(steps: tuple[Step, ...]) -> frozenset[str]:
    """Name the steps that take others back; they run for that only."""
    return frozenset(name for step in steps if (name := undo_step(step)) is not None)


def values_known(front: Runbook, steps: tuple[Step, ...]) -> Mapping[str, Sort]:
    """Give the names that conditions and arguments may use, and what each can be."""
    options = {one.id: tuple(option.id for option in one.options) for one in front.decisions}
    taken = {decision_of(step) for step in steps if isinstance(step, DecisionStep)}
    return {
        "severity": Sort(kind="text", choices=tuple(one.value for one in Severity)),
        "mode": Sort(kind="text", choices=MODES),
        "urgent": Sort(kind="boolean"),
        **{
            f"parameters.{one.name}": Sort(kind=one.type, choices=one.allowed)
            for one in front.parameters
        },
        **{
            f"decisions.{name}": Sort(kind="text", choices=options[name])
            for name in taken & options.keys()
        },
        **{f"steps.{step.id}": Sort(kind="text", choices=STEP_STATES) for step in steps},
        **{
            f"outputs.{step.id}.{one.name}": Sort(kind=one.type)
            for step in steps
            for one in step.outputs
        },
    }
