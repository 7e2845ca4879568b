"""What known texts expect, beside the evidence that a report has of it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from continuity.domain.light import Light
from continuity.domain.plain import list_in, number_in, text_in
from continuity.domain.report import Report
from continuity.domain.run import RunKind
from continuity.domain.scorecard import Answer
from continuity.domain.text import N_
from continuity.domain.verdict import Verdict
from continuity.reports.page import Block, Cell, Heading, Paragraph, table
from continuity.reports.voice import Voice

FOLDER = Path(__file__).resolve().parent / "controls"
FORMAT = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Control:
    """One expectation, in words of ours and not those of the text, and where its evidence is."""

    id: str
    expects: Mapping[str, str]
    evidence: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Standard:
    """A text with the version it was read in."""

    id: str
    title: Mapping[str, str]
    version: str
    controls: tuple[Control, ...]


@cache
def standards() -> tuple[Standard, ...]:
    """Read all mappings, in the order of their names."""
    return tuple(standard_from_text(path.read_text("utf-8")) for path in sorted(_files()))


def _files() -> Iterator[Path]:
    return FOLDER.glob("*.toml")


def standard_from_text(text: str) -> Standard:
    """Read one mapping. Raises ValueError for a format or an evidence that is not known."""
    written = tomllib.loads(text)
    if number_in(written, "format") != FORMAT:
        raise ValueError(f"not a mapping of format {FORMAT}")
    return Standard(
        id=text_in(written, "id"),
        title={"en": text_in(written, "title"), "es": text_in(written, "title_es")},
        version=text_in(written, "version"),
        controls=tuple(_control(one) for one in list_in(written, "control")),
    )


def _control(written: object) -> Control:
    if not isinstance(written, Mapping):
        raise TypeError("a control is a table")
    plain = {str(key): value for key, value in written.items()}
    evidence = tuple(str(one) for one in list_in(plain, "evidence"))
    unknown = set(evidence) - EVIDENCE.keys()
    if unknown or not evidence:
        raise ValueError(f"no evidence of this name: {sorted(unknown)}")
    return Control(
        id=text_in(plain, "id"),
        expects={"en": text_in(plain, "expects"), "es": text_in(plain, "expects_es")},
        evidence=evidence,
    )


def control_blocks(report: Report, voice: Voice) -> Iterator[Block]:
    """Give the table of expectations with what this report has of each."""
    yield Heading(voice.text(N_("What known texts expect")), 2, "controls")
    yield Paragraph(
        voice.text(
            N_(
                "This helps to find evidence. It is no statement of compliance: have your adviser"
                " check the wording and what applies to you."
            )
        )
    )
    titles = (
        N_("Text"),
        N_("Number"),
        N_("What is expected"),
        N_("Evidence"),
        N_("Found"),
        N_("Table"),
    )
    rows = (row for one in standards() for row in _rows(one, report, voice))
    caption = voice.text(N_("Expectations, and what this period has of them"))
    yield table("controls", caption, map(voice.text, titles), rows)


def _rows(standard: Standard, report: Report, voice: Voice) -> Iterator[list[str | Cell]]:
    language = voice.speaker.language
    for control in standard.controls:
        expected = control.expects[language] or control.expects["en"]
        for name in control.evidence:
            label, count, where = EVIDENCE[name]
            good, total = count(report)
            found = voice.text(N_("{good} of {total}"), good=good, total=total)
            light = None if total else Light.UNKNOWN
            text = found if total else voice.text(N_("nothing in this report"))
            title = standard.title[language] or standard.title["en"]
            yield [title, control.id, expected, voice.text(label), Cell(text, light), where]


Count = Callable[[Report], tuple[int, int]]
"""Counts evidence: how many are good, of how many."""


def _runs(kind: RunKind) -> Count:
    def count(report: Report) -> tuple[int, int]:
        runs = [run for run in report.annex.runs if run.kind is kind]
        return sum(run.verdict is Verdict.PASS for run in runs), len(runs)

    return count


def _timed(report: Report) -> tuple[int, int]:
    full = [run for run in report.annex.runs if run.kind is RunKind.DRILL and run.full]
    return sum(run.verdict is Verdict.PASS for run in full), len(full)


def _isolated(report: Report) -> tuple[int, int]:
    ended = [run.torn_down for run in report.annex.runs if run.torn_down is not None]
    return sum(ended), len(ended)


def _systems(report: Report) -> tuple[int, int]:
    agreed = (one.back_target is not None and one.loss_target is not None for one in report.systems)
    return sum(agreed), len(report.systems)


def _cards(report: Report) -> tuple[int, int]:
    return sum(card.answer is Answer.YES for card in report.annex.cards), len(report.annex.cards)


def _incidents(report: Report) -> tuple[int, int]:
    lines = report.annex.incidents
    return sum(line.resolved_at is not None for line in lines), len(lines)


def _advice(report: Report) -> tuple[int, int]:
    named = sum(bool(one.owner) for one in report.advice)
    return named, len(report.advice)


def _people(report: Report) -> tuple[int, int]:
    drills = [line for line in report.annex.conducted if line.drill]
    return sum(line.measured for line in drills), len(drills)


def _nothing(_report: Report) -> tuple[int, int]:
    return 0, 0


EVIDENCE: Mapping[str, tuple[str, Count, str]] = {
    "systems": (N_("systems with both targets set"), _systems, "systems"),
    "backups": (N_("backups that passed"), _runs(RunKind.BACKUP), "runs-counted"),
    "checks": (N_("checks of repositories that passed"), _runs(RunKind.CHECK), "runs-counted"),
    "restore-tests": (N_("restore tests that passed"), _runs(RunKind.DRILL), "restore-tests"),
    "timed-restores": (N_("timed restores of everything that passed"), _timed, "restore-tests"),
    "isolation": (
        N_("restore tests in a sandbox that was cleared away"),
        _isolated,
        "restore-tests-how",
    ),
    "scorecard": (N_("systems that keep 3-2-1-1-0"), _cards, "3-2-1-1-0"),
    "incidents": (N_("incidents that are over"), _incidents, "incidents"),
    "recommendations": (N_("recommendations with somebody named"), _advice, "all-advice"),
    "people": (N_("drills with people and a runbook"), _people, "conducted"),
    "signature": (N_("signature of management on this report"), _nothing, ""),
}
