"""How much of the stored bytes was read back in time, by the latest read-back of each job."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from continuity.domain.report_runs import PacksLine, RunLine
from continuity.domain.text import N_
from continuity.reports.page import Block, Heading, Paragraph, table
from continuity.reports.voice import Voice


def read_back_blocks(runs: Iterable[RunLine], voice: Voice) -> Iterator[Block]:
    """Give a table; nothing where no packs were read."""
    latest: dict[str, tuple[RunLine, PacksLine]] = {}
    for run in sorted(runs, key=lambda one: one.at):
        if run.read_back is not None:
            latest[run.job] = (run, run.read_back)
    if not latest:
        return
    yield Heading(voice.text(N_("Stored bytes read back")), 3, "read-back")
    yield Paragraph(voice.text(_MEANT))
    titles = (N_("Job"), N_("When"), N_("Record"), N_("What is proven"), N_("Budget"))
    rows = (
        [
            voice.name(job),
            voice.moment(run.at),
            str(run.record),
            _proven(packs, voice),
            _budget(packs, voice),
        ]
        for job, (run, packs) in sorted(latest.items())
    )
    caption = voice.text(N_("The latest read-back of each job"))
    yield table("read-back", caption, map(voice.text, titles), rows)


_MEANT = N_(
    "Packs are the files in which a repository keeps what it stores. One counts as proven when all"
    " its bytes were read and fitted their own hashes. That what they hold can be restored is shown"
    " by restore tests alone."
)


def _proven(packs: PacksLine, voice: Voice) -> str:
    counts = {
        "proven": voice.number(packs.proven),
        "packs": voice.number(packs.packs),
        "size": voice.size(packs.proven_bytes),
        "all_size": voice.size(packs.bytes),
        "oldest": voice.moment(packs.oldest) or voice.text(N_("none")),
    }
    if packs.within is None:
        template = N_("{proven} of {packs} packs, {size} of {all_size} proven, oldest {oldest}")
        return voice.whole(template, **counts)
    template = N_(
        "{proven} of {packs} packs, {size} of {all_size} proven within {within}, oldest {oldest}"
    )
    told = voice.whole(template, within=voice.span(packs.within, ""), **counts)
    if not packs.overdue:
        return told
    late = voice.plural("{count} pack is overdue", "{count} packs are overdue", packs.overdue)
    return f"{told}; {late}"


def _budget(packs: PacksLine, voice: Voice) -> str:
    if not packs.short:
        return voice.text(N_("suffices"))
    spell = voice.number if packs.in_requests else voice.size
    template = (
        N_("too small: {needed} requests needed in a round, {allowed} allowed")
        if packs.in_requests
        else N_("too small: {needed} needed in a round, {allowed} allowed")
    )
    return voice.whole(template, needed=spell(packs.needed), allowed=spell(packs.allowed))
