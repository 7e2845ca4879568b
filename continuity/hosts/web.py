"""The one place that speaks HTTP: time limits, size limits, and words for what went wrong.

Nothing of a secret gets into an error, even when the other side repeats it.
"""

from __future__ import annotations

import base64
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin, urlsplit

from continuity.domain.clock import Now
from continuity.domain.failure import ContinuityError, UnreachableError
from continuity.domain.secret import Secret
from continuity.domain.text import N_, Message, say
from continuity.hosts.web_answer import (
    UNAUTHORISED,
    Answer,
    LostError,
    RefusedError,
    error_from_answer,
)
from continuity.hosts.web_words import Complaint, Redaction, no_complaint, patience_from_headers

if TYPE_CHECKING:
    import httpx2

_REDIRECTS = 5
_SAME_METHOD = (307, 308)
_FOLLOWED_IN_READING = (301, 302, 303, *_SAME_METHOD)
_LONGEST_COMPLAINT = 65_536
_READS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """Where to speak, and as whom.

    ``name`` is what people call it. An ``address`` that lets everybody in who knows it is given as
    a Secret. ``complaint`` reads the other side's own words out of an error.
    ``session`` gives headers that expire: it is called before each request, and with True after an
    answer 401, when everything is sent once more. ``hidden`` are secrets that are sent in bodies.
    """

    name: str
    address: str | Secret
    now: Now
    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    login: tuple[str, Secret] | None = None
    complaint: Callable[[bytes], Complaint] = no_complaint
    session: Callable[[bool], Mapping[str, Secret]] | None = None
    hidden: tuple[Secret, ...] = ()
    ca_certificate: Path | None = None
    connect_seconds: float = 10.0
    read_seconds: float = 30.0
    whole_seconds: float = 120.0
    largest_answer: int = 8 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """What is sent along."""

    content: bytes
    media_type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """One request; ``path`` is relative to the site's address (see ``path_from_parts``).

    ``repeatable`` when doing it twice is the same as once, so that a lost answer does no harm.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Body | None = None
    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    repeatable: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Way:
    headers: Mapping[str, str | Secret]
    clean: Redaction


class Web:
    """Requests to one site, each over a connection of its own.

    An old connection that dies while it is used again would leave a write uncertain for nothing.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self._clean = Redaction(_secrets_of(site))

    def send(self, ask: Ask) -> Answer:
        """Send once and take whatever status comes.

        Raises UnreachableError when it surely did not arrive, LostError when it may have, and
        RefusedError when the address cannot be used or leads elsewhere.
        """
        answer = self._sent(ask, self._session(renew=False))
        if answer.status == UNAUTHORISED and self.site.session is not None:
            answer = self._sent(ask, self._session(renew=True))
        return answer

    def _session(self, *, renew: bool) -> Mapping[str, Secret]:
        if self.site.session is None:
            return {}
        try:
            headers = self.site.session(renew)
        except LostError as error:
            # What was lost was the way in, and nothing of what is to be sent.
            raise UnreachableError(error.what) from None
        self._clean = Redaction(_secrets_of(self.site)).knowing(*headers.values())
        return headers

    def _sent(self, ask: Ask, session: Mapping[str, Secret]) -> Answer:
        url, own = self._url(ask), {**self.site.headers, **session, **ask.headers}
        given = tuple(one for one in ask.headers.values() if isinstance(one, Secret))
        way = _Way(headers=own, clean=self._clean.knowing(*given))
        for _ in range(_REDIRECTS):
            answer = self._once(ask, url, way)
            if answer.status not in _FOLLOWED_IN_READING:
                return answer
            url = self._next(ask, url, answer)
        raise RefusedError(
            say(
                N_("{name} sends from one address to the next without an end."), name=self.site.name
            ),
            status=answer.status,
        )

    def read(self, ask: Ask, accept: tuple[int, ...] = (200,)) -> Answer:
        """Ask for something; every status that is not accepted is an error.

        Raises UnreachableError, BusyError, AuthenticationError or RefusedError.
        """
        answer = self.send(ask)
        if answer.status not in accept:
            raise self.trouble(answer)
        return answer

    def trouble(self, answer: Answer) -> ContinuityError:
        """Put an answer that is no success into words.

        BusyError, AuthenticationError, RefusedError or UnreachableError.
        """
        told = self.site.complaint(answer.content[:_LONGEST_COMPLAINT])
        said = Complaint(
            line=self._clean.line(told.line),
            fields=tuple(self._clean.line(one) for one in told.fields),
        )
        after = patience_from_headers(answer.headers, self.site.now)
        return error_from_answer(self.site.name, answer, said, after)

    def shown(self, text: str) -> str:
        """Make text of the other side one line that can be shown: no secrets, no tricks."""
        return self._clean.line(text)

    @cached_property
    def _client(self) -> httpx2.Client:
        import httpx2  # only when somebody really speaks

        site = self.site
        return httpx2.Client(
            auth=(site.login[0], site.login[1].reveal()) if site.login else None,
            timeout=httpx2.Timeout(site.read_seconds, connect=site.connect_seconds),
            limits=httpx2.Limits(max_keepalive_connections=0),
            verify=self._trust(),
            trust_env=False,
        )

    def _trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.site.ca_certificate is None:
            return context
        try:
            context.load_verify_locations(str(self.site.ca_certificate))
        except OSError as error:
            raise UnreachableError(
                say(
                    N_("The certificate of the authority cannot be read: {cause}"), cause=str(error)
                )
            ) from None
        return context

    def _url(self, ask: Ask) -> str:
        base = _plain(self.site.address)
        url = f"{base.rstrip('/')}/{ask.path}" if ask.path else base
        if not ask.query:
            return url
        return f"{url}{'&' if '?' in url else '?'}{urlencode(ask.query, errors='replace')}"

    def _next(self, ask: Ask, url: str, answer: Answer) -> str:
        """Follow to the same site only, and never turn a write into a read."""
        target = urljoin(url, answer.headers.get("location", ""))
        followed = _FOLLOWED_IN_READING if ask.method in _READS else _SAME_METHOD
        if answer.status in followed and _origin(target) == _origin(url):
            return target
        raise RefusedError(
            say(
                N_("{name} has another address than the one written: {place}"),
                name=self.site.name,
                place=self._clean.line("://".join(_origin(target))),
            ),
            status=answer.status,
        )

    def _once(self, ask: Ask, url: str, way: _Way) -> Answer:
        import httpx2

        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        headers |= {"User-Agent": "Continuity"}
        if ask.body is not None:
            headers["Content-Type"] = ask.body.media_type
        headers |= {name: _plain(one) for name, one in way.headers.items()}
        content = None if ask.body is None else ask.body.content
        until = time.monotonic() + self.site.whole_seconds
        name, problem = self.site.name, ""
        try:
            # A session of the other side would expire at a time of its own choosing.
            self._client.cookies.clear()
            request = self._client.build_request(ask.method, url, content=content, headers=headers)
            answer = self._client.send(request, stream=True)
            try:
                return self._whole(answer, until)
            finally:
                answer.close()
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            problem = way.clean.line(str(error))
        except (
            httpx2.InvalidURL,
            httpx2.UnsupportedProtocol,
            httpx2.LocalProtocolError,
            UnicodeError,
        ):
            what = say(N_("The address or a credential of {name} cannot be used."), name=name)
            raise RefusedError(what, status=0) from None
        except httpx2.HTTPError as error:
            line = way.clean.line(str(error)) or type(error).__name__
            raise LostError(
                say(N_("{name} was told, and did not answer: {line}"), name=name, line=line)
            ) from None
        raise UnreachableError(_unreached(name, problem))

    def _whole(self, answer: httpx2.Response, until: float) -> Answer:
        read = bytearray()
        for piece in answer.iter_raw():
            read += piece
            if len(read) > self.site.largest_answer or time.monotonic() > until:
                raise LostError(
                    say(
                        N_("{name} answers without an end; it was not heard out."),
                        name=self.site.name,
                    )
                )
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(status=answer.status_code, headers=headers, content=bytes(read))


def _unreached(name: str, line: str) -> Message:
    if "certificate" in line.lower() or "ssl" in line.lower():
        return say(N_("{name} cannot be trusted over TLS: {line}"), name=name, line=line)
    return say(N_("{name} cannot be reached: {line}"), name=name, line=line)


def _plain(text: str | Secret) -> str:
    return text.reveal() if isinstance(text, Secret) else text


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _secrets_of(site: Site) -> tuple[Secret, ...]:
    given = [site.address, *site.headers.values(), *site.hidden]
    if site.login is not None:
        user, password = site.login
        sent = base64.b64encode(f"{user}:{password.reveal()}".encode())
        given += [password, Secret(sent.decode())]
    return tuple(one for one in given if isinstance(one, Secret))
