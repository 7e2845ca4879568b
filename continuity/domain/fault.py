"""The closed list of faults: what can be wrong, what it means, and how it is told apart."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

from continuity.domain.failure import FailureClass


class CheckKind(StrEnum):
    """What was asked; only a success of the same kind answers a failure of it."""

    BACKUP = "backup"
    DRILL = "drill"
    READ_BACK = "read-back"
    RETENTION = "retention"
    REPOSITORY = "repository"
    BACKUP_SCHEDULE = "backup-schedule"
    DRILL_SCHEDULE = "drill-schedule"
    READ_BACK_SCHEDULE = "read-back-schedule"
    RECOVERY_POINT = "recovery-point"
    RECOVERY_TIME = "recovery-time"
    PROOF = "proof"
    TAMPERING = "tampering"
    STORAGE = "storage"
    RECORD = "record"
    CONFIGURATION = "configuration"
    CHANNEL = "channel"
    CHANNEL_TEST = "channel-test"
    TRACKER = "tracker"
    HEARTBEAT = "heartbeat"
    OFFLINE = "offline"
    SERVICE = "service"
    REPORT = "report"
    CLIENT = "client"
    CLIENT_STANDING = "client-standing"
    NEIGHBOUR = "neighbour"
    NEIGHBOUR_HEALTH = "neighbour-health"
    WATCHER = "watcher"


class FaultKind(StrEnum):
    """What is wrong, in the words of an incident; part of its fingerprint, so it never changes."""

    BACKUP_FAILED = "backup-failed"
    DRILL_FAILED = "drill-failed"
    READ_BACK_FAILED = "read-back-failed"
    RETENTION_FAILED = "retention-failed"
    REPOSITORY_DOWN = "repository-down"
    POSSIBLE_ENCRYPTION = "possible-encryption"
    BACKUP_OVERDUE = "backup-overdue"
    DRILL_OVERDUE = "drill-overdue"
    READ_BACK_OVERDUE = "read-back-overdue"
    NO_RESTORE_POINT = "no-restore-point"
    RPO_MISSED = "rpo-missed"
    RTO_MISSED = "rto-missed"
    PROOF_MISSING = "proof-missing"
    STORAGE_UNPROTECTED = "storage-unprotected"
    RECORD_DAMAGED = "record-damaged"
    CONFIGURATION_BROKEN = "configuration-broken"
    CHANNEL_SILENT = "channel-silent"
    TRACKER_REFUSES = "tracker-refuses"
    HEARTBEAT_SILENT = "heartbeat-silent"
    OFFLINE_OLD = "offline-old"
    SERVICE_SILENT = "service-silent"
    REPORT_MISSED = "report-missed"
    CLIENT_UNHEARD = "client-unheard"
    CLIENT_RED = "client-red"
    NEIGHBOUR_SILENT = "neighbour-silent"
    NEIGHBOUR_UNWELL = "neighbour-unwell"
    WATCHER_DEAF = "watcher-deaf"


_FORMAT = "v1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One failure class on one target. ``target`` is ``job:NAME``, ``repository:NAME`` and so on.

    ``system`` is empty when no single system is concerned; ``repository`` is the one involved,
    which decides what a dead repository speaks for.
    """

    organisation: str
    system: str
    check: CheckKind
    kind: FaultKind
    target: str
    failure: FailureClass
    repository: str = ""

    @property
    def fingerprint(self) -> str:
        """Identify it: the same fault gives the same text for ever, whatever it says of itself."""
        parts = (self.organisation, self.system, self.check, self.target, self.failure)
        text = json.dumps([str(part) for part in parts], ensure_ascii=True, separators=(",", ":"))
        digest = hashlib.sha256(text.encode("ascii")).hexdigest()
        return f"{_FORMAT}:{self.kind}:{digest}"

    @property
    def question(self) -> tuple[CheckKind, str]:
        """What has to succeed before it is over."""
        return self.check, self.target


REPOSITORY_FAILURES = frozenset(
    {
        FailureClass.UNREACHABLE,
        FailureClass.AUTHENTICATION,
        FailureClass.LOCKED,
        FailureClass.INTEGRITY,
        FailureClass.NO_SPACE,
    }
)
"""What is the repository's fault before it is the job's: one of them speaks for all its jobs."""
