"""Repositories that are copies of others, as people write them."""

from pathlib import Path

import pytest

from continuity.config.loading import load
from continuity.config.plans import plans_from_workspace
from continuity.config.problem import WorkspaceError
from continuity.domain.portfolio import Storage
from tests.support.workspaces import SMALL, small_workspace


def problems(root: Path, repositories: str, job: str = SMALL["jobs/erp.yaml"]) -> list[str]:
    small_workspace(root, {"config/repositories.yaml": repositories, "jobs/erp.yaml": job})
    with pytest.raises(WorkspaceError) as raised:
        load(root)
    return [str(problem) for problem in raised.value.problems]


DISK = "disk: {engine: rsync, location: /backups/disk}\n"
COPY = "away: {engine: rsync, location: /backups/away, copy_of: disk}\n"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (DISK + COPY.replace("disk}", "dsk}"), "away.copy_of: expected a name from"),
        (DISK + COPY.replace("disk}", "away}"), "a repository that is no copy of another"),
        (
            DISK + COPY + COPY.replace("away", "farther").replace("of: disk", "of: away"),
            "farther.copy_of: expected a repository that is no copy of another",
        ),
        (
            DISK + "away: {engine: restic, location: /backups/a, password: {env: P},"
            " copy_of: disk}\n",
            "away.copy_of: expected a repository of the same engine, restic",
        ),
    ],
)
def test_a_copy_must_lead_to_a_repository_of_its_engine(
    tmp_path: Path, written: str, said: str
) -> None:
    assert any(said in problem for problem in problems(tmp_path / "work", written))


def test_no_job_writes_into_a_copy(tmp_path: Path) -> None:
    job = SMALL["jobs/erp.yaml"].replace("repository: disk", "repository: away")
    (problem,) = problems(tmp_path / "work", DISK + COPY, job)

    assert "repository: expected a repository that is no copy of another" in problem
    assert "found a copy of disk" in problem


def test_a_job_knows_where_its_copies_stand_and_what_they_share(tmp_path: Path) -> None:
    repositories = (
        "disk: {engine: restic, location: /backups/disk, password: {env: P}}\n"
        "cloud: {engine: restic, location: 's3:https://s3.example/bucket/erp', medium: object,"
        " password: {env: P}, site: cloud, copy_of: disk}\n"
        "nas: {engine: restic, location: /mnt/nas/erp, medium: nas, password: {env: P},"
        " copy_of: disk}\n"
    )
    hosts = "local: {kind: local, site: office}\n"
    root = small_workspace(
        tmp_path / "work",
        {"config/repositories.yaml": repositories, "config/hosts.yaml": hosts},
    )
    _, (job,) = plans_from_workspace(load(root))

    assert (job.keeper, job.site, job.place) == ("local", "office", "/backups disk")
    assert job.copies == (
        Storage(
            repository="cloud",
            engine="restic",
            site="cloud",
            medium="object",
            place="s3.example",
            keeper=None,
        ),
        Storage(
            repository="nas",
            engine="restic",
            site=None,
            medium="nas",
            place="/mnt/nas nas",
            keeper=None,
        ),
    )
