"""The documentation says what the program has: every key, command, option, code and failure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from continuity.cli.program import make_program
from continuity.config.models import SandboxPlace, Settings, Store
from continuity.domain.client import Client
from continuity.domain.failure import FailureClass
from continuity.domain.fault import FaultKind
from continuity.domain.heartbeat import Heartbeat
from continuity.domain.job import Job, Plausibility, Retention, SamplePolicy, Skip, Timetable
from continuity.domain.neighbour import Neighbour
from continuity.domain.offline import Offline, OfflinePlace
from continuity.domain.outlet import Outlet
from continuity.domain.responding import (
    AgreedTimes,
    Escalation,
    MaintenanceWindow,
    OpeningHours,
    OtherHours,
    Patience,
    Responding,
    Sharing,
    Step,
)
from continuity.domain.step import StepKeys
from continuity.domain.subscription import Sending, Subscription
from continuity.domain.system import Away, Host, Person, Repository, RoleHeld, System
from continuity.domain.verdict import Verdict, exit_code
from continuity.domain.written import SecretReference
from continuity.engines.registry import engine_kinds
from continuity.notify.registry import channel_kinds
from continuity.sandbox.checks.registry import check_kinds
from continuity.sources.registry import source_kinds
from continuity.tickets.registry import ticket_kinds
from tests.support.runbook_sections import RUNBOOK_SECTIONS, STEP_SECTIONS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", ROOT / "README.es.md", *sorted(DOCS.rglob("*.md")))

SECTIONS: dict[str, type[BaseModel]] = {
    "Settings": Settings,
    "Store": Store,
    "Sandbox": SandboxPlace,
    "Offline": Offline,
    "Places of offline copies": OfflinePlace,
    "Systems": System,
    "Hosts": Host,
    "Repositories": Repository,
    **{f"Options of {name}": kind.options for name, kind in engine_kinds().items()},
    "Secrets": SecretReference,
    "People": Person,
    "Channels": Outlet,
    "Heartbeats": Heartbeat,
    **{f"Options of {name}": kind.options for name, kind in ticket_kinds().items()},
    **{f"Options of {name}": kind.options for name, kind in channel_kinds().items()},
    "Roles": RoleHeld,
    "Absences": Away,
    "Incidents": Responding,
    "Calendars": OpeningHours,
    "Seasons": OtherHours,
    "Service levels": AgreedTimes,
    "Ladders": Escalation,
    "Steps of a ladder": Step,
    "Maintenance": MaintenanceWindow,
    "Co-management": Sharing,
    "Patience": Patience,
    "Reports": Sending,
    "Subscriptions": Subscription,
    "Clients": Client,
    "Neighbours": Neighbour,
    "Jobs": Job,
    **{f"Source of {name}": kind.options for name, kind in source_kinds().items()},
    **{f"Check of kind {name}": kind.options for name, kind in check_kinds().items()},
    "Schedule": Timetable,
    "Sample": SamplePolicy,
    "Retention": Retention,
    "Plausibility": Plausibility,
    "Skip": Skip,
    **RUNBOOK_SECTIONS,
}


def sections(page: Path) -> dict[str, str]:
    """The text below each heading, up to the next one of any level."""
    parts = re.split(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def first_cells(text: str) -> list[str]:
    """What the rows of a table begin with, in the order of the page."""
    return re.findall(r"^\| `([^`]+)`", text, re.MULTILINE)


def commands(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*before, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*before, name))


def command_at(path: tuple[str, ...]) -> click.Command:
    found: click.Command = make_program()
    for name in path:
        assert isinstance(found, click.Group)
        step = found.get_command(click.Context(found), name)
        assert step is not None, f"there is no command {' '.join(path)}"
        found = step
    return found


def options_of(command: click.Command) -> set[str]:
    parameters = command.get_params(click.Context(command))
    options = (one for one in parameters if isinstance(one, click.Option))
    return {name for option in options for name in (*option.opts, *option.secondary_opts)}


def examples(page: Path) -> Iterator[list[str]]:
    """The command lines in the blocks and sentences of a page, in words, without remarks."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```.*?\n(.*?)^```|((?:^    .*\n)+)", text, re.M | re.S)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    spoken = re.findall(r"`(continuity [^`]+)`", prose)
    lines = [*"".join(chain.from_iterable(blocks)).splitlines(), *spoken]
    for line in lines:
        found = re.match(r"\s*(?:\$ )?(?:\S*/)?continuity ([a-z-].*)", " ".join(line.split()))
        if found is not None and "[" not in found[1]:
            words = re.sub(r"\s+#.*", "", found[1]).split()
            while words and words[0] in ("--workspace", "-w", "--lang"):
                words = words[2:]
            if words:
                yield words


def path_of(words: list[str]) -> tuple[str, ...]:
    group = command_at(tuple(words[:1]))
    nested = isinstance(group, click.Group) and words[1:2] and not words[1].startswith("-")
    return tuple(words[:2] if nested else words[:1])


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_key_people_may_write_is_explained_and_no_other(heading: str) -> None:
    written = first_cells(sections(DOCS / "configuration.md")[heading])

    assert written == list(SECTIONS[heading].model_fields)


@pytest.mark.parametrize("heading", STEP_SECTIONS)
def test_every_key_of_a_kind_of_step_is_explained_and_no_other(heading: str) -> None:
    written = first_cells(sections(DOCS / "configuration.md")[heading])
    common = StepKeys.model_fields.keys() - {"type"}

    assert written == [key for key in STEP_SECTIONS[heading].model_fields if key not in common]


@pytest.mark.parametrize("path", list(commands(make_program())), ids=" ".join)
def test_every_command_and_option_is_explained_and_no_other(path: tuple[str, ...]) -> None:
    text = sections(DOCS / "commands.md")[" ".join(path)]
    written = set(re.findall(r"--?[a-z][a-z-]*", " ".join(first_cells(text))))

    assert written == options_of(command_at(path)) - {"--help", "-h"}


def test_what_stands_before_a_command_is_explained() -> None:
    text = sections(DOCS / "commands.md")["Commands"]
    written = set(re.findall(r"`(--?[a-z]+)`", text))

    assert written == options_of(make_program()) | {"--json", "-h"}


@pytest.mark.parametrize(
    ("page", "heading"),
    [
        ("README.md", "Exit codes"),
        ("README.es.md", "Códigos de salida"),
        ("docs/commands.md", "Exit codes"),
    ],
)
def test_every_exit_code_is_explained_with_its_verdict(page: str, heading: str) -> None:
    rows = re.findall(r"^\| (\d+) \| (.*) \|$", sections(ROOT / page)[heading], re.MULTILINE)
    said = {int(code): meaning for code, meaning in rows}

    assert set(said) == {exit_code(verdict) for verdict in Verdict} | {2, 130}
    for verdict in Verdict:
        assert verdict.value in said[exit_code(verdict)]


def test_every_failure_class_says_what_it_means_and_what_to_do() -> None:
    written = sections(DOCS / "failure-classes.md")
    parts = [f"- **{word}:**" for word in ("Verdict", "Meaning", "Impact", "What to do", "Runbook")]

    assert list(written)[1:] == [failure.value for failure in FailureClass]
    for failure in FailureClass:
        assert [part for part in parts if part not in written[failure.value]] == []


def test_every_fault_is_explained_to_whoever_operates_it() -> None:
    written = sections(DOCS / "operations.md")["What each fault means"]

    assert first_cells(written) == [fault.value for fault in FaultKind]


def test_the_runbook_of_a_failure_class_is_for_that_class() -> None:
    for name, text in list(sections(DOCS / "failure-classes.md").items())[1:]:
        found = re.search(r"\]\(\.\./(runbooks/[a-z-]+\.md)\)", text)
        assert found is not None
        scope = re.search(r"failure_classes: \[(.*)\]", (ROOT / found[1]).read_text())

        assert scope is not None
        assert name in scope[1].split(", ")


def test_both_readmes_have_the_same_headings_links_and_commands() -> None:
    english, spanish = (ROOT / name for name in ("README.md", "README.es.md"))
    shapes = [
        [len(marks) for marks in re.findall(r"^(#+) ", page.read_text(), re.MULTILINE)]
        for page in (english, spanish)
    ]
    links = [
        set(re.findall(r"\]\(([^)]+)\)", page.read_text())) - {"README.md", "README.es.md"}
        for page in (english, spanish)
    ]

    assert shapes[1] == shapes[0]
    assert links[1] == links[0]
    assert list(examples(spanish)) == list(examples(english))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_example_uses_commands_and_options_that_exist(page: Path) -> None:
    for words in examples(page):
        known = options_of(command_at(path_of(words)))
        unknown = [word for word in words if word.startswith("-") and word not in known]

        assert unknown == [], " ".join(words)


def test_there_are_examples_to_look_at() -> None:
    assert sum(1 for page in PAGES for _words in examples(page)) >= 40


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_inside_the_project_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = target.partition("#")
        other = page if not place else (page.parent / place).resolve()

        assert other.exists(), target
        assert not anchor or anchor in anchors(other), target


def anchors(page: Path) -> set[str]:
    """The anchors that hosts of Markdown make of headings."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
