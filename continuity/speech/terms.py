"""What the words of the judgements are called where people read them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from continuity.domain.recovery_time import TimeKind
from continuity.domain.slot import SlotKind
from continuity.domain.surviving import Survival
from continuity.domain.text import N_

TIME_KINDS: Mapping[Enum, str] = {
    TimeKind.MEASURED: N_("measured"),
    TimeKind.EXTRAPOLATED: N_("computed"),
    TimeKind.CLAIMED: N_("claimed"),
    TimeKind.UNKNOWN: N_("unknown"),
}
SURVIVALS: Mapping[Enum, str] = {
    Survival.PROVEN: N_("proven"),
    Survival.CLAIMED: N_("claimed"),
    Survival.LOST: N_("nothing"),
}
SLOT_KINDS: Mapping[Enum, str] = {
    SlotKind.BACKUP: N_("backup"),
    SlotKind.FULL_DRILL: N_("full restore test"),
    SlotKind.DRILL: N_("restore test"),
    SlotKind.READ_BACK: N_("check of the repository"),
    SlotKind.SABOTAGE: N_("sabotage"),
}
