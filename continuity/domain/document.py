"""Something whole for people to read and keep, such as a report, ready to be sent."""

from __future__ import annotations

from dataclasses import dataclass, field

from continuity.domain.attachment import Attachment


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A document in the reader's language: a text, a page that says the same, and files.

    Pictures that the page shows are among ``attachments``, with the name by which it does.
    ``thread`` is the same for all documents of its kind, ``key`` for all tries and all readers of
    this one. ``text`` and ``page`` are written for readers of mail: no secrets, nothing fetched.
    """

    subject: str
    text: str
    page: str
    thread: str
    key: str
    language: str
    attachments: tuple[Attachment, ...] = field(default=())


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """Who gets this copy, and who is named as its readers: each of them gets one of his own."""

    to: str
    readers: tuple[str, ...]
    copies: tuple[str, ...] = ()
