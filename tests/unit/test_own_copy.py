"""Where nobody backs up Continuity itself, or only beside it, that is said and never green."""

from __future__ import annotations

from pathlib import Path

import pytest

from continuity.config.loading import load, load_tolerant
from continuity.config.own_copy import examine_own_copy, own_copy_missing
from continuity.config.problem import WorkspaceError
from continuity.domain.portfolio import ITSELF
from continuity.domain.verdict import Verdict
from continuity.sources.own.options import ContinuitySource
from continuity.sources.source import NO_FILES, path_set
from tests.support.workspaces import small_workspace

_JOB = (
    "name: continuity\ntitle: Continuity itself\nsystem: billing\nrepository: {repository}\n"
    "source: {{kind: continuity{more}}}\n"
)
_AWAY = (
    "disk: {{engine: rsync, location: /backups/disk}}\n"
    "away: {{engine: restic, location: /backups/away, password: {{env: AWAY}}{site}}}\n"
)
_HERE = "local: {kind: local, site: office}\n"


def written(
    root: Path, *, site: str = "", hosts: str = _HERE, repository: str = "away", more: str = ""
) -> Path:
    return small_workspace(
        root,
        {
            "config/repositories.yaml": _AWAY.format(site=site),
            "config/hosts.yaml": hosts,
            "jobs/continuity.yaml": _JOB.format(repository=repository, more=more),
        },
    )


def test_no_copy_of_continuity_itself_is_never_green(tmp_path: Path) -> None:
    workspace = load(small_workspace(tmp_path))

    assert own_copy_missing(workspace) is not None
    assert [one.verdict for one in examine_own_copy(workspace)] == [Verdict.INCONCLUSIVE]


def test_a_copy_that_cannot_be_used_now_is_never_called_none(tmp_path: Path) -> None:
    reading = load_tolerant(written(tmp_path), environ={})

    said = "The job continuity for Continuity itself is written, but cannot be used now."
    found = [(one.verdict, str(one.what)) for one in examine_own_copy(reading.workspace)]
    assert found == [(Verdict.INCONCLUSIVE, said)]
    assert str(own_copy_missing(reading.workspace)) == said


@pytest.mark.parametrize("text", ["- continuity\n", "source: [continuity]\n", "source: {\n"])
def test_a_job_of_which_nobody_can_tell_what_it_is_for_counts_as_none(
    tmp_path: Path, text: str
) -> None:
    files = {"jobs/continuity.yaml": text}
    workspace = load_tolerant(small_workspace(tmp_path, files)).workspace

    assert "is in no backup" in str(own_copy_missing(workspace))


@pytest.mark.parametrize(
    ("site", "hosts", "expected"),
    [
        (", site: elsewhere", _HERE, Verdict.PASS),
        (", site: office", _HERE, Verdict.INCONCLUSIVE),
        ("", _HERE, Verdict.INCONCLUSIVE),
        (", site: elsewhere", "local: {kind: local}\n", Verdict.INCONCLUSIVE),
    ],
)
def test_a_copy_that_burns_with_its_machine_is_not_green(
    tmp_path: Path, site: str, hosts: str, expected: Verdict
) -> None:
    workspace = load(written(tmp_path, site=site, hosts=hosts))

    assert own_copy_missing(workspace) is None
    assert [one.verdict for one in examine_own_copy(workspace)] == [expected]


@pytest.mark.parametrize(
    ("repository", "more", "said"),
    [
        ("disk", "", "jobs/continuity.yaml:4: repository: expected a repository that encrypts"),
        ("away", ", host: far", "jobs/continuity.yaml:5: source.host: expected local"),
    ],
)
def test_keys_are_never_kept_in_the_clear_and_nobody_copies_another_machine(
    tmp_path: Path, repository: str, more: str, said: str
) -> None:
    hosts = _HERE + "far: {kind: ssh, address: far.example, user: backup}\n"

    with pytest.raises(WorkspaceError) as raised:
        load(written(tmp_path, repository=repository, more=more, hosts=hosts))

    assert [one for one in raised.value.problems if str(one).startswith(said)]


def test_a_job_that_protects_continuity_itself_is_known_by_what_it_covers() -> None:
    assert path_set(ContinuitySource(), NO_FILES) == ITSELF
    assert path_set(ContinuitySource(also=("/srv/firm/scripts",)), NO_FILES) == ITSELF
