"""A new workspace is whole, sound and private, or it is not there."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from continuity.config.init import Answers, write_workspace
from continuity.config.loading import load
from continuity.config.models import Service
from continuity.config.problem import WorkspaceError
from continuity.config.secrets import read_secret
from continuity.domain.failure import ConfigurationError

FIRM = Answers(
    organisation="Ferretería «La Llave» #1: S.L.",
    language="es",
    zone="Atlantic/Canary",
    paths=("/srv/datos", "/srv/con blancos: y más"),
    location="/mnt/nas/copias",
    engine="restic",
    owner_name="Íñigo Núñez",
    owner_email="inigo@llave.example",
)


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("engine", ["restic", "rsync"])
def test_a_new_workspace_has_no_problems(
    tmp_path: Path, language: Literal["es", "en"], engine: str
) -> None:
    answers = replace(FIRM, language=language, engine=engine)

    written = write_workspace(tmp_path / "new", answers)

    workspace = load(tmp_path / "new", environ={})
    job = workspace.jobs["datos" if language == "es" else "data"]
    itself = workspace.jobs.get("continuity")
    assert all(path.is_file() for path in written)
    assert workspace.settings.organisation == answers.organisation
    assert workspace.settings.language == language
    assert workspace.settings.zone == "Atlantic/Canary"
    assert job.source.model_dump()["paths"] == answers.paths
    assert workspace.repositories[job.repository].location == "/mnt/nas/copias"
    assert workspace.people["inigo-nunez"].name == "Íñigo Núñez"
    # It holds keys, so only where copies are encrypted.
    assert (itself is not None) == (engine == "restic")
    assert ("continuity" in workspace.systems) == (engine == "restic")


@pytest.mark.parametrize("language", ["es", "en"])
def test_what_stands_in_comments_about_the_service_is_what_holds_without_it(
    tmp_path: Path, language: Literal["es", "en"]
) -> None:
    write_workspace(tmp_path / "new", replace(FIRM, language=language))
    text = (tmp_path / "new/config/continuity.yaml").read_text()
    block = text.partition("# service:\n")[2].splitlines()
    written = dict(line.removeprefix("#   ").split(": ", 1) for line in block)
    values = {name: told.partition("  ")[0].strip() for name, told in written.items()}
    as_written = {
        name: told for name, told in values.items() if name not in {"spread", "heartbeat"}
    }

    assert list(values) == list(Service.model_fields)
    assert Service.model_validate(as_written | {"at_once": 2, "port": 8417}) == Service()
    assert (values["at_once"], values["port"]) == ("2", "8417")


def test_the_password_is_random_and_for_its_owner_alone(tmp_path: Path) -> None:
    found = set()
    for name in ("one", "two"):
        write_workspace(tmp_path / name, FIRM)
        path = tmp_path / name / "secrets" / "repository"
        reference = load(tmp_path / name).repositories["copias"].password
        assert reference is not None
        found.add(read_secret(reference, environ={}).reveal())

        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700

    assert len(found) == 2
    assert min(map(len, found)) >= 40


def test_the_password_is_kept_out_of_version_control(tmp_path: Path) -> None:
    write_workspace(tmp_path / "new", FIRM)

    assert "secrets/" in (tmp_path / "new" / ".gitignore").read_text().splitlines()


def test_every_file_for_people_begins_with_its_schema(tmp_path: Path) -> None:
    written = write_workspace(tmp_path / "new", FIRM)

    for path in (path for path in written if path.suffix == ".yaml"):
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        schema = first.removeprefix("# yaml-language-server: $schema=")

        assert (path.parent / schema).is_file()


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "kept").write_text("kept")
    (tmp_path / "file").write_text("kept")

    for name in ("full", "file"):
        with pytest.raises(ConfigurationError, match="is not an empty directory"):
            write_workspace(tmp_path / name, FIRM)

    assert sorted(os.listdir(tmp_path)) == ["file", "full"]
    assert os.listdir(tmp_path / "full") == ["kept"]


def test_the_first_backup_finds_room_for_its_repository(tmp_path: Path) -> None:
    write_workspace(tmp_path / "inside", replace(FIRM, location="copies/deep/vault"))
    write_workspace(tmp_path / "outside", replace(FIRM, location=str(tmp_path / "disk/vault")))

    assert (tmp_path / "inside/copies/deep").is_dir()
    assert not (tmp_path / "inside/copies/deep/vault").exists()
    assert not (tmp_path / "disk").exists()


def test_an_empty_directory_is_taken(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    write_workspace(tmp_path / "empty", FIRM)

    assert sorted(load(tmp_path / "empty").jobs) == ["continuity", "datos"]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (
            replace(FIRM, zone="Europe/Madrit"),
            "config/continuity.yaml:8: zone: expected an IANA zone, perhaps Europe/Madrid, "
            'found "Europe/Madrit"',
        ),
        (
            replace(FIRM, location="/srv/datos/copias"),
            "jobs/datos.yaml:11: source.paths[0]: expected a source apart from its own "
            "repository /srv/datos/copias, found /srv/datos",
        ),
        (
            replace(FIRM, paths=()),
            "jobs/datos.yaml:11: source.paths: expected at least 1 in the list, found a list",
        ),
        (
            replace(FIRM, organisation=""),
            'config/continuity.yaml:6: organisation: expected a longer text, found ""',
        ),
    ],
)
def test_answers_that_do_not_fit_leave_nothing_behind(
    tmp_path: Path, answers: Answers, expected: str
) -> None:
    with pytest.raises(WorkspaceError) as raised:
        write_workspace(tmp_path / "deep" / "new", answers)

    assert [str(problem) for problem in raised.value.problems] == [expected]
    assert os.listdir(tmp_path) == []


def test_a_repository_in_the_new_workspace_is_checked_where_it_will_be(tmp_path: Path) -> None:
    home = tmp_path / "new"

    with pytest.raises(WorkspaceError, match="apart from its own repository"):
        write_workspace(home, replace(FIRM, paths=(str(home),), location="copies"))

    assert os.listdir(tmp_path) == []


def test_an_engine_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="perhaps restic"):
        write_workspace(tmp_path / "new", replace(FIRM, engine="restik"))


def test_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigurationError, match="cannot be written"):
        write_workspace(tmp_path / "file" / "new", FIRM)


@settings(max_examples=8, deadline=None)
@given(organisation=st.text(min_size=1, max_size=40), owner=st.text(min_size=1, max_size=20))
def test_any_name_is_kept_as_it_is_or_refused(
    tmp_path_factory: pytest.TempPathFactory, organisation: str, owner: str
) -> None:
    place = tmp_path_factory.mktemp("any")
    try:
        write_workspace(place / "new", replace(FIRM, organisation=organisation, owner_name=owner))
    except WorkspaceError:
        assert os.listdir(place) == []
        return

    workspace = load(place / "new")
    assert workspace.settings.organisation == organisation
    assert [person.name for person in workspace.people.values()] == [owner]
