"""Plain text as the Atlassian Document Format, which shows exactly that text, and back."""

from __future__ import annotations

import re

from continuity.tickets.reading import mapping, mappings, text

_ADDRESS = re.compile(r"(https?://[A-Za-z0-9./?=&%:@+#~_-]+)")
_DEEPEST = 40
_BLOCKS = frozenset({"paragraph", "heading", "blockquote", "codeBlock", "listItem", "tableRow"})


def document_from_text(plain: str) -> dict[str, object]:
    """Make a paragraph of every block between empty lines; addresses become links."""
    blocks = [_paragraph(block) for block in plain.split("\n\n")]
    return {"type": "doc", "version": 1, "content": blocks}


def _paragraph(block: str) -> dict[str, object]:
    content: list[dict[str, object]] = []
    for number, line in enumerate(block.split("\n")):
        content += [{"type": "hardBreak"}] if number else []
        content += [_words(piece) for piece in _ADDRESS.split(line) if piece]
    return {"type": "paragraph", "content": content}


def _words(piece: str) -> dict[str, object]:
    if not _ADDRESS.fullmatch(piece):
        return {"type": "text", "text": piece}
    link = {"type": "link", "attrs": {"href": piece}}
    return {"type": "text", "text": piece, "marks": [link]}


def text_from_document(value: object) -> str:
    """Read the words of a document, whoever wrote it; a text that is none is taken as it is."""
    return value if isinstance(value, str) else _text(value, 0).strip("\n")


def _text(value: object, depth: int) -> str:
    node = mapping(value)
    kind = text(node.get("type"))
    if kind == "text":
        return text(node.get("text"))
    if kind == "hardBreak":
        return "\n"
    if depth > _DEEPEST:
        return ""
    inside = "".join(_text(child, depth + 1) for child in mappings(node.get("content")))
    if kind in _BLOCKS:
        return inside + "\n\n"
    attributes = mapping(node.get("attrs"))
    return inside or text(attributes.get("text")) or text(attributes.get("url"))
