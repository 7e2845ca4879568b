"""How ready a runbook is, in words."""

from __future__ import annotations

from collections.abc import Mapping

from continuity.domain.readiness import Check, Ready
from continuity.domain.text import N_

STATES: Mapping[str, str] = {
    Ready.READY: N_("READY"),
    Ready.NEEDS_VERIFICATION: N_("NEEDS VERIFICATION"),
    Ready.NOT_READY: N_("NOT READY"),
}
"""What each state of a runbook is called, by its name on record."""

CHECKS: Mapping[str, str] = {
    Check.IN_USE: N_("in use"),
    Check.PEOPLE: N_("people"),
    Check.DEPUTIES: N_("deputies"),
    Check.PHONES: N_("telephones"),
    Check.REFERENCES: N_("what it refers to"),
    Check.POINTS: N_("restore points"),
    Check.CREDENTIALS: N_("secrets"),
    Check.PROGRAMS: N_("programs"),
    Check.CHANNELS: N_("channels"),
    Check.OFFLINE: N_("offline copies"),
    Check.REVIEW: N_("review"),
}
"""What each check looks at, by its name on record."""
