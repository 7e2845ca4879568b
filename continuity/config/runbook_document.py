"""A runbook read from its file: front matter, sections, steps, and every problem with its line."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from continuity.config.document import Document, document_from_text
from continuity.config.draft import Book, Part
from continuity.config.markdown_sections import Block, Cut, Cuts, cut_markdown
from continuity.config.problem import NOTHING, Problem, nearest, text_shown, value_shown
from continuity.config.reader import name_shown, split_front_matter
from continuity.config.wording import NAME_EXPECTED, expected_key, kind_problem, read_model
from continuity.domain.failure import RecordError
from continuity.domain.runbook import Runbook
from continuity.domain.runbook_document import Passage, RunbookDocument
from continuity.domain.step_kinds import STEP_KINDS, Step
from continuity.domain.text import N_, Message, say
from continuity.domain.written import NAME_PATTERN

_NAME = re.compile(NAME_PATTERN)
_FENCE_MEANT = say(N_("a step block that begins with ~~~step at the beginning of a line"))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Step:
    """A step block that was read; ``part`` is None when it cannot be used."""

    name: str
    part: Part[Step] | None


# A run looks at the workspace before and after it; 45 runbooks cost half a second each time.
@lru_cache(maxsize=256)
def book_from_text(file: str, text: str, home: Path) -> tuple[Book | None, tuple[Problem, ...]]:
    """Understand one runbook. It is None when its front matter cannot be used."""
    reading = _Reading(file, home)
    book = reading.book(text)
    return book, tuple(reading.problems)


class _Reading:
    """One file on its way to a book; whatever is wrong is kept."""

    def __init__(self, file: str, home: Path) -> None:
        self.file = name_shown(file)
        self.name = Path(file).stem
        self.home = home
        self.problems: list[Problem] = []

    def report(self, line: int, expected: Message, found: Message, key: str = "") -> None:
        self.problems.append(
            Problem(file=self.file, line=line, key=key, expected=expected, found=found)
        )

    def book(self, text: str) -> Book | None:
        parts = split_front_matter(text)
        if parts is None:
            expected = say(N_("front matter between two lines of ---"))
            self.report(1, expected, say(N_("text without it")))
            return None
        matter, body, line = parts
        front = self.front(matter)
        cuts = cut_markdown(body, first_line=line)
        self.layout(text, cuts)
        steps = [self.section(cut) for cut in cuts.sections]
        self.once(cuts, steps)
        if front is None:
            return None
        found = [step for step in steps if step is not None]
        document = RunbookDocument(
            hash=hashlib.sha256(text.encode()).hexdigest(),
            front=front.model,
            preamble=cuts.preamble.prose,
            passages=tuple(_passages(cuts, steps)),
        )
        return Book(
            front=front,
            steps=tuple(step.part for step in found if step.part is not None),
            written=frozenset(step.name for step in found),
            whole=all(step.part is not None for step in found),
            document=document,
        )

    def front(self, matter: str) -> Part[Runbook] | None:
        document, problems = document_from_text(self.file, matter, first_line=2)
        self.problems += problems
        if document is None:
            return None
        if document.value is None:
            if not problems:
                self.report(2, say(N_("keys and their values")), NOTHING)
            return None
        model = self.matter(document)
        if model is not None and model.id != self.name:
            expected = say(N_("the file's name, {name}"), name=self.name)
            found = value_shown(("id",), model.id)
            self.problems.append(document.problem(("id",), expected, found))
            return None
        return None if model is None else Part(model=model, document=document, place=())

    def matter(self, document: Document) -> Runbook | None:
        if not isinstance(document.value, dict):
            self.problems.append(kind_problem(document, (), document.value))
            return None
        found, problems = read_model(Runbook, document.value, document, (), self.home)
        self.problems += problems
        return found

    def layout(self, text: str, cuts: Cuts) -> None:
        """Report what would make readers and this program see different steps."""
        if "\r" in text:
            line = text.count("\n", 0, text.index("\r")) + 1
            self.report(line, say(N_("lines that end as others do")), say(N_("a lone return")))
        if cuts.open_at:
            expected = say(N_("an end of what is opened here: a fence, or a comment"))
            self.report(cuts.open_at, expected, say(N_("the end of the file")))
        for line in cuts.hidden:
            self.report(line, _FENCE_MEANT, say(N_("one inside of something else")))
        for block in cuts.preamble.blocks:
            expected = say(N_("a heading ## above the step block"))
            self.report(block.line - 1, expected, NOTHING)

    def section(self, cut: Cut) -> _Step | None:
        for extra in cut.blocks[1:]:
            expected = say(N_("one step block in a section"))
            self.report(extra.line - 1, expected, say(N_("a second one")))
        if cut.blocks and not cut.title:
            self.report(cut.line, say(N_("a title of the step")), NOTHING)
        return self.step(cut, cut.blocks[0]) if cut.blocks else None

    def step(self, cut: Cut, block: Block) -> _Step:
        raw, problems = document_from_text(self.file, block.text, first_line=block.line)
        self.problems += problems
        if raw is None or not isinstance(raw.value, dict):
            if raw is not None and not problems:
                self.problems.append(kind_problem(raw, (), raw.value))
            return _Step(name=cut.anchor, part=None)
        written = raw.value.get("id")
        name = written if isinstance(written, str) else cut.anchor
        document = _below(raw, name)
        if cut.anchor != name:
            expected = say(
                N_("the step's name at the end of its heading: {{#{name}}}"), name=text_shown(name)
            )
            found = say("{value}", value=text_shown(cut.anchor)) if cut.anchor else NOTHING
            self.report(cut.line, expected, found)
        model = self.kind(document, raw.value, name)
        if model is None or problems:
            return _Step(name=name, part=None)
        return _Step(name=name, part=Part(model=model, document=document, place=("steps", name)))

    def kind(self, document: Document, value: dict[str, object], name: str) -> Step | None:
        word = value.get("type")
        model = STEP_KINDS.get(word) if isinstance(word, str) else None
        place = ("steps", name)
        if model is None:
            where = (*place, "type")
            expected = expected_key(nearest(str(word), STEP_KINDS), STEP_KINDS)
            found = value_shown(where, word) if "type" in value else NOTHING
            self.problems.append(document.problem(where, expected, found))
            return None
        found_step, problems = read_model(model, value, document, place, self.home)
        self.problems += problems
        return found_step

    def once(self, cuts: Cuts, steps: list[_Step | None]) -> None:
        """Report names that two sections have."""
        seen: dict[str, int] = {}
        for cut, step in zip(cuts.sections, steps, strict=True):
            name = cut.anchor or ("" if step is None else step.name)
            if name and not _NAME.fullmatch(name):
                self.report(cut.line, NAME_EXPECTED, say("{value}", value=text_shown(name)))
            if name in seen:
                expected = say(N_("a name of its own"))
                found = say(N_("that of line {line}"), line=seen[name])
                self.report(cut.line, expected, found)
            if name:
                seen.setdefault(name, cut.line)


def _below(document: Document, name: str) -> Document:
    """Put a step's document below its name, so that its problems say which step they are in."""
    lines = {("steps", name, *place): line for place, line in document.lines.items()}
    return Document(file=document.file, value=document.value, lines=lines)


def _passages(cuts: Cuts, steps: list[_Step | None]) -> Iterator[Passage]:
    for cut, step in zip(cuts.sections, steps, strict=True):
        part = None if step is None else step.part
        yield Passage(
            anchor=cut.anchor,
            title=cut.title,
            prose=cut.prose,
            line=cut.line,
            step=None if part is None else part.model,
        )


def document_from_kept_text(name: str, text: str, home: Path) -> RunbookDocument:
    """Read a runbook whose text was kept when a run began. Raises RecordError when it cannot be."""
    book = _Reading(f"{name}.md", home).book(text)
    if book is None or not book.whole:
        raise RecordError(
            say(N_("The kept text of the runbook {name} cannot be read."), name=name),
            remedy=say(N_("Follow the printed runbook, and keep a copy of the state.")),
        )
    return book.document
