"""A REST server of restic: is it there, and does it let anything be deleted?

Its interface is the one that restic documents (REST backend, version 2).
"""

from __future__ import annotations

import hashlib
import json
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from continuity.domain.failure import ContinuityError, FailureClass, UnreachableError
from continuity.domain.location import Fact, FactName
from continuity.domain.secret import Secret
from continuity.domain.text import N_, say, shown
from continuity.locations.location import LocationKind, Notes, Visit

if TYPE_CHECKING:
    import httpx2

_SECONDS = 30.0
_OK, _GONE = 200, 404
_CREDENTIALS = (401, 403)
# A server that does not let delete may say "forbidden", or that it knows no such method.
_REFUSED = (401, 403, 405)
_LISTING = "application/vnd.x.restic.rest.v2"
_LARGEST_LISTING = 64 << 20
_BODY = b"Written to see whether it can be deleted. It may be deleted.\n"
_THROWAWAY = hashlib.sha256(_BODY).hexdigest()
"""A server takes objects only under the hash of their content. One that no index names troubles
neither `check` nor a restore, and as its name is always the same it never becomes two."""


def _look(visit: Visit) -> tuple[Fact, ...]:
    notes = Notes(visit)
    try:
        with _client(visit) as client:
            if _is_there(notes, client):
                _append_only(notes, client)
                _content(notes, client)
    except ContinuityError as error:
        notes.refused("HTTP", error)
    return notes.facts


def _client(visit: Visit) -> httpx2.Client:
    import httpx2  # only when such a server is looked at

    url = httpx2.URL(visit.location.removeprefix("rest:").rstrip("/") + "/")
    given = visit.credentials
    user, password = given.get("RESTIC_REST_USERNAME"), given.get("RESTIC_REST_PASSWORD")
    context = ssl.create_default_context()
    if visit.ca_certificate is not None:
        try:
            context.load_verify_locations(str(visit.ca_certificate))
        except OSError as error:
            raise UnreachableError(
                say(
                    N_("The certificate of the authority cannot be read: {cause}"), cause=str(error)
                )
            ) from None
    return httpx2.Client(
        base_url=url.copy_with(username=None, password=None),
        auth=_login(url, user, password),
        timeout=_SECONDS,
        verify=context,
        trust_env=False,
    )


def _login(url: httpx2.URL, user: Secret | None, password: Secret | None) -> tuple[str, str] | None:
    if user is not None and password is not None:
        return user.reveal(), password.reveal()
    return (url.username, url.password) if url.username else None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    status: int
    content: bytes


def _ask(client: httpx2.Client, method: str, path: str, body: bytes | None = None) -> _Answer:
    """Ask once. Raises UnreachableError when no answer comes, or one without an end."""
    import httpx2

    request = client.build_request(method, path, content=body, headers={"Accept": _LISTING})
    try:
        answer = client.send(request, stream=True)
        try:
            return _Answer(status=answer.status_code, content=_read(answer))
        finally:
            answer.close()
    except httpx2.HTTPError as error:
        line = shown(str(error).encode("utf-8", "replace"))[:300]
        untrusted = "certificate" in line.lower() or "ssl" in line.lower()
        what = N_("The storage of the repository cannot be reached: {line}")
        if untrusted:
            what = N_("The storage cannot be trusted over TLS: {line}")
        raise UnreachableError(say(what, line=line)) from None


def _read(answer: httpx2.Response) -> bytes:
    read = bytearray()
    for piece in answer.iter_bytes():
        read += piece
        if len(read) > _LARGEST_LISTING:
            raise UnreachableError(say(N_("The server answered far more than an answer.")))
    return bytes(read)


def _is_there(notes: Notes, client: httpx2.Client) -> bool:
    source = "HEAD config"
    status = _ask(client, "HEAD", "config").status
    if status == _OK:
        notes.saw(FactName.REACHABLE, True, source)
        return True
    if status in _CREDENTIALS:
        note = say(N_("The storage refused the credentials: {code}."), code=status)
        notes.not_reached(source, FailureClass.AUTHENTICATION, note)
    elif status == _GONE:
        note = say(N_("The server has no repository at this address."))
        notes.not_reached(source, FailureClass.UNREACHABLE, note)
    else:
        note = say(N_("The storage is in trouble: {code}."), code=status)
        notes.not_reached(source, FailureClass.UNREACHABLE, note)
    return False


def _append_only(notes: Notes, client: httpx2.Client) -> None:
    """Write a throwaway object and try to delete it: only a refusal shows protection."""
    source, place = "a refused deletion", f"data/{_THROWAWAY}"
    try:
        if _ask(client, "HEAD", place).status != _OK:
            status = _ask(client, "POST", place, _BODY).status
            if status != _OK:
                note = say(N_("It cannot be tried: writing was refused ({code})."), code=status)
                notes.cannot_tell(FactName.APPEND_ONLY, source, note)
                return
        status = _ask(client, "DELETE", place).status
        stands = _ask(client, "HEAD", place).status == _OK
    except UnreachableError as error:
        notes.cannot_tell(FactName.APPEND_ONLY, source, error.what)
        return
    if stands and status in _REFUSED:
        notes.saw(FactName.APPEND_ONLY, True, source)
    elif not stands and status == _OK:
        note = say(N_("A throwaway object could be deleted."))
        notes.saw(FactName.APPEND_ONLY, False, "a deletion that worked", note)
    else:
        note = say(N_("The deletion was not answered clearly: {code}."), code=status)
        notes.cannot_tell(FactName.APPEND_ONLY, source, note)


def _content(notes: Notes, client: httpx2.Client) -> None:
    answer = _ask(client, "GET", "data/")
    sizes = _sizes(answer.content) if answer.status == _OK else None
    if sizes is None:
        note = say(N_("The answer was not understood."))
        notes.cannot_tell(FactName.SIZE_BYTES, "GET data/", note)
        return
    notes.saw(FactName.OBJECTS, len(sizes), "GET data/")
    notes.saw(FactName.SIZE_BYTES, sum(sizes), "GET data/")


def _sizes(text: bytes) -> list[int] | None:
    try:
        listed = json.loads(text)
    except ValueError:
        return None
    if not isinstance(listed, list):
        return None
    sizes = [one.get("size") for one in listed if isinstance(one, dict)]
    return [size for size in sizes if isinstance(size, int) and size >= 0]


LOCATION = LocationKind(name="rest", scheme="rest", look=_look)
