"""What the program does steps of runbooks with: machines, secrets, restores, probes, patience."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from continuity.domain.clock import Now
from continuity.domain.conduct import Conduct, Detail
from continuity.domain.conduct_frontier import Stand
from continuity.domain.exhibit import Exhibit
from continuity.domain.ladder import Recipient
from continuity.domain.probe import Probe
from continuity.domain.runbook import Runbook
from continuity.domain.secret import Secret
from continuity.domain.step_kinds import RestoreStep, RunbookStep
from continuity.domain.text import Message
from continuity.domain.written import SecretReference
from continuity.hosts.host import Host
from continuity.workflows.carrying_on import Outcome
from continuity.workflows.words import Told

ITSELF = "continuity"
"""How a step names this program."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What is to be restored, and where to.

    ``point`` is what the step or a person named, ``repository`` where it is to come from, empty for
    whichever has it. ``accepted`` says that a person chose it, knowing what is proven of it.
    ``target`` and ``place`` are the step's; ``mark`` names ``run`` and step. ``note`` writes down
    what is about to happen.
    """

    job: str
    point: str
    accepted: bool
    target: str
    place: Path | None
    include: tuple[bytes, ...]
    mark: str
    run: str = ""
    repository: str = ""
    note: Callable[[Mapping[str, str]], None] = lambda _told: None


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """What a restore came to: what it found goes into the record with ``details``.

    ``place`` is where it is, empty in the sandbox; ``run_id`` is that of the drill there.
    """

    passed: bool
    point: str
    taken_at: datetime
    place: str = ""
    run_id: str = ""
    details: Mapping[str, Detail] = field(default_factory=dict)
    said: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unproven:
    """The point that would be restored is not proven, and nobody has accepted that yet."""

    point: str
    said: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Telling:
    """What a step tells, and whom. ``key`` is the same for every try of one telling."""

    key: str
    text: str
    audience: tuple[Recipient, ...]
    channels: tuple[str, ...]
    front: Runbook
    conduct: Conduct


@dataclass(frozen=True, kw_only=True, slots=True)
class Hands:
    """What doing takes: machines by name, secrets by reference, restores, probes, and patience.

    ``restore`` brings a point of a job back and compares it, unless it is not proven. ``probe``
    asks once and gives what it read, None for a wrong answer. ``keep`` keeps what a step printed,
    and ``say`` says things in the language of whoever is there.
    ``tell`` queues what people are told, once. ``follow`` begins the run of another runbook that a
    step is, unless it was begun, and gives its name. ``note`` writes into a run what a step is
    about to do, so that its end can be looked up. ``put_back`` takes a restore over production
    back. ``itself`` starts this program here, in the same workspace, wherever it is installed.
    """

    host: Callable[[str], Host]
    secret: Callable[[SecretReference], Secret]
    restore: Callable[[Order], Restored | Unproven]
    probe: Callable[[Probe], str | None]
    keep: Callable[[str, bytes], Exhibit]
    say: Callable[[Message], str]
    tell: Callable[[Telling], Told]
    follow: Callable[[Conduct, RunbookStep], str]
    note: Callable[[str, str, Mapping[str, str]], None]
    put_back: Callable[[Stand, RestoreStep], Outcome]
    now: Now
    sleep: Callable[[float], None]
    itself: tuple[str, ...] = (ITSELF,)
