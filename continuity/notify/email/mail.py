"""Makes a mail of a letter: plain text and a page, in one thread with all about its incident."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from continuity.domain.cleaned import one_line
from continuity.domain.letter import Letter
from continuity.domain.ticket import Severity
from continuity.notify.email.options import EmailOptions
from continuity.notify.email.page import page_from_letter
from continuity.notify.paragraphs import plain_text, subject_of

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
    domain = options.sender.rpartition("@")[2].lower()
    thread = f"<{_mark(letter.number)}.{_hash(letter.thread)}@{domain}>"
    mail = EmailMessage()
    mail["From"] = Address(one_line(options.sender_name, 100), addr_spec=options.sender)
    mail["To"] = to
    if options.reply_to is not None:
        mail["Reply-To"] = Address(addr_spec=options.reply_to)
    mail["Subject"] = subject_of(letter)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{_mark(letter.number)}.{_hash(letter.thread, letter.key)}@{domain}>"
    # No mail has this name: whichever of them comes first, all hang on it.
    mail["In-Reply-To"] = thread
    mail["References"] = thread
    mail["List-Id"] = f"Continuity <{_mark(organisation) or 'all'}.continuity.{domain}>"
    # Nobody's holiday greeting is to be answered by another.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    if letter.severity in _URGENT and not letter.recovered and not letter.drill:
        mail["Importance"] = "high"
    # What rules of a mailbox can sort by.
    mail["X-Continuity-Incident"] = one_line(letter.number, 100)
    mail["X-Continuity-Severity"] = letter.severity.value
    mail.set_content(f"{plain_text(letter)}\n", charset="utf-8", cte="quoted-printable")
    page = page_from_letter(letter)
    mail.add_alternative(page, subtype="html", charset="utf-8", cte="quoted-printable")
    # Set before, it would describe the first part alone.
    mail["Content-Language"] = _mark(letter.language) or "en"
    return mail


def _mark(text: str) -> str:
    return _MARK.sub("-", text.lower()).strip("-")[:60]


def _hash(*names: str) -> str:
    """Make a name that tells nothing of people, and is the same whenever it is made."""
    return hashlib.sha256("\n".join(names).encode("utf-8", "replace")).hexdigest()[:24]
