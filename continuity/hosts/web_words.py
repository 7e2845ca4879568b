"""What is said over HTTP: bodies and paths on the way out, errors and patience on the way back."""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, parse_qsl, quote, quote_plus, urlsplit

from continuity.domain.clock import Now
from continuity.domain.secret import Secret
from continuity.domain.text import shown

_LINE = 300
_LONGEST_PATIENCE = timedelta(days=1)
# Beyond ten years of seconds a number is a moment since 1970, not a wait.
_LARGEST_WAIT = 10 * 366 * 86_400
_SHORTEST_SECRET = 4
"""A shorter one would blacken half of every line, and hides nothing."""
_SHORTEST_WORD = 12
"""A shorter word of an address is one of the language."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Complaint:
    """An error in the other side's own words, not cleaned yet, and the fields that it names."""

    line: str = ""
    fields: tuple[str, ...] = ()


def no_complaint(content: bytes) -> Complaint:
    """Take the beginning of an error as it is, unless it is a web page."""
    text = content[:_LINE].decode("utf-8", "replace").strip()
    return Complaint(line="" if text.startswith("<") else text)


@dataclass(frozen=True, slots=True)
class Redaction:
    """Takes secrets out of text."""

    known: tuple[Secret, ...]

    def knowing(self, *more: Secret) -> Redaction:
        """Take these out too."""
        return Redaction((*self.known, *more)) if more else self

    def line(self, text: str) -> str:
        """Make one line of at most 300 characters that can be shown, without secrets."""
        for form in sorted(self._forms(), key=len, reverse=True):
            text = text.replace(form, "***")
        flat = " ".join(text.split())
        return shown(flat.encode("utf-8", "replace"))[:_LINE]

    def _forms(self) -> set[str]:
        found: set[str] = set()
        for one in self.known:
            text = one.reveal()
            parts = urlsplit(text) if "://" in text else None
            # Of a secret address the path is the secret; the last word of a header is the token.
            whole = [text, text.split(" ")[-1], *(_parts_of(parts) if parts else ())]
            for piece in whole:
                found |= {piece, quote(piece), quote_plus(piece), json.dumps(piece)[1:-1]}
                found.add(base64.b64encode(piece.encode("utf-8", "replace")).decode().rstrip("="))
        return {form for form in found if len(form) >= _SHORTEST_SECRET}


def _parts_of(address: SplitResult) -> Iterator[str]:
    """Give what must not be seen of an address: the way to it, and each long word in it."""
    yield address.path
    yield address.query
    words = [*address.path.split("/"), *(value for _, value in parse_qsl(address.query))]
    yield from (word for word in words if len(word) >= _SHORTEST_WORD)


def path_from_parts(*parts: str) -> str:
    """Join names to a path; nothing in a name can leave its place."""
    # A name of dots alone would climb, and dots are never escaped.
    return "/".join(
        quote(part.encode("utf-8", "replace"), safe="") if part.strip(".") else "_"
        for part in parts
    )


def json_bytes(value: object) -> bytes:
    """Write JSON; characters that UTF-8 cannot hold become question marks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def multipart(
    name: str,
    file_name: str,
    media_type: str,
    content: bytes,
    manifest: tuple[str, bytes] = ("", b""),
) -> tuple[bytes, str]:
    """Wrap one file as the form field ``name``; gives the body and its media type.

    ``manifest`` is a field of JSON that goes before the file, where one is wanted.
    """
    boundary = f"continuity-{secrets.token_hex(16)}"
    before = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{manifest[0]}"\r\n'
        f"Content-Type: application/json\r\n\r\n".encode()
        + manifest[1]
        + b"\r\n"
    )
    safe = re.sub(r"[\x00-\x1f\x7f\"\\]", "_", file_name).encode("utf-8", "replace")
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="'.encode()
        + safe
        + f'"\r\nContent-Type: {media_type}\r\n\r\n'.encode()
    )
    tail = f"\r\n--{boundary}--\r\n".encode()
    body = (before if manifest[0] else b"") + head + content + tail
    return body, f"multipart/form-data; boundary={boundary}"


def patience_from_headers(headers: Mapping[str, str], now: Now) -> timedelta | None:
    """Find how long to wait, at most a day: Retry-After first, then when a limit is lifted."""
    if "retry-after" in headers:
        return _patience(headers["retry-after"], now)
    if headers.get("x-ratelimit-remaining", "0").strip() != "0":
        return None
    reset = headers.get("x-ratelimit-reset", headers.get("ratelimit-reset", ""))
    return _patience(reset, now)


def _patience(text: str, now: Now) -> timedelta | None:
    text = text.strip()
    if re.fullmatch(r"[0-9]{1,11}(\.[0-9]{1,9})?", text):
        seconds = float(text)
        if seconds > _LARGEST_WAIT:
            seconds -= now().timestamp()
        return _bounded(timedelta(seconds=seconds))
    moment = _moment(text)
    return None if moment is None else _bounded(moment - now())


def _moment(text: str) -> datetime | None:
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(text)
        except (ValueError, TypeError, OverflowError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def _bounded(span: timedelta) -> timedelta:
    return min(max(span, timedelta(0)), _LONGEST_PATIENCE)
