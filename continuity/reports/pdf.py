"""A page as an archival PDF with bookmarks, tags and real tables."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import cast  # bytes, where no file to write is named

from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, say
from continuity.reports.html import html_from_page
from continuity.reports.page import Page, shortened
from continuity.speech.speaker import speaker_of
from continuity.speech.wording import number

VARIANT = "pdf/a-3a"
"""Made to be read in decades: fonts are in it, and the order of reading for whoever hears it."""

MOST_ROWS = 40
"""Nobody reads more of a table on paper, and thousands of rows take minutes to print."""

_FACES = (
    ("DejaVu Sans", "normal", "DejaVuSans.ttf"),
    ("DejaVu Sans", "bold", "DejaVuSans-Bold.ttf"),
    ("DejaVu Sans Mono", "normal", "DejaVuSansMono.ttf"),
)


def pdf_from_page(page: Page) -> bytes:
    """Print a page. Raises as ``pdf_from_html`` does."""
    short = shortened(page, MOST_ROWS, _more_in(page.language))
    return pdf_from_html(html_from_page(short, faces()))


def pdf_from_html(text: str) -> bytes:
    """Print HTML of ours; nothing is fetched but its own font.

    Raises ConfigurationError where what makes PDF is not installed.
    """
    try:
        from weasyprint import HTML  # here, because it takes a second to load
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        what = say(N_("What makes PDF is not installed."))
        remedy = N_(
            "Install the extra `reports` of Continuity and Debian's libpangoft2-1.0-0, or ask for"
            " html and print it from a browser."
        )
        raise ConfigurationError(what, remedy=say(remedy)) from error
    # It remarks on styles that are meant for screens.
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    logging.getLogger("fontTools").setLevel(logging.CRITICAL)
    fetcher = URLFetcher(allowed_protocols={"file", "data"}, fail_on_errors=False)
    document = HTML(string=text, url_fetcher=fetcher, base_url=None)
    with warnings.catch_warnings():
        # It leaves the file of its colour profile for the collector to close.
        warnings.simplefilter("ignore", ResourceWarning)
        return cast("bytes", document.write_pdf(pdf_variant=VARIANT, pdf_tags=True))


def _more_in(language: str) -> Callable[[int], str]:
    speaker = speaker_of(language)

    def more(count: int) -> str:
        said = speaker.plural(
            "{count} row more stands in the data.", "{count} rows more stand in the data.", count
        )
        return said.format(count=number(speaker, count))

    return more


def faces() -> str:
    """Name the font that comes with the charts: a server may have none."""
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        return ""
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
    return "".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight};'
        f' src: url("{(folder / name).as_uri()}"); }}'
        for family, weight, name in _FACES
    )
