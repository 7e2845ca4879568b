"""Packs the evidence of a report into one file, which an auditor verifies with stock tools."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from continuity.domain.clock import text_from_time
from continuity.domain.evidence import Line, RecordKind, exported_text, record_from_line
from continuity.domain.failure import ConfigurationError, RecordError
from continuity.domain.plain import mapping_in, text_in
from continuity.domain.report import Report
from continuity.domain.text import N_, say
from continuity.reports.composing import page_from_report
from continuity.reports.csv_tables import csv_from_page, csv_from_table
from continuity.reports.html import html_from_page
from continuity.reports.json_form import json_from_report
from continuity.reports.page import Page, table
from continuity.reports.text import text_from_page
from continuity.reports.verifying import VERIFY, Packed, verify_text
from continuity.reports.voice import Voice
from continuity.speech.speaker import Speaker
from continuity.store.export import drill_envelope
from continuity.store.keys import Keys
from continuity.store.signers import SIGNERS, text_for_bundles, text_from_signers
from continuity.store.signing import fingerprint
from continuity.store.store import Store

RECORDS, DRILLS, MANIFESTS = "records.jsonl", "drills.intoto.jsonl", "manifests.csv"
SUMS = "SHA256SUMS"
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Witnesses:
    """The record, the keys that sign it, and whose record it is."""

    store: Store
    keys: Keys
    organisation: str


def cover(witnesses: Witnesses, report: Report) -> None:
    """Sign the end of the record, unless a checkpoint covers the end of the report already.

    Raises RecordError for a record that is in doubt: it is not signed.
    """
    _require_sound(report)
    last = report.annex.record.sequence
    if last and not witnesses.store.checkpoints(after=last - 1):
        with witnesses.store.transaction() as transaction:
            transaction.sign_checkpoint(witnesses.organisation, witnesses.keys)


def pack_evidence(report: Report, witnesses: Witnesses, speaker: Speaker) -> bytes:
    """Pack a report with all that it rests on in its period; the same report gives the same bytes.

    Raises RecordError for a record that is in doubt.
    """
    _require_sound(report)
    covering = witnesses.store.checkpoints(after=report.annex.record.sequence - 1)
    # A report of the present ends with the record of the checkpoint that was signed for it.
    covered = covering[0].sequence if covering else 0
    lines = tuple(_lines(report, witnesses.store, covered))
    page = page_from_report(report, speaker)
    files = {
        **_forms(report, page, speaker),
        **_records(lines, witnesses),
        **_checkpoints(lines, witnesses),
    }
    packed = Packed(
        first=lines[0].sequence,
        last=lines[-1].sequence,
        key=fingerprint(witnesses.keys.public()),
        pdf="report.pdf" in files,
    )
    voice = Voice(speaker, ZoneInfo(report.zone))
    files[VERIFY] = verify_text(report, packed, voice).encode()
    sums = "".join(
        f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)
    ).encode()
    files[SUMS] = sums
    files[f"{SUMS}.sig"] = witnesses.keys.sign_bundle(sums).encode()
    return _zipped(files)


def _require_sound(report: Report) -> None:
    doubt = report.annex.record.doubt
    if doubt is not None:
        remedy = N_("Write it out as it stands with `continuity audit export`, and look into it.")
        raise RecordError(doubt, remedy=say(remedy))


def _lines(report: Report, store: Store, covered: int) -> Iterator[Line]:
    """Give the lines of the period, up to the checkpoint that covers them."""
    end = report.annex.record.sequence
    begin = text_from_time(report.period.start)
    for line in store.lines():
        if line.sequence > max(end, covered):
            return
        if line.recorded_at >= begin or line.sequence >= end:
            yield line


def _forms(report: Report, page: Page, speaker: Speaker) -> dict[str, bytes]:
    forms = {
        "report.json": json_from_report(report, speaker.sentence),
        "report.html": html_from_page(page).encode(),
        "report.txt": text_from_page(page).encode(),
    }
    forms |= {f"tables/{name}": text.encode() for name, text in csv_from_page(page).items()}
    try:
        from continuity.reports.pdf import pdf_from_page

        forms["report.pdf"] = pdf_from_page(page)
    except ConfigurationError:
        return forms  # nothing that makes PDF is installed, and the pack says so
    return forms


def _records(lines: tuple[Line, ...], witnesses: Witnesses) -> dict[str, bytes]:
    key = witnesses.keys.private()
    envelopes = (drill_envelope(line, key) for line in lines)
    return {
        RECORDS: b"".join(
            exported_text(line).encode("utf-8", "surrogateescape") + b"\n" for line in lines
        ),
        DRILLS: b"".join(one + b"\n" for one in envelopes if one is not None),
        MANIFESTS: _manifests(lines),
    }


def _manifests(lines: tuple[Line, ...]) -> bytes:
    """List the digests of the lists of files that restore tests compared with."""
    drills = (line for line in lines if line.kind == RecordKind.DRILL_FINISHED.value)
    return csv_from_table(
        table("manifests", "", ("record", "job", "point", "manifest_sha256"), map(_row, drills))
    ).encode()


def _row(line: Line) -> tuple[str, ...]:
    body = record_from_line(line).body
    point = text_in(mapping_in(body, "point"), "id")
    return str(line.sequence), line.job or "", point, text_in(body, "manifest")


def _checkpoints(lines: tuple[Line, ...], witnesses: Witnesses) -> dict[str, bytes]:
    first, last = lines[0].sequence, lines[-1].sequence
    keys = witnesses.keys
    files = {
        SIGNERS: text_from_signers(keys.signers()).encode(),
        "bundle_signers": text_for_bundles(keys.public()).encode(),
    }
    for one in witnesses.store.checkpoints(after=first - 1):
        if one.sequence <= last:
            name = f"checkpoints/{one.sequence:012}.txt"
            files[name] = one.text.encode()
            files[f"{name}.sig"] = one.signature.encode()
    return files


def _zipped(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, files[name])
    return packed.getvalue()
