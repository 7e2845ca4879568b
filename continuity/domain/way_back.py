"""How one system comes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from continuity.domain.recovery_time import TimeKind
from continuity.domain.surviving import Survival
from continuity.domain.text import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class Return:
    """How one system comes back, in the order of recovery.

    ``start``, ``likely`` and ``back`` are counted from the moment recovery begins and None where
    unknown: half of such recoveries are over by ``likely``, nine of ten by ``back``. ``kind`` says
    where the time comes from, ``missing`` why there is none. ``loss`` is the work that is gone,
    None when everything is. ``lost_jobs`` are those of which no copy is left, ``repositories``
    those from which the rest comes back. ``rpo`` and ``rto`` are the targets, None where not set.
    """

    system: str
    title: str
    criticality: str
    start: timedelta | None
    likely: timedelta | None
    back: timedelta | None
    back_at: datetime | None
    kind: TimeKind
    loss: timedelta | None
    survival: Survival
    lost_jobs: tuple[str, ...]
    repositories: tuple[str, ...]
    rpo: timedelta | None
    rto: timedelta | None
    missing: Message | None

    @property
    def loses_too_much(self) -> bool:
        """Tell whether more work is gone than the target allows."""
        return self.rpo is not None and (self.loss is None or self.loss > self.rpo)

    @property
    def takes_too_long(self) -> bool | None:
        """Tell whether it is back later than the target allows; None where that is unknown."""
        if self.rto is None:
            return False
        return None if self.back is None else self.back > self.rto
