"""A REST server of restic: is it there, and does it let anything be deleted?

Its interface is the one that restic documents (REST backend, version 2).
"""

from __future__ import annotations

import hashlib
import json
from urllib.parse import SplitResult, unquote, urlsplit

from continuity.domain.failure import ContinuityError, FailureClass, UnreachableError
from continuity.domain.location import Fact, FactName
from continuity.domain.secret import Secret
from continuity.domain.text import N_, say
from continuity.hosts.web import Ask, Body, Site, Web
from continuity.hosts.web_answer import Answer, RefusedError
from continuity.locations.location import LocationKind, Notes, Visit

_SECONDS = 600.0
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
        web = _web(visit)
        if _is_there(notes, web):
            _append_only(notes, web)
            _content(notes, web)
    except ContinuityError as error:
        notes.refused("HTTP", error)
    return notes.facts


def _web(visit: Visit) -> Web:
    url = urlsplit(visit.location.removeprefix("rest:"))
    given = visit.credentials
    user, password = given.get("RESTIC_REST_USERNAME"), given.get("RESTIC_REST_PASSWORD")
    site = Site(
        name="REST",
        address=url._replace(netloc=url.netloc.rpartition("@")[2]).geturl(),
        now=lambda: visit.at,
        headers={"Accept": _LISTING},
        login=_login(url, user, password),
        ca_certificate=visit.ca_certificate,
        whole_seconds=_SECONDS,
        largest_answer=_LARGEST_LISTING,
    )
    return Web(site)


def _login(
    url: SplitResult, user: Secret | None, password: Secret | None
) -> tuple[str, Secret] | None:
    if user is not None and password is not None:
        return user.reveal(), password
    if not url.username:
        return None
    return unquote(url.username), Secret(unquote(url.password or ""))


def _ask(web: Web, method: str, path: str, body: bytes | None = None) -> Answer:
    """Ask once. Raises UnreachableError when no answer comes, or one without an end."""
    sent = None if body is None else Body(content=body, media_type="application/octet-stream")
    try:
        return web.send(Ask(method=method, path=path, body=sent))
    except (UnreachableError, RefusedError) as error:
        line = str(error.what.values.get("line") or error.what)
        untrusted = "certificate" in line.lower() or "ssl" in line.lower()
        what = N_("The storage of the repository cannot be reached: {line}")
        if untrusted:
            what = N_("The storage cannot be trusted over TLS: {line}")
        raise UnreachableError(say(what, line=line)) from None


def _is_there(notes: Notes, web: Web) -> bool:
    source = "HEAD config"
    status = _ask(web, "HEAD", "config").status
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


def _append_only(notes: Notes, web: Web) -> None:
    """Write a throwaway object and try to delete it: only a refusal shows protection."""
    source, place = "a refused deletion", f"data/{_THROWAWAY}"
    try:
        if _ask(web, "HEAD", place).status != _OK:
            status = _ask(web, "POST", place, _BODY).status
            if status != _OK:
                note = say(N_("It cannot be tried: writing was refused ({code})."), code=status)
                notes.cannot_tell(FactName.APPEND_ONLY, source, note)
                return
        status = _ask(web, "DELETE", place).status
        stands = _ask(web, "HEAD", place).status == _OK
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


def _content(notes: Notes, web: Web) -> None:
    answer = _ask(web, "GET", "data/")
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
