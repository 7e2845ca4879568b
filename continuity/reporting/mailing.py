"""From a report to what is sent of it: the mail in its two forms, pictures and files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from continuity.domain.attachment import Attachment
from continuity.domain.document import Document
from continuity.domain.failure import ConfigurationError, ContinuityError
from continuity.domain.report import Report
from continuity.domain.report_order import Order
from continuity.domain.report_runs import RunLine
from continuity.domain.report_wishes import Detail, Enclosed
from continuity.domain.run import RunKind
from continuity.domain.text import N_, Message, say
from continuity.reports.composing import page_from_report
from continuity.reports.csv_tables import zip_from_page
from continuity.reports.drawing import png_from_chart
from continuity.reports.json_form import json_from_report
from continuity.reports.mail import mail_from_page
from continuity.reports.mailed import (
    digest_to_mail,
    front_to_mail,
    report_to_mail,
    test_to_mail,
    with_remarks,
)
from continuity.reports.page import Chart, Page
from continuity.reports.text import text_from_page
from continuity.speech.speaker import Speaker, speaker_of
from continuity.speech.wording import number

_OVERHEAD = 2_000
_TYPES = {
    Enclosed.PDF: ("pdf", "application/pdf"),
    Enclosed.CSV: ("zip", "application/zip"),
    Enclosed.JSON: ("json", "application/json"),
    Enclosed.SIGNED: ("digest.json", "application/json"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """A report with what is said beside it; ``sign`` makes the signed digest of it."""

    report: Report
    order: Order
    missed: Sequence[str] = ()
    sign: Callable[[Report], bytes] | None = None


def document_from(material: Material, largest: int) -> Document:
    """Write a mail that is no larger than that; files that do not fit are left out, and named."""
    order = material.order
    speaker = speaker_of(order.language)
    page, full = _pages(material, speaker)
    files, troubles = _files(material, full)
    pictures = _pictures(page)
    kept, left = _fitting(files, largest - _carried(pictures) - _text_room(page))
    remarks = _left_out(left, order, speaker)
    page = with_remarks(
        page,
        _missed(material.missed, speaker),
        (speaker.sentence(one) for one in (*troubles, *remarks)),
    )
    shown = {one.name.removesuffix(".png"): one.shown_as for one in pictures}
    return Document(
        subject=page.subject,
        text=text_from_page(page),
        page=mail_from_page(page, shown, _more_in(speaker)),
        thread=order.name,
        key=f"{order.name}-{order.run or order.period}",
        language=order.language,
        attachments=(*pictures, *kept),
    )


def _pages(material: Material, speaker: Speaker) -> tuple[Page, Page]:
    """Give what stands in the mail, and what its files are made of."""
    report, order = material.report, material.order
    if order.run:
        page = test_to_mail(report, _run_in(report, order.run), speaker)
        return page, page
    full = page_from_report(report, speaker)
    match order.detail:
        case Detail.DIGEST:
            return digest_to_mail(report, speaker), full
        case Detail.MANAGEMENT:
            return front_to_mail(report, speaker), full
        case Detail.TECHNICAL:
            return report_to_mail(report, speaker), full


def _run_in(report: Report, run: str) -> RunLine:
    drills = (one for one in report.annex.runs if one.kind is RunKind.DRILL)
    found = next((one for one in drills if one.run_id == run), None)
    if found is None:
        raise ConfigurationError(say(N_("No restore test {run} is recorded."), run=run))
    return found


def _files(material: Material, full: Page) -> tuple[list[Attachment], list[Message]]:
    """Make the files; one that cannot be made is told of, and the mail goes without it."""
    files: list[Attachment] = []
    troubles: list[Message] = []
    for kind in material.order.files:
        suffix, media_type = _TYPES[kind]
        name = f"continuity-{material.order.run or material.order.period}.{suffix}"
        try:
            content = _content(kind, material, full)
        except ContinuityError as error:
            troubles.append(error.what)
            continue
        files.append(Attachment(name=name, media_type=media_type, content=content))
    return files, troubles


def _content(kind: Enclosed, material: Material, full: Page) -> bytes:
    match kind:
        case Enclosed.PDF:
            from continuity.reports.pdf import pdf_from_page

            return pdf_from_page(full)
        case Enclosed.CSV:
            return zip_from_page(full)
        case Enclosed.JSON:
            return json_from_report(material.report, speaker_of(full.language).sentence)
        case Enclosed.SIGNED:
            if material.sign is None:
                raise ConfigurationError(say(N_("There is no key to sign a digest with.")))
            return material.sign(material.report)


def _pictures(page: Page) -> tuple[Attachment, ...]:
    drawn = ((one, png_from_chart(one)) for one in page.blocks if isinstance(one, Chart))
    return tuple(
        Attachment(
            name=f"{chart.name}.png",
            media_type="image/png",
            content=content,
            shown_as=f"{chart.name}@continuity",
        )
        for chart, content in drawn
        if content is not None
    )


def _fitting(
    files: Sequence[Attachment], room: int
) -> tuple[tuple[Attachment, ...], tuple[Attachment, ...]]:
    """Leave out the largest until the rest fits."""
    kept = list(files)
    left: list[Attachment] = []
    while kept and _carried(kept) > room:
        largest = max(kept, key=lambda one: len(one.content))
        kept.remove(largest)
        left.append(largest)
    return tuple(kept), tuple(left)


def _carried(files: Sequence[Attachment]) -> int:
    """Count what files cost in a mail: four letters for three bytes, and the ends of lines."""
    return sum(len(one.content) * 4 // 3 * 78 // 76 + _OVERHEAD for one in files)


def _text_room(page: Page) -> int:
    return 3 * len(text_from_page(page).encode()) + _OVERHEAD


def _left_out(left: Sequence[Attachment], order: Order, speaker: Speaker) -> Iterator[Message]:
    if left:
        name = next((one.name for one in left if one.name.endswith(".pdf")), left[0].name)
        about = f"--run {order.run}" if order.run else f"--period {order.period}"
        # A command ends the text: nothing that follows may be taken for a part of it.
        yield say(
            N_(
                "Too large for this mail and left out: {files}. Whoever runs Continuity gets it"
                " with: {command}"
            ),
            files=", ".join(f"{one.name} ({number(speaker, len(one.content))} B)" for one in left),
            command=f"continuity report {about} --to {name}",
        )


def _missed(periods: Sequence[str], speaker: Speaker) -> Iterator[str]:
    if periods:
        what = N_("These did not reach everybody before: {periods}. Nobody may take that for good.")
        yield speaker.sentence(say(what, periods=", ".join(periods)))


def _more_in(speaker: Speaker) -> Callable[[int], str]:
    one, many = (
        N_("{count} more stands in the full report."),
        N_("{count} more stand in the full report."),
    )
    return lambda count: speaker.plural(one, many, count).format(count=number(speaker, count))
