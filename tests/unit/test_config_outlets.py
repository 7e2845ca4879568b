"""Ways out of the program are read as strictly as everything else that people write."""

from __future__ import annotations

from pathlib import Path

from continuity.config.loading import load, load_tolerant, problems_of
from continuity.config.outlets import trackers_of
from tests.support.incidents import NOW
from tests.support.workspaces import small_workspace

_GITHUB = """\
tiques:
  kind: github
  secrets:
    token: {env: GITHUB_TOKEN}
  options:
    repository: acme/backups
"""


def _keys(root: Path) -> list[str]:
    return [problem.key for problem in problems_of(root, home=root)]


def test_a_ticket_system_is_opened_with_the_secret_that_people_named(tmp_path: Path) -> None:
    root = small_workspace(tmp_path, {"config/channels.yaml": _GITHUB})

    opened = dict(trackers_of(load(root), {"GITHUB_TOKEN": "t0ken"}, lambda: NOW))

    assert list(opened) == ["tiques"]
    assert "t0ken" not in repr(opened)


def test_an_unknown_kind_is_named_with_the_nearest_known_one(tmp_path: Path) -> None:
    root = small_workspace(tmp_path, {"config/channels.yaml": _GITHUB.replace("github", "githbu")})

    (problem,) = problems_of(root, home=root)

    assert problem.key == "tiques.kind"
    assert "github" in str(problem.expected)


def test_a_secret_that_is_missing_or_that_no_kind_knows_is_a_problem(tmp_path: Path) -> None:
    text = _GITHUB.replace("token:", "tokn:")
    root = small_workspace(tmp_path, {"config/channels.yaml": text})

    assert sorted(_keys(root)) == ["tiques.secrets", "tiques.secrets.tokn"]


def test_an_option_that_the_kind_does_not_know_is_a_problem(tmp_path: Path) -> None:
    text = _GITHUB.replace("repository:", "repo:")
    root = small_workspace(tmp_path, {"config/channels.yaml": text})

    assert "tiques.options.repo" in _keys(root)


def test_a_system_that_does_not_exist_is_a_problem(tmp_path: Path) -> None:
    root = small_workspace(tmp_path, {"config/channels.yaml": f"{_GITHUB}  systems: [nowhere]\n"})

    assert _keys(root) == ["tiques.systems[0]"]


def test_a_broken_channel_stops_no_job(tmp_path: Path) -> None:
    root = small_workspace(tmp_path, {"config/channels.yaml": "tiques: {kind: nothing}\n"})

    reading = load_tolerant(root)

    assert (dict(reading.workspace.outlets), list(reading.workspace.jobs)) == ({}, ["erp"])
