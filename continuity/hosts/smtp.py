"""Hands mail to a mail server, and says what became of it."""

from __future__ import annotations

import base64
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from enum import StrEnum
from pathlib import Path

from continuity.domain.delivery import Confirmed, Outcome, Rejected, Retryable, Uncertain
from continuity.domain.failure import (
    AuthenticationError,
    ContinuityError,
    ToolError,
    UnreachableError,
)
from continuity.domain.secret import Secret
from continuity.domain.text import N_, say
from continuity.hosts.web_way import is_here
from continuity.hosts.web_words import Redaction

_GO_AHEAD, _GIVE_ON, _TAKEN = 354, 334, 250
_PERMANENT = 500
_TOO_LARGE = 552

SIZE = "size"
"""What stands among the fields of a refusal when the mail is larger than the server takes."""


class Security(StrEnum):
    """How the way to the mail server is protected."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class MailServer:
    """Where mail is handed over; a password never goes out over an open network in clear text."""

    host: str
    port: int
    security: Security = Security.STARTTLS
    login: tuple[str, Secret] | None = None
    ca_certificate: Path | None = None
    seconds: float = 30.0
    whole_seconds: float = 120.0


class _LaterError(UnreachableError):
    """The server says that it may take it another time."""


class _TooLargeError(ToolError):
    """The server takes no mail that large, and never will."""


class _LostError(UnreachableError):
    """The whole mail went out, and nobody said whether it was taken."""


def deliver(server: MailServer, mail: EmailMessage, sender: str, to: str) -> Outcome:
    """Hand over one mail for one recipient; sent again, it keeps its Message-ID."""
    try:
        with _session(server) as session:
            line = _hand_over(server, session, mail, (sender, to))
    except _LostError as error:
        return Uncertain(reason=error.what)
    except UnreachableError as error:
        return Retryable(reason=error.what)
    except _TooLargeError as error:
        return Rejected(reason=error.what, fields=(SIZE,))
    except ContinuityError as error:
        return Rejected(reason=error.what)
    return Confirmed(id=str(mail["Message-ID"] or ""), key=line)


def knock(server: MailServer) -> None:
    """Connect and log in, and hand over nothing.

    Raises UnreachableError, AuthenticationError or ToolError.
    """
    with _session(server) as session:
        session.noop()


@contextmanager
def _session(server: MailServer) -> Iterator[smtplib.SMTP]:
    """Connect, secure and log in; every trouble inside becomes an error with words."""
    clean = _redaction(server)
    if server.login is not None and server.security is Security.NONE and not is_here(server.host):
        raise ToolError(
            say(N_("The password would go to {host} in clear text."), host=server.host),
            remedy=say(N_("Set security to starttls or tls.")),
        )
    try:
        session = _connected(server)
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise _error_from(server, error, clean) from None
    watch = threading.Timer(server.whole_seconds, _shut, (session,))
    watch.daemon = True
    watch.start()
    try:
        _enter(server, session)
        yield session
        with suppress(OSError, smtplib.SMTPException):  # clearing up; the error that counts goes on
            session.quit()
    except (OSError, smtplib.SMTPException, UnicodeError, ValueError) as error:
        raise _error_from(server, error, clean) from None
    finally:
        watch.cancel()
        session.close()


def _connected(server: MailServer) -> smtplib.SMTP:
    name = socket.gethostname()
    greeting = name if "." in name else "[127.0.0.1]"
    place = server.host, server.port, greeting
    if server.security is Security.TLS:
        return smtplib.SMTP_SSL(*place, timeout=server.seconds, context=_trust(server))
    return smtplib.SMTP(*place, timeout=server.seconds)


def _enter(server: MailServer, session: smtplib.SMTP) -> None:
    session.ehlo_or_helo_if_needed()
    if server.security is Security.STARTTLS:
        session.starttls(context=_trust(server))
        session.ehlo()
    if server.login is not None:
        code, line = _log_in(session, *server.login)
        clean = _redaction(server)
        if code >= _PERMANENT:
            told = clean.line(_text(line))
            raise AuthenticationError(
                say(
                    N_("{host} refused the user or the password: {line}"),
                    host=server.host,
                    line=told,
                )
            )
        _expect(server, (code, line), clean)


def _log_in(session: smtplib.SMTP, user: str, password: Secret) -> tuple[int, bytes]:
    """Send user and password in UTF-8, which the library's own way cannot."""
    ways = session.esmtp_features.get("auth", "").upper().split()
    words = [base64.b64encode(word.encode()).decode() for word in (user, password.reveal())]
    if "PLAIN" in ways:
        whole = base64.b64encode(f"\0{user}\0{password.reveal()}".encode()).decode()
        return session.docmd("AUTH", f"PLAIN {whole}")
    if "LOGIN" not in ways:
        raise smtplib.SMTPNotSupportedError("AUTH PLAIN, AUTH LOGIN")
    code, line = session.docmd("AUTH", f"LOGIN {words[0]}")
    return session.docmd(words[1]) if code == _GIVE_ON else (code, line)


def _trust(server: MailServer) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if server.ca_certificate is not None:
        context.load_verify_locations(str(server.ca_certificate))
    return context


def _shut(session: smtplib.SMTP) -> None:
    """End a conversation that a server draws out without an end."""
    if session.sock is not None:
        with suppress(OSError):  # gone already is as wanted
            session.sock.shutdown(socket.SHUT_RDWR)


def _hand_over(
    server: MailServer, session: smtplib.SMTP, mail: EmailMessage, way: tuple[str, str]
) -> str:
    clean = _redaction(server)
    foreign = not all(address.isascii() for address in way)
    if foreign and not session.has_extn("smtputf8"):
        raise ToolError(say(N_("{host} takes no addresses with such letters."), host=server.host))
    policy = (SMTPUTF8 if foreign else SMTP).clone(cte_type="8bit" if foreign else "7bit")
    content = mail.as_bytes(policy=policy)
    _refuse_too_large(server, session, len(content))
    said = session.mail(way[0], ["SMTPUTF8", "BODY=8BITMIME"] if foreign else [])
    _expect(server, said, clean)
    _expect(server, session.rcpt(way[1]), clean)
    code, line = session.docmd("DATA")
    if code != _GO_AHEAD:
        raise _refusal(server, code, line, clean)
    session.send(_dotted(content))
    try:
        session.send(b".\r\n")
        code, line = session.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise _LostError(
            say(
                N_("{host} was given the mail, and did not say whether it took it: {line}"),
                host=server.host,
                line=clean.line(str(error)),
            )
        ) from None
    _expect(server, (code, line), clean)
    return clean.line(f"{code} {line.decode('utf-8', 'replace')}")


def _refuse_too_large(server: MailServer, session: smtplib.SMTP, size: int) -> None:
    """Spare both sides a mail that the server has said it will not take."""
    most = session.esmtp_features.get("size", "")
    if most.isascii() and most.isdigit() and 0 < int(most) < size:
        what = N_("{host} takes mails of {most} bytes at most, and this one has {size}.")
        raise _TooLargeError(say(what, host=server.host, most=int(most), size=size))


def _dotted(content: bytes) -> bytes:
    """End every line as mail does, and double the dots at the beginning of one."""
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n").split(b"\n")
    return b"".join((b"." + one if one.startswith(b".") else one) + b"\r\n" for one in lines)


def _expect(server: MailServer, said: tuple[int, bytes], clean: Redaction) -> None:
    if said[0] // 100 != _TAKEN // 100:
        raise _refusal(server, *said, clean)


def _refusal(server: MailServer, code: int, line: bytes, clean: Redaction) -> ContinuityError:
    told = clean.line(line.decode("utf-8", "replace"))
    if code < _PERMANENT:
        what = N_("{host} does not take the mail now ({code}): {line}")
        return _LaterError(say(what, host=server.host, code=code, line=told))
    what = N_("{host} does not take the mail ({code}): {line}")
    kind = _TooLargeError if code == _TOO_LARGE else ToolError
    return kind(say(what, host=server.host, code=code, line=told))


def _error_from(server: MailServer, error: Exception, clean: Redaction) -> ContinuityError:
    host, line = server.host, clean.line(str(error))
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return _refusal(server, error.smtp_code, _text(said).encode("utf-8", "replace"), clean)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return ToolError(
            say(N_("{host} cannot do what is asked of it: {line}"), host=host, line=line),
            remedy=say(N_("See which port and which kind of security the provider names.")),
        )
    if isinstance(error, ssl.SSLError):
        return UnreachableError(
            say(N_("{name} cannot be trusted over TLS: {line}"), name=host, line=line)
        )
    if isinstance(error, ValueError):
        return ToolError(say(N_("An address cannot be used: {line}"), line=line))
    return UnreachableError(say(N_("{name} cannot be reached: {line}"), name=host, line=line))


def _text(said: object) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


def _redaction(server: MailServer) -> Redaction:
    if server.login is None:
        return Redaction(())
    user, password = server.login
    plain = base64.b64encode(f"\0{user}\0{password.reveal()}".encode())
    return Redaction((password, Secret(plain.decode())))
