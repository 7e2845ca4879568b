"""A page as plain values, and back from somebody whom nobody has to believe."""

from __future__ import annotations

from collections.abc import Mapping

from continuity.domain.plain_fields import fields_from_plain, plain_from_fields
from continuity.reports.page import (
    Block,
    Bullets,
    Chart,
    Heading,
    Lamp,
    Page,
    Paragraph,
    Signature,
    Table,
)

_KINDS: Mapping[str, type[Heading | Paragraph | Bullets | Lamp | Table | Signature]] = {
    "heading": Heading,
    "paragraph": Paragraph,
    "bullets": Bullets,
    "lamp": Lamp,
    "table": Table,
    "signature": Signature,
}
_LEVELS = range(1, 4)
_MOST_BLOCKS = 20_000


def plain_from_page(page: Page) -> dict[str, object]:
    """Reduce a page to what JSON can hold; charts are left out."""
    return {
        "language": page.language,
        "title": page.title,
        "subject": page.subject,
        "blocks": [_plain(one) for one in page.blocks if not isinstance(one, Chart)],
        "footer": list(page.footer),
    }


def _plain(block: Block) -> dict[str, object]:
    (kind,) = (name for name, one in _KINDS.items() if isinstance(block, one))
    return {"kind": kind, **plain_from_fields(block)}


def page_from_plain(plain: Mapping[str, object]) -> Page:
    """Read a page. Raises ValueError for what is none."""
    try:
        blocks = [_block(one) for one in _listed(plain["blocks"])]
        texts = [plain[name] for name in ("language", "title", "subject")]
        footer = _listed(plain["footer"])
    except (KeyError, TypeError) as error:
        raise ValueError("not a page") from error
    if len(blocks) > _MOST_BLOCKS or not all(isinstance(one, str) for one in (*texts, *footer)):
        raise ValueError("not a page")
    language, title, subject = map(str, texts)
    return Page(
        language=language,
        title=title,
        subject=subject,
        blocks=tuple(blocks),
        footer=tuple(map(str, footer)),
    )


def _block(plain: object) -> Block:
    if not isinstance(plain, Mapping):
        raise TypeError("a mapping expected")
    kind = _KINDS[str(plain["kind"])]
    block = fields_from_plain(kind, {name: one for name, one in plain.items() if name != "kind"})
    if not isinstance(block, Heading | Paragraph | Bullets | Lamp | Table | Signature):
        raise TypeError("a block expected")
    if isinstance(block, Heading) and block.level not in _LEVELS:
        raise ValueError("no such level")
    if isinstance(block, Table) and any(len(row) != len(block.heading) for row in block.rows):
        raise ValueError("a row of another width")
    return block


def _listed(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("a list expected")
    return value
