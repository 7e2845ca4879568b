"""The tables of a page as CSV files, for whoever counts further."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping

from continuity.reports.page import Page, Table, harmless

# A spreadsheet takes what begins with one of these for a formula, and would carry it out.
_FORMULA = ("=", "+", "-", "@")
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)


def csv_from_page(page: Page) -> Mapping[str, str]:
    """Write every table, by the name of its file; those of a first page are whole behind it."""
    front, behind = page.sides
    tables = (block for block in behind or front if isinstance(block, Table))
    return {f"{one.name}.csv": csv_from_table(one) for one in tables}


def zip_from_page(page: Page) -> bytes:
    """Pack all tables into one file; the same page gives the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in csv_from_page(page).items():
            archive.writestr(zipfile.ZipInfo(name, _FIRST_DAY), text)
    return packed.getvalue()


def csv_from_table(table: Table) -> str:
    """Write one table; what a spreadsheet would take for a formula is quoted."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(map(_field, table.heading))
    writer.writerows([_field(cell.text) for cell in row] for row in table.rows)
    return text.getvalue()


def _field(text: str) -> str:
    line = harmless(text)
    return f"'{line}" if line.startswith(_FORMULA) else line
