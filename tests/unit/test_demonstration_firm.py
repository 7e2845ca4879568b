"""The firm that the demonstration, the tests and the documentation share is complete."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from continuity.config.loading import load
from continuity.config.workspace import Workspace
from continuity.domain.runbook_document import RunbookDocument
from continuity.domain.step import Risk
from continuity.domain.step_kinds import CommandStep
from continuity.domain.system import Criticality

ROOT = Path(__file__).parent.parent.parent
FOLDERS = ("config", "jobs", "runbooks")


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The firm in a place of its own, as the demonstration uses it."""
    place = tmp_path_factory.mktemp("firm")
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, place / folder)
    return load(place)


def test_the_firm_has_systems_of_different_weight_that_need_each_other(firm: Workspace) -> None:
    assert len(firm.systems) >= 6
    assert {system.criticality for system in firm.systems.values()} >= {
        Criticality.VITAL,
        Criticality.HIGH,
        Criticality.NORMAL,
    }
    assert sum(bool(system.depends_on) for system in firm.systems.values()) >= 4


def test_every_system_has_targets_and_two_people(firm: Workspace) -> None:
    for system in firm.systems.values():
        assert system.rpo is not None
        assert system.rto is not None
        assert system.prove is not None
        assert system.deputy is not None


def test_every_system_is_protected_by_a_job(firm: Workspace) -> None:
    assert {job.system for job in firm.jobs.values()} == firm.systems.keys()


def test_both_engines_and_two_sites_are_in_use(firm: Workspace) -> None:
    used = {job.repository for job in firm.jobs.values()}

    assert used == firm.repositories.keys()
    assert {firm.repositories[name].engine for name in used} == {"restic", "rsync"}
    assert len({firm.repositories[name].site for name in used}) >= 2


def test_the_firm_can_be_copied_anywhere_because_its_paths_are_relative(firm: Workspace) -> None:
    for job in firm.jobs.values():
        for path in job.source.model_dump().get("paths", ()):
            assert path.startswith(f"{firm.root}/data/")
    for repository in firm.repositories.values():
        assert repository.location.startswith(f"{firm.root}/repositories/")


def test_a_runbook_with_steps_says_what_it_means_who_decides_and_how_it_is_proven(
    firm: Workspace,
) -> None:
    conducting = [book for book in firm.books.values() if book.steps]

    assert len(conducting) >= 6
    for book in conducting:
        kinds = {step.type for step in book.steps}

        assert [one.anchor for one in book.passages[:2]] == ["significado", "impacto"]
        assert {"manual", "decision", "verify", "notify"} <= kinds, book.front.id
        assert book.front.decisions
        assert book.front.offline


def test_whatever_changes_something_says_how_it_is_taken_back(firm: Workspace) -> None:
    for book in firm.books.values():
        undone = {step.undo for step in book.steps}
        lasting = [
            step.id
            for step in book.steps
            if step.risk is Risk.REVERSIBLE and not step.undo and step.id not in undone
        ]

        assert [one for one in lasting if not _is_backup(book, one)] == [], book.front.id


def _is_backup(book: RunbookDocument, name: str) -> bool:
    step = book.step(name)
    return isinstance(step, CommandStep) and step.argv[:2] == ("continuity", "backup")


def test_every_file_names_its_schema_so_that_editors_help() -> None:
    written = [*(ROOT / "config").glob("*.yaml"), *(ROOT / "jobs").glob("*.yaml")]
    for path in written:
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        schema = first.removeprefix("# yaml-language-server: $schema=")

        assert path.name == "channels.yaml" or (path.parent / schema).resolve().is_file()
