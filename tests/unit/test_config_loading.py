"""A whole workspace: every problem of every file at once, or what a broken part leaves usable."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.config.fingerprint import fingerprint
from continuity.config.loading import load, load_tolerant
from continuity.config.problem import WorkspaceError
from continuity.config.workspace import engine_options, zone_of
from tests.support.workspaces import SMALL, small_workspace, write_files

BROKEN = Path(__file__).parent.parent / "golden" / "broken-workspace"


def _problems(root: Path) -> list[str]:
    with pytest.raises(WorkspaceError) as raised:
        load(root)
    return [str(problem) for problem in raised.value.problems]


def test_every_problem_of_every_file_is_named_at_once() -> None:
    expected = (BROKEN / "problems.txt").read_text(encoding="utf-8").splitlines()

    with pytest.raises(WorkspaceError) as raised:
        load(BROKEN, environ={"PATH": "/usr/bin:/bin"})

    assert [str(problem) for problem in raised.value.problems] == expected


def test_no_problem_repeats_what_may_be_a_password() -> None:
    written = "".join(
        path.read_text(encoding="utf-8") for path in (BROKEN / "config").glob("*.yaml")
    )

    assert written.count("hunter2") == 6
    assert "hunter2" not in (BROKEN / "problems.txt").read_text(encoding="utf-8")


def test_places_that_must_be_apart_are_named_where_they_overlap() -> None:
    root = BROKEN.parent / "overlapping-workspace"
    expected = (root / "problems.txt").read_text(encoding="utf-8").splitlines()

    assert _problems(root) == expected


def test_places_that_overlap_through_a_link_are_named(tmp_path: Path) -> None:
    root = small_workspace(tmp_path / "work", {"config/hosts.yaml": "local:\n  kind: local\n"})
    (tmp_path / "data").mkdir()
    (tmp_path / "backups").symlink_to("data/inside")
    repository = f"disk:\n  engine: rsync\n  location: {tmp_path}/backups\n"
    job = SMALL["jobs/erp.yaml"].replace("/srv/erp", f"{tmp_path}/data")
    write_files(root, {"config/repositories.yaml": repository, "jobs/erp.yaml": job})

    (problem,) = _problems(root)

    assert problem.startswith("jobs/erp.yaml:6: source.paths[0]: expected a source apart from")


def test_a_sandbox_around_the_workspace_or_inside_its_files_is_refused(tmp_path: Path) -> None:
    for place in (str(tmp_path), "/", "config/sandbox", "."):
        settings = SMALL["config/continuity.yaml"] + f"sandbox:\n  place: {place}\n"
        root = small_workspace(tmp_path / "work", {"config/continuity.yaml": settings})

        assert any("apart from what people write" in problem for problem in _problems(root))


def test_a_workspace_without_problems_is_a_value_with_absolute_paths(tmp_path: Path) -> None:
    root = small_workspace(
        tmp_path,
        {"jobs/erp.yaml": SMALL["jobs/erp.yaml"].replace("/srv/erp", "data/./erp/../erp")},
    )

    workspace = load(root)

    assert workspace.settings.sandbox.place == f"{root}/sandbox"
    assert workspace.settings.sandbox.ttl == timedelta(hours=24)
    assert workspace.settings.store.state == f"{root}/state"
    assert workspace.jobs["erp"].source.model_dump()["paths"] == (f"{root}/data/erp",)
    assert workspace.hosts["local"].kind == "local"
    assert zone_of(workspace, workspace.jobs["erp"]) == "Europe/Madrid"
    assert workspace.fingerprint == fingerprint(root)
    assert workspace.files == (
        "config/continuity.yaml",
        "config/systems.yaml",
        "config/repositories.yaml",
        "config/people.yaml",
        "jobs/erp.yaml",
    )


def test_a_job_overrides_the_options_of_its_repository(tmp_path: Path) -> None:
    root = small_workspace(
        tmp_path,
        {
            "config/repositories.yaml": (
                "disk:\n  engine: rsync\n  location: /backups\n  options: {max_delete: 10}\n"
            ),
            "jobs/erp.yaml": SMALL["jobs/erp.yaml"] + "options: {max_delete: 20}\n",
        },
    )

    workspace = load(root)

    options = engine_options(workspace, workspace.jobs["erp"])
    assert options.model_dump()["max_delete"] == 20


def test_a_broken_job_does_not_stop_the_others(tmp_path: Path) -> None:
    broken = SMALL["jobs/erp.yaml"].replace("name: erp", "name: bad").replace("billing", "bilings")
    root = small_workspace(
        tmp_path,
        {
            "jobs/bad.yaml": broken,
            "jobs/unreadable.yaml": "\tno\n",
            "runbooks/plain.md": "# Nothing\n",
        },
    )

    reading = load_tolerant(root)

    assert list(reading.workspace.jobs) == ["erp"]
    assert [problem.file for problem in reading.problems] == [
        "jobs/bad.yaml",  # its system
        "jobs/bad.yaml",  # and the repository, which belongs to the job that works
        "jobs/unreadable.yaml",
        "runbooks/plain.md",
    ]


def test_a_broken_repository_stops_its_own_jobs_only(tmp_path: Path) -> None:
    root = small_workspace(
        tmp_path,
        {
            "config/repositories.yaml": (
                "disk:\n  engine: rsync\n  location: /backups/disk\n"
                "other:\n  engine: rsync\n  location: relative\n  medium: cloud\n"
            ),
            "jobs/elsewhere.yaml": (
                SMALL["jobs/erp.yaml"].replace("name: erp", "name: elsewhere")
            ).replace("repository: disk", "repository: other"),
        },
    )

    reading = load_tolerant(root)

    assert list(reading.workspace.jobs) == ["erp"]
    assert list(reading.workspace.repositories) == ["disk"]
    assert len(reading.problems) == 1


@pytest.mark.parametrize("file", ["config/continuity.yaml", "config/systems.yaml"])
def test_nothing_runs_on_broken_settings_or_systems(tmp_path: Path, file: str) -> None:
    root = small_workspace(tmp_path, {file: SMALL[file] + "Ñ: 1\n"})

    with pytest.raises(WorkspaceError) as raised:
        load_tolerant(root)

    assert [problem.file for problem in raised.value.problems] == [file]


def test_names_are_not_called_unknown_when_their_file_cannot_be_read(tmp_path: Path) -> None:
    root = small_workspace(tmp_path, {"config/people.yaml": "\tana\n"})

    assert _problems(root) == [
        "config/people.yaml:1: expected spaces at the beginning of a line, found a tab"
    ]


def test_a_zone_that_does_not_exist_is_met_with_the_nearest(tmp_path: Path) -> None:
    settings = SMALL["config/continuity.yaml"].replace("Madrid", "Madrit")
    root = small_workspace(tmp_path, {"config/continuity.yaml": settings})

    assert _problems(root) == [
        "config/continuity.yaml:3: zone: expected an IANA zone, perhaps Europe/Madrid, "
        'found "Europe/Madrit"'
    ]


@pytest.mark.parametrize("zone", ["../../etc/passwd", "/etc/passwd", "Europe", "posixrules "])
def test_a_zone_is_a_name_and_never_a_path(tmp_path: Path, zone: str) -> None:
    settings = SMALL["config/continuity.yaml"].replace("Europe/Madrid", f'"{zone}"')
    root = small_workspace(tmp_path, {"config/continuity.yaml": settings})

    assert len(_problems(root)) == 1


def test_every_circle_of_dependencies_is_named_in_full(tmp_path: Path) -> None:
    system = "  title: T\n  criticality: low\n  owner: ana\n  depends_on: [{}]\n"
    needs = {"a": "b", "b": "c", "c": "a", "d": "e, a", "e": "d", "billing": "billing"}
    text = "".join(f"{name}:\n{system.format(other)}" for name, other in needs.items())
    root = small_workspace(tmp_path, {"config/systems.yaml": text})

    assert [line.rpartition("found ")[2] for line in _problems(root)] == [
        "a → b → c → a",
        "d → e → d",
        "billing → billing",
    ]


def test_files_that_editors_leave_behind_are_no_problem(tmp_path: Path) -> None:
    root = small_workspace(
        tmp_path,
        {
            "jobs/erp.yaml~": "x",
            "jobs/.erp.yaml.swp": "x",
            "jobs/README.md": "x",
            "runbooks/README.md": "x",
            "config/channels.yaml": "# later\n",
        },
    )

    assert list(load(root).jobs) == ["erp"]


def test_names_of_files_cannot_trick_a_terminal(tmp_path: Path) -> None:
    root = small_workspace(tmp_path)
    for name in (b"\xff", b"new\nline", b"\x1b[31m"):
        (root / "jobs" / os.fsdecode(name + b".yaml")).write_text("name: x\n")

    assert _problems(root) == [
        "jobs/\\x1b[31m.yaml:0: expected a file name of lower-case letters, digits and hyphens, "
        'found "\\x1b[31m"',
        "jobs/\\xff.yaml:0: expected a file name of lower-case letters, digits and hyphens, "
        'found "\\xff"',
        "jobs/new\\x0aline.yaml:0: expected a file name of lower-case letters, digits and "
        'hyphens, found "new\\x0aline"',
    ]


def test_a_workspace_without_jobs_protects_nothing_and_says_so(tmp_path: Path) -> None:
    root = small_workspace(tmp_path)
    (root / "jobs" / "erp.yaml").unlink()

    assert _problems(root) == [
        "jobs:0: expected at least one job in a file NAME.yaml, found nothing"
    ]


def test_an_empty_directory_says_what_is_missing(tmp_path: Path) -> None:
    assert [line.partition(":")[0] for line in _problems(tmp_path)] == [
        "config",
        "config/continuity.yaml",
        "config/people.yaml",
        "config/repositories.yaml",
        "config/systems.yaml",
        "jobs",
    ]


_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["name", "title", "source", "paths", "sample", "schedule", "x"]),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=12,
)


@given(file=st.sampled_from(sorted(SMALL)), value=_VALUES)
def test_any_value_anywhere_gives_problems_and_no_traceback(
    tmp_path_factory: pytest.TempPathFactory, file: str, value: object
) -> None:
    root = small_workspace(tmp_path_factory.mktemp("any"), {file: json.dumps(value)})

    for line in _problems(root):
        assert line.isprintable()
