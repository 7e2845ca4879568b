"""Makes a mail of a letter: plain text and a page, in one thread with all about its incident."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from continuity.domain.cleaned import one_line
from continuity.domain.document import Document, Envelope
from continuity.domain.letter import Letter
from continuity.domain.ticket import Severity
from continuity.hosts.mail_parts import enclose, write_page
from continuity.notify.email.options import EmailOptions
from continuity.notify.email.page import page_from_letter
from continuity.notify.paragraphs import plain_text, subject_of

_LONGEST_SUBJECT = 200
_URGENT = (Severity.S1, Severity.S2)
_PERSON = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\/]{1,190}")
_MARK = re.compile(r"[^a-z0-9-]+")


def recipient_from_text(text: str) -> Address | None:
    """Read a person's address; None when it is none. A foreign domain gets its ASCII name."""
    if _PERSON.fullmatch(text) is None or not text.isprintable():
        return None
    user, _, domain = text.rpartition("@")
    try:
        return Address(username=user, domain=domain.encode("idna").decode())
    except (ValueError, UnicodeError):
        return None


def mail_from_letter(
    letter: Letter, to: Address, options: EmailOptions, organisation: str, at: datetime
) -> EmailMessage:
    """Write the mail. Made again from the same letter, it has the same Message-ID."""
    mail = _begun(options, organisation, at)
    mail["To"] = to
    mail["Subject"] = subject_of(letter)
    _name(mail, _mark(letter.number), (letter.thread, letter.key), options)
    if letter.severity in _URGENT and not letter.recovered and not letter.drill:
        mail["Importance"] = "high"
    # What rules of a mailbox can sort by.
    mail["X-Continuity-Incident"] = one_line(letter.number, 100)
    mail["X-Continuity-Severity"] = letter.severity.value
    _write(mail, plain_text(letter))
    write_page(mail, page_from_letter(letter))
    return _in_language(mail, letter.language)


def mail_from_document(
    document: Document,
    envelope: Envelope,
    options: EmailOptions,
    organisation: str,
    at: datetime,
) -> EmailMessage:
    """Write the mail; made again, and for each of its readers, it has the same Message-ID."""
    mail = _begun(options, organisation, at)
    mail["To"] = _addresses(envelope.readers) or _addresses((envelope.to,))
    copies = _addresses(envelope.copies)
    if copies:
        mail["Cc"] = copies
    mail["Subject"] = one_line(document.subject, _LONGEST_SUBJECT)
    _name(mail, "report", (document.thread, document.key), options)
    mail["X-Continuity-Report"] = one_line(document.thread, 100)
    _write(mail, document.text)
    write_page(mail, document.page, tuple(one for one in document.attachments if one.shown_as))
    for one in document.attachments:
        if not one.shown_as:
            enclose(mail, one, one.name)
    return _in_language(mail, document.language)


def _begun(options: EmailOptions, organisation: str, at: datetime) -> EmailMessage:
    domain = _domain(options)
    mail = EmailMessage()
    mail["From"] = Address(one_line(options.sender_name, 100), addr_spec=options.sender)
    if options.reply_to is not None:
        mail["Reply-To"] = Address(addr_spec=options.reply_to)
    mail["Date"] = format_datetime(at)
    mail["List-Id"] = f"Continuity <{_mark(organisation) or 'all'}.continuity.{domain}>"
    # Nobody's holiday greeting is to be answered by another.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    return mail


def _name(mail: EmailMessage, mark: str, names: tuple[str, str], options: EmailOptions) -> None:
    """Name a mail by its thread and key."""
    thread, domain = names[0], _domain(options)
    mail["Message-ID"] = f"<{mark}.{_hash(*names)}@{domain}>"
    # No mail has this name: whichever of them comes first, all hang on it.
    root = f"<{mark}.{_hash(thread)}@{domain}>"
    mail["In-Reply-To"] = root
    mail["References"] = root


def _write(mail: EmailMessage, text: str) -> None:
    mail.set_content(f"{text.rstrip()}\n", charset="utf-8", cte="quoted-printable")


def _in_language(mail: EmailMessage, language: str) -> EmailMessage:
    # Set before, it would describe the first part alone.
    mail["Content-Language"] = _mark(language) or "en"
    return mail


def _addresses(texts: tuple[str, ...]) -> tuple[Address, ...]:
    found = (recipient_from_text(text) for text in texts)
    return tuple(one for one in found if one is not None)


def _domain(options: EmailOptions) -> str:
    return options.sender.rpartition("@")[2].lower()


def _mark(text: str) -> str:
    return _MARK.sub("-", text.lower()).strip("-")[:60]


def _hash(*names: str) -> str:
    """Make a name that tells nothing of people, and is the same whenever it is made."""
    return hashlib.sha256("\n".join(names).encode("utf-8", "replace")).hexdigest()[:24]
