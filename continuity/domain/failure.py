"""The closed list of ways in which things fail, and the error that carries one."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from continuity.domain.text import Message
from continuity.domain.verdict import Verdict


class FailureClass(StrEnum):
    """Why something is not PASS: part of an incident's identity, so names never change."""

    UNREACHABLE = "unreachable"
    AUTHENTICATION = "authentication"
    LOCKED = "locked"
    INTEGRITY = "integrity"
    CHECKSUM_MISMATCH = "checksum-mismatch"
    MISSING_FILES = "missing-files"
    UNEXPECTED_FILES = "unexpected-files"
    METADATA_MISMATCH = "metadata-mismatch"
    DISAGREEMENT = "disagreement"
    SOURCE_SUSPECT = "source-suspect"
    SOURCE_UNAVAILABLE = "source-unavailable"
    POSSIBLE_ENCRYPTION = "possible-encryption"
    TARGET_MISSED = "target-missed"
    OVERDUE = "overdue"
    NO_PROOF = "no-proof"
    NO_SPACE = "no-space"
    TIMEOUT = "timeout"
    CONFIGURATION = "configuration"
    TOOL_MISSING = "tool-missing"
    TOOL_ERROR = "tool-error"
    INTERRUPTED = "interrupted"
    CLOCK = "clock"
    RECORD_DAMAGED = "record-damaged"
    STORE_UNAVAILABLE = "store-unavailable"
    RESIDUE = "residue"
    HOST_KEY = "host-key"
    REVIVAL = "revival"
    DATA_MISMATCH = "data-mismatch"
    APPLICATION_CHECK = "application-check"
    ISOLATION = "isolation"
    STORAGE_UNPROTECTED = "storage-unprotected"
    CONFLICT = "conflict"


class ContinuityError(Exception):
    """Something that ends an operation, phrased for the person who has to act on it.

    Subclasses fix the failure class and verdict; the verdict is INCONCLUSIVE unless data or a
    target was shown to be wrong.
    """

    failure: ClassVar[FailureClass] = FailureClass.TOOL_ERROR
    verdict: ClassVar[Verdict] = Verdict.INCONCLUSIVE

    def __init__(self, what: Message, *, remedy: Message | None = None) -> None:
        super().__init__(str(what))
        self.what = what
        self.remedy = remedy


class UnreachableError(ContinuityError):
    """A repository, host or place could not be reached or does not exist."""

    failure = FailureClass.UNREACHABLE


class AuthenticationError(ContinuityError):
    """A password, key or permission was refused."""

    failure = FailureClass.AUTHENTICATION


class LockedError(ContinuityError):
    """Somebody else holds the lock."""

    failure = FailureClass.LOCKED


class DamagedError(ContinuityError):
    """Stored data was shown to be wrong."""

    failure = FailureClass.INTEGRITY
    verdict = Verdict.FAIL


class NoProofError(ContinuityError):
    """There is nothing to restore, or nothing that says what would be right."""

    failure = FailureClass.NO_PROOF


class SourceError(ContinuityError):
    """The protected source is missing, empty, not mounted or implausible."""

    failure = FailureClass.SOURCE_UNAVAILABLE
    verdict = Verdict.FAIL


class NoSpaceError(ContinuityError):
    """There is not enough room to go on."""

    failure = FailureClass.NO_SPACE


class TimedOutError(ContinuityError):
    """Something took longer than it was allowed."""

    failure = FailureClass.TIMEOUT


class ToolMissingError(ContinuityError):
    """A program is not installed or too old."""

    failure = FailureClass.TOOL_MISSING


class ToolError(ContinuityError):
    """A program failed, or said something that could not be understood."""

    failure = FailureClass.TOOL_ERROR


class InterruptedRunError(ContinuityError):
    """A person or the system stopped the run."""

    failure = FailureClass.INTERRUPTED


class ConfigurationError(ContinuityError):
    """What people wrote cannot be used."""

    failure = FailureClass.CONFIGURATION


class RecordError(ContinuityError):
    """The record of evidence is damaged."""

    failure = FailureClass.RECORD_DAMAGED
    verdict = Verdict.FAIL


class StoreError(ContinuityError):
    """The state database cannot be used."""

    failure = FailureClass.STORE_UNAVAILABLE


class UnwritableError(StoreError):
    """Nothing can be recorded in the state database; it may still be read."""


class ConflictError(ContinuityError):
    """Another process does the same work now."""

    failure = FailureClass.CONFLICT


class UncertainError(ContinuityError):
    """Something was begun, and nobody knows whether it happened: it has to be looked up."""

    failure = FailureClass.UNREACHABLE


class HostKeyError(ContinuityError):
    """A machine showed another key than the known one, or one that nobody knows."""

    failure = FailureClass.HOST_KEY


class RevivalError(ContinuityError):
    """What was restored could not be brought to life: its loader complained, or it is no dump."""

    failure = FailureClass.REVIVAL
    verdict = Verdict.FAIL


class IsolationError(ContinuityError):
    """The sandbox cannot be shut off as far as the workspace demands."""

    failure = FailureClass.ISOLATION


class ResidueError(ContinuityError):
    """Restored data was left behind."""

    failure = FailureClass.RESIDUE
    verdict = Verdict.FAIL
