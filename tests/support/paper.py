"""PDF read back: its structure as assistive technology meets it, its fonts and its text."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any  # the objects of a PDF

from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject


def opened(pdf: bytes) -> PdfReader:
    """Read a PDF; what is not one raises."""
    return PdfReader(io.BytesIO(pdf), strict=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Element:
    """One tagged element: its kind, its alternative text, and whether it names its headers."""

    kind: str
    alternative: str
    headers: int


def elements(reader: PdfReader) -> Iterator[Element]:
    """Walk through the tags in the order of reading."""
    yield from _below(root_of(reader)["/StructTreeRoot"]["/K"])


def root_of(reader: PdfReader) -> Any:
    """Give what everything in it hangs on."""
    return reader.root_object


def _below(node: Any) -> Iterator[Element]:
    node = node.get_object() if isinstance(node, IndirectObject) else node
    if isinstance(node, list):
        for child in node:
            yield from _below(child)
    elif isinstance(node, DictionaryObject) and "/S" in node:
        attributes = node.get("/A")
        attributes = attributes.get_object() if attributes is not None else {}
        headers = attributes.get("/Headers", ()) if isinstance(attributes, dict) else ()
        yield Element(
            kind=str(node["/S"]),
            alternative=str(node.get("/Alt", "")),
            headers=len(headers),
        )
        if "/K" in node:
            yield from _below(node["/K"])


def fonts(reader: PdfReader) -> dict[str, bool]:
    """Name every font, and tell whether it is in the file."""
    found: dict[str, bool] = {}
    for page in reader.pages:
        resources: Any = page["/Resources"].get_object()
        for font in resources.get("/Font", {}).values():
            whole = font.get_object()
            bare = whole["/DescendantFonts"][0].get_object()
            keys = bare["/FontDescriptor"].get_object().keys()
            found[str(whole["/BaseFont"])] = any(key.startswith("/FontFile") for key in keys)
    return found


def bookmarks(reader: PdfReader) -> list[tuple[str, int]]:
    """Name the bookmarks in their order, each with the page that it leads to."""
    return list(_marked(reader, reader.outline))


def _marked(reader: PdfReader, outline: Any) -> Iterator[tuple[str, int]]:
    for one in outline:
        if isinstance(one, list):
            yield from _marked(reader, one)
        else:
            page = reader.get_destination_page_number(one)
            yield str(one.title), -1 if page is None else page


def flat(text: str) -> str:
    """Leave out all blanks and the hyphens at the ends of lines: where lines break is layout."""
    return "".join(text.replace("\u00ad", "").split())
