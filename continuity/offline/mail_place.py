"""People who keep an offline copy in their mailbox: it is on their phones when all else is gone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from html import escape

from continuity.domain.attachment import Attachment
from continuity.domain.delivery import Confirmed
from continuity.domain.document import Document, Envelope
from continuity.domain.failure import ContinuityError, UnreachableError
from continuity.domain.text import N_, say
from continuity.notify.channel import Post
from continuity.speech.speaker import Speaker

_PDF, _README = "continuity.pdf", "README.txt"
# The oldest time that a zip can hold: the same files always give the same bytes.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def mail_bundle(
    post: Post,
    addresses: Iterable[str],
    name: str,
    files: Mapping[str, bytes],
    speaker: Speaker,
) -> None:
    """Send the whole to each of them. Raises UnreachableError when one did not surely get it."""
    document = _document(name, files, speaker)
    missed = tuple(_missed(post, document, addresses))
    if missed:
        raise missed[0]


def _missed(post: Post, document: Document, addresses: Iterable[str]) -> Iterator[ContinuityError]:
    for address in addresses:
        outcome = post(document, Envelope(to=address, readers=(address,)))
        if not isinstance(outcome, Confirmed):
            yield UnreachableError(
                outcome.reason, remedy=say(N_("Try the channel: continuity channels probe"))
            )


def _document(name: str, files: Mapping[str, bytes], speaker: Speaker) -> Document:
    text = files[_README].decode()
    first, _, rest = text.partition("\n")
    keep = speaker.text(N_("Keep this mail on your phone. It takes the place of the one before."))
    enclosed = [
        Attachment(
            name=f"continuity-{name}.zip", media_type="application/zip", content=_zipped(files)
        )
    ]
    if _PDF in files:
        pdf = Attachment(name=_PDF, media_type="application/pdf", content=files[_PDF])
        enclosed.insert(0, pdf)
    page = f"<p><b>{escape(keep)}</b></p><pre>{escape(rest)}</pre>"
    language = escape(speaker.language, quote=True)
    return Document(
        subject=first,
        text=f"{keep}\n\n{text}",
        page=(
            f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8">'
            f"<title>{escape(first)}</title></head><body><h1>{escape(first)}</h1>{page}</body></html>"
        ),
        thread="bundle",
        key=f"bundle-{name}",
        language=speaker.language,
        attachments=tuple(enclosed),
    )


def _zipped(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _NO_TIME), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()
