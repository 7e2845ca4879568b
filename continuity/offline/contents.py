"""All chapters of an offline copy, in the order in which somebody in a hurry needs them."""

from __future__ import annotations

from collections.abc import Iterator

from continuity.domain.runbook import RunbookStatus
from continuity.domain.runbook_document import RunbookDocument
from continuity.domain.text import N_
from continuity.offline.grounds import Grounds, order_of
from continuity.offline.kit import Kit, Sheet
from continuity.offline.kit_pages import kit_chapters
from continuity.offline.people_pages import contact_sheet, paper_log, systems_chapter
from continuity.offline.state_pages import state_chapter
from continuity.reports.booklet import Booklet, Chapter
from continuity.reports.page import harmless
from continuity.reports.runbook_chapters import decision_cards, runbook_chapter


def booklet_of(grounds: Grounds, kit: Kit) -> Booklet:
    """Put the booklet together."""
    voice = grounds.voice
    organisation = grounds.workspace.settings.organisation
    lead = (
        voice.text(N_("For the day on which nothing else works. It needs no network.")),
        voice.text(N_("Made at {moment}."), moment=voice.moment(grounds.made_at)),
    )
    head = grounds.bench.store.head()
    footer = voice.text(
        N_("It rests on record {sequence} with the hash {hash}."),
        sequence=head.sequence,
        hash=head.hash,
    )
    return Booklet(
        language=voice.speaker.language,
        title=voice.whole(N_("{organisation}: emergency folder"), organisation=organisation),
        lead=lead,
        contents=voice.text(N_("Contents")),
        chapters=tuple(_chapters(grounds, kit)),
        footer=(footer,),
    )


def _chapters(grounds: Grounds, kit: Kit) -> Iterator[Chapter]:
    yield contact_sheet(grounds)
    yield systems_chapter(grounds)
    yield state_chapter(grounds)
    books = tuple(_books(grounds))
    people = grounds.workspace.people
    for book in books:
        yield runbook_chapter(book, people, grounds.voice)
    yield from kit_chapters(grounds, kit)
    for book in books:
        yield from decision_cards(book, grounds.voice)
    yield paper_log(grounds)


def _books(grounds: Grounds) -> Iterator[RunbookDocument]:
    """Give the runbooks in use: those of systems in business order, then all others by title.

    Among the others, those that lead through steps come before those that explain.
    """
    books = {
        name: book
        for name, book in grounds.workspace.books.items()
        if book.front.status is not RunbookStatus.RETIRED
    }
    ranks = {name: rank for rank, name in enumerate(order_of(grounds))}
    named = {
        system.runbook: ranks[name]
        for name, system in sorted(grounds.workspace.systems.items())
        if system.runbook is not None
    }

    def rank(name: str) -> tuple[int, bool, str]:
        scope = books[name].front.scope.systems
        known = [ranks[one] for one in scope if one in ranks]
        own = [named[name]] if name in named else []
        book = books[name]
        return min([*own, *known], default=len(ranks)), not book.steps, book.front.title

    for name in sorted(books, key=rank):
        yield books[name]


def readme_of(grounds: Grounds) -> bytes:
    """Say in plain text what is in the folder, for whoever opens it first."""
    text = grounds.voice.text
    lines = (
        grounds.voice.whole(
            N_("{organisation}: emergency folder"),
            organisation=" ".join(grounds.workspace.settings.organisation.split()),
        ),
        "",
        text(N_("index.html      everything, on a phone or a computer, without a network")),
        text(N_("continuity.pdf  the same, to be printed")),
        text(N_("kit/            commands that bring data back with restic and rsync alone")),
        text(N_("workspace.tar   config/, jobs/ and runbooks/, to set Continuity up again")),
        text(N_("MANIFEST.sha256 sums of all files; MANIFEST.sha256.sig signs them")),
        "",
        text(N_("It holds names and phones, and no secret. Keep it where strangers do not look.")),
    )
    return ("\n".join(lines) + "\n").encode()


def kit_readme_of(grounds: Grounds, kit: Kit) -> bytes:
    """Say at a bare console, in plain text, what is brought back first and by which script."""
    voice = grounds.voice
    lines = [
        voice.text(N_("How to bring data back without Continuity")),
        "",
        voice.text(N_("Any Linux will do. Install restic and rsync, nothing else.")),
        voice.text(N_("Restore to a new place first. Look at it. Only then put it to use.")),
        "",
    ]
    for number, sheet in enumerate(kit.sheets, start=1):
        lines += [f"{number}. {harmless(sheet.title)}", f"   sh {sheet.script} /srv/restored"]
        lines += [f"   {sheet.script}: {_point(grounds, sheet)}"]
        lines += [f"   {name}: {harmless(voice.sentence(where))}" for name, where in sheet.needs]
        lines += [f"   sh {sheet.load} /srv/restored"] if sheet.load else []
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _point(grounds: Grounds, sheet: Sheet) -> str:
    voice, point = grounds.voice, sheet.stand.point
    if point is None:
        return voice.text(N_("No point is known: choose one of those that are listed."))
    template = N_("The point is of {moment}, and a restore test proved it.")
    if not sheet.stand.proven:
        template = N_("The point is of {moment}; NO restore test has proven it.")
    return voice.text(template, moment=voice.moment(point.data_time))
