"""Checkpoints: the few lines that are signed, mailed and kept elsewhere as witnesses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from continuity.domain.audit import Witness
from continuity.domain.clock import text_from_time, time_from_text

NAMESPACE = "continuity-checkpoint"
"""What the signature is for, so that it cannot be passed off as one for something else."""

_TITLE = "Continuity checkpoint 1"
_HASH = "[0-9a-f]{64}"
_COUNT = "[1-9][0-9]{0,17}"
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6}Z"
_TEXT = re.compile(
    rf"{re.escape(_TITLE)}\n"
    rf"organisation: (?P<organisation>[^\n]+)\n"
    rf"sequence: (?P<sequence>{_COUNT})\n"
    rf"hash: (?P<hash>{_HASH})\n"
    rf"records: (?P<records>{_COUNT})\n"
    rf"time: (?P<time>{_TIME})\n"
)
_SHORT = re.compile(rf"(?P<sequence>{_COUNT}):(?P<hash>{_HASH})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """The end of an organisation's record at one moment; made also when nothing happened.

    ``records`` counts them from the first; without gaps it equals ``sequence``.
    """

    organisation: str
    sequence: int
    hash: str
    records: int
    time: datetime


def text_from_checkpoint(checkpoint: Checkpoint) -> str:
    """Write the text that is signed.

    Raises ValueError when it could not be read back, as with an empty record.
    """
    text = (
        f"{_TITLE}\n"
        f"organisation: {_one_line(checkpoint.organisation)}\n"
        f"sequence: {checkpoint.sequence}\n"
        f"hash: {checkpoint.hash}\n"
        f"records: {checkpoint.records}\n"
        f"time: {text_from_time(checkpoint.time)}\n"
    )
    checkpoint_from_text(text)
    return text


def _one_line(name: str) -> str:
    # A line break in the name could forge the lines that follow it.
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name)


def checkpoint_from_text(text: str) -> Checkpoint:
    """Read what ``text_from_checkpoint`` wrote, and nothing else; raises ValueError."""
    found = _TEXT.fullmatch(text)
    if found is None or not found["organisation"].isprintable():
        raise ValueError("not the text of a checkpoint")
    return Checkpoint(
        organisation=found["organisation"],
        sequence=int(found["sequence"]),
        hash=found["hash"],
        records=int(found["records"]),
        time=time_from_text(found["time"]),
    )


def short_text_from_checkpoint(checkpoint: Checkpoint) -> str:
    """Write ``sequence:hash``, short enough for the footer of a mail."""
    return f"{checkpoint.sequence}:{checkpoint.hash}"


def witness_from_text(text: str) -> Witness:
    """Read a witness somebody kept: a checkpoint's text, or its short form anywhere in a line.

    Raises ValueError when there is none, or more than one.
    """
    full = _TEXT.fullmatch(text.replace("\r\n", "\n"))
    if full is not None:
        return Witness(sequence=int(full["sequence"]), hash=full["hash"])
    short = list(_SHORT.finditer(text))
    if len(short) != 1:
        raise ValueError("a checkpoint, or sequence:hash as printed in the footer of a mail")
    return Witness(sequence=int(short[0]["sequence"]), hash=short[0]["hash"])
