"""Signs of life of jobs, in the protocol of Healthchecks: said by us, and heard from others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

LONGEST_RUN = timedelta(hours=72)
"""A start and an end further apart belong to different runs."""

LONGEST_BODY = 100_000
"""How many bytes of a body are kept, from its beginning."""

_METHODS = ("GET", "HEAD", "POST")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_KEY = re.compile(r"[A-Za-z0-9_-]{22}")
_SLUG = re.compile(r"[a-z0-9_-]{1,128}")
_STATUS = re.compile(r"0|[1-9][0-9]{0,2}")
_LARGEST_STATUS = 255


class Signal(StrEnum):
    """What a ping says."""

    START = "start"
    SUCCESS = "success"
    FAIL = "fail"
    LOG = "log"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ping:
    """One sign of life. Named by ``check``, or by the ``key`` of a project and a ``slug``.

    ``run`` pairs the start and the end of one run; ``status`` is the exit status, where one was
    told; ``create`` asks for a check of that slug where there is none.
    """

    check: UUID | None = None
    key: str = ""
    slug: str = ""
    signal: Signal = Signal.SUCCESS
    status: int | None = None
    run: UUID | None = None
    create: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """A ping and when it came."""

    ping: Ping
    at: datetime


class PingError(ValueError):
    """What was asked for is no ping; the text is for programs, as the protocol has it."""


def ping_from_request(method: str, path: str, query: Iterable[tuple[str, str]] = ()) -> Ping:
    """Read a ping of the path below which pings are taken, such as ``/UUID/start?rid=UUID``.

    Raises PingError.
    """
    if method not in _METHODS:
        raise PingError("method not allowed")
    named = dict(query)
    words = path.strip("/").split("/")
    run = _run(named.get("rid"))
    if _UUID.fullmatch(words[0]):
        signal, status = _signal(words[1:])
        return Ping(check=UUID(words[0]), signal=signal, status=status, run=run)
    if len(words) < 2 or not _KEY.fullmatch(words[0]) or not _SLUG.fullmatch(words[1]):  # noqa: PLR2004 - key and slug
        raise PingError("not found")
    signal, status = _signal(words[2:])
    return Ping(
        key=words[0],
        slug=words[1],
        signal=signal,
        status=status,
        run=run,
        create=named.get("create") == "1",
    )


def _signal(words: list[str]) -> tuple[Signal, int | None]:
    match words:
        case []:
            return Signal.SUCCESS, None
        case ["start" | "fail" | "log" as word]:
            return Signal(word), None
        case [word] if _STATUS.fullmatch(word) and int(word) <= _LARGEST_STATUS:
            return (Signal.FAIL if int(word) else Signal.SUCCESS), int(word)
        case _:
            raise PingError("not found")


def _run(text: str | None) -> UUID | None:
    if text is None:
        return None
    if not _UUID.fullmatch(text):
        raise PingError("invalid rid")
    return UUID(text)


def ending_of(signal: Signal, status: int | None = None) -> str:
    """Write what follows the name of a check."""
    if status is not None:
        return f"/{status}"
    return "" if signal is Signal.SUCCESS else f"/{signal.value}"


def started_at(end: Heard, before: Iterable[Heard]) -> datetime | None:
    """Find when the run began that a ping ends; None when no start belongs to it.

    ``before`` are earlier pings of the same check, the oldest first. With a run's id only its own
    start counts; without one the last start without one, unless another end came since.
    """
    if end.ping.signal not in {Signal.SUCCESS, Signal.FAIL}:
        return None
    start: datetime | None = None
    for heard in before:
        if heard.ping.run != end.ping.run or heard.at > end.at:
            continue
        match heard.ping.signal:
            case Signal.START:
                start = heard.at
            case Signal.SUCCESS | Signal.FAIL:
                start = None
            case Signal.LOG:
                pass
    return start if start is not None and end.at - start <= LONGEST_RUN else None
