"""What a person sees of HTML, by a reading of its own."""

from __future__ import annotations

import html
import re


def shown_html(content: str) -> str:
    """Show the text: lines end where there is a break or a block ends, marks are gone."""
    flat = re.sub(r"[ \t\r\n]+", " ", content)
    broken = re.sub(r" ?<br ?/?> ?", "\n", flat)
    blocks = re.sub(r"</?(p|div)( [^>]*)?>", "\n", broken)
    return html.unescape(re.sub(r"<[^>]*>", "", blocks)).replace("\u00a0", " ").strip("\n")
