"""Puts text, page and files into one mail, in the order in which every mail reader expects them."""

from __future__ import annotations

import re
from email.message import EmailMessage

from continuity.domain.attachment import Attachment

_NO_TYPE = "application", "octet-stream"
_TYPE = re.compile(r"([a-z]+)/([a-z0-9.+-]+)")
# A reader might run, split or show them instead of keeping them.
_READ_BY_ITSELF = frozenset({"text", "message", "multipart"})


def write_page(mail: EmailMessage, page: str, shown: tuple[Attachment, ...] = ()) -> None:
    """Add a page beside the text, which must be there, and the pictures that it shows by name."""
    mail.add_alternative(page, subtype="html", charset="utf-8", cte="quoted-printable")
    if not shown:
        return
    parts = mail.get_payload()
    whole = parts[-1] if isinstance(parts, list) else None
    if not isinstance(whole, EmailMessage):
        raise TypeError("a page has just been added")
    for one in shown:
        main, sub = _type_of(one)
        whole.add_related(
            one.content,
            maintype=main,
            subtype=sub,
            cid=f"<{one.shown_as}>",
            filename=one.name,
            disposition="inline",
        )


def enclose(mail: EmailMessage, attachment: Attachment, named: str) -> None:
    """Add a file under a name."""
    main, sub = _type_of(attachment)
    mail.add_attachment(attachment.content, maintype=main, subtype=sub, filename=named)


def _type_of(attachment: Attachment) -> tuple[str, str]:
    found = _TYPE.fullmatch(attachment.media_type)
    main, sub = (found[1], found[2]) if found else _NO_TYPE
    return _NO_TYPE if main in _READ_BY_ITSELF else (main, sub)
