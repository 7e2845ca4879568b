"""Jobs whose files are on another machine, as people write them."""

from dataclasses import replace
from pathlib import Path

import pytest

from continuity.config.elsewhere import open_there, repositories_on
from continuity.config.loading import load, load_tolerant
from continuity.config.opening import Means
from continuity.config.problem import WorkspaceError
from continuity.config.reaching import hosts_of
from continuity.domain.failure import ConfigurationError
from continuity.domain.job import ServedSource
from continuity.protecting import protect
from tests.support.workspaces import SMALL, small_workspace

HOSTS = "web:\n  kind: ssh\n  address: web.example\n  user: backup\n"
JOB = SMALL["jobs/erp.yaml"].replace("source:\n", "source:\n  host: web\n")


def workspace(root: Path, repository: str, **changes: str) -> Path:
    (root / "pass").write_text("throw-away")
    (root / "pass").chmod(0o600)
    kept = f"disk: {{{repository}, password: {{file: pass}}}}\n"
    return small_workspace(
        root,
        {
            "config/hosts.yaml": HOSTS,
            "config/repositories.yaml": kept,
            "jobs/erp.yaml": JOB,
            **{f"config/{name}.yaml": text for name, text in changes.items()},
        },
    )


def means(root: Path, repository: str) -> Means:
    read = load(workspace(root, repository))
    return Means(workspace=read, hosts=hosts_of(read), scratch=root / "scratch", environ={})


RESTIC = "engine: restic, location: "


@pytest.mark.parametrize(
    "repository",
    [
        RESTIC + "/backups/disk",
        RESTIC + "backups/disk",
        RESTIC + "'local:/backups/disk'",
        RESTIC + "'sftp:web:/backups', host: web",
        RESTIC + "/backups/disk, seen_from: {other: /mnt/disk}",
    ],
)
def test_a_repository_that_the_other_machine_cannot_find_is_named(
    repository: str, tmp_path: Path
) -> None:
    other = HOSTS + HOSTS.replace("web", "other")
    workspace(tmp_path, repository, hosts=other)

    with pytest.raises(WorkspaceError) as raised:
        load(tmp_path)

    (problem,) = (str(problem) for problem in raised.value.problems)
    assert problem.startswith("jobs/erp.yaml:4: repository: expected an address")
    assert "under seen_from: web in config/repositories.yaml" in problem


@pytest.mark.parametrize(
    "repository",
    [
        RESTIC + "'s3:https://s3.example/bucket'",
        RESTIC + "/backups/disk, seen_from: {web: /mnt/disk}",
        RESTIC + "'sftp:web:/backups', host: web, seen_from: {web: /backups}",
        "engine: rsync, location: /backups/disk",
    ],
)
def test_a_repository_that_the_other_machine_can_find_is_accepted(
    repository: str, tmp_path: Path
) -> None:
    assert "erp" in load(workspace(tmp_path, repository)).jobs


def test_one_job_without_an_address_leaves_the_others_alone(tmp_path: Path) -> None:
    workspace(tmp_path, RESTIC + "/backups/disk")
    small = SMALL["jobs/erp.yaml"].replace("name: erp", "name: here")
    (tmp_path / "jobs/here.yaml").write_text(small)

    assert set(load_tolerant(tmp_path).workspace.jobs) == {"here"}


def test_without_an_address_nothing_is_opened(tmp_path: Path) -> None:
    given = means(tmp_path, RESTIC + "'s3:https://s3.example/bucket'")
    moved = given.workspace.repositories["disk"].model_copy(update={"location": "/backups/disk"})
    lost = replace(given.workspace, repositories={"disk": moved})

    with pytest.raises(ConfigurationError) as raised:
        open_there(replace(given, workspace=lost), lost.jobs["erp"])

    assert "seen_from: web" in str(raised.value.remedy)


def test_restic_runs_there_and_rsync_fetches_from_there(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    pushed = protect(means(tmp_path / "a", RESTIC + "'s3:https://s3.example/bucket'"), "erp").away
    pulled = protect(means(tmp_path / "b", "engine: rsync, location: /backups/disk"), "erp").away

    assert pushed is not None
    assert pulled is not None
    assert (pushed.host, pushed.transport, pushed.open_engine is None) == ("web", None, False)
    assert pulled.open_engine is None
    assert pulled.transport is not None
    assert pulled.transport.target == "backup@web.example"


@pytest.mark.parametrize(
    ("seen", "apart"), [("/srv/erp/backups", False), ("/srv/erp", False), ("/srv/erp-2", True)]
)
def test_a_repository_within_its_own_source_there_is_refused(
    seen: str, apart: bool, tmp_path: Path
) -> None:
    root = workspace(tmp_path, f"{RESTIC}/backups/disk, seen_from: {{web: {seen}}}")
    found = [str(problem) for problem in load_tolerant(root).problems]

    assert (not found) == apart
    assert all(f"apart from its own repository {seen}" in problem for problem in found)


def test_places_of_this_machine_do_not_collide_with_those_of_another(tmp_path: Path) -> None:
    whole = JOB.replace("/srv/erp", "/")
    root = workspace(tmp_path, "engine: rsync, location: /backups/disk")
    (root / "jobs/erp.yaml").write_text(whole)

    assert "erp" in load(root).jobs


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("source: {host: web, paths: [data]}", "source.paths[0]"),
        ("source: {host: web, paths: [/data], sentinel: [here]}", "source.sentinel[0]"),
        ("source: {host: web, kind: sqlite, path: shop.db}", "source.path"),
        ("source: {host: web, paths: [/data]}\nsample: {canaries: [one]}", "sample.canaries[0]"),
    ],
)
def test_no_path_of_another_machine_starts_at_this_workspace(
    written: str, key: str, tmp_path: Path
) -> None:
    head, _, _ = SMALL["jobs/erp.yaml"].partition("source:")
    files = {"config/hosts.yaml": HOSTS, "jobs/erp.yaml": f"{head}{written}\n"}
    small_workspace(tmp_path, files)

    with pytest.raises(WorkspaceError) as raised:
        load(tmp_path)

    (problem,) = raised.value.problems
    assert problem.key == key
    assert "one of another machine" in str(problem.expected)


def test_no_address_as_another_machine_sees_it_starts_at_this_workspace(tmp_path: Path) -> None:
    workspace(tmp_path, RESTIC + "/backups/disk, seen_from: {web: mnt/disk}")

    with pytest.raises(WorkspaceError, match="one of another machine"):
        load(tmp_path)


def test_the_password_of_a_database_elsewhere_is_kept_in_this_workspace(tmp_path: Path) -> None:
    head, _, _ = SMALL["jobs/erp.yaml"].partition("source:")
    kept = "host: web, kind: postgresql, database: shop, user: continuity"
    written = f"source: {{{kept}, password: {{file: pass}}}}\n"
    workspace(tmp_path, RESTIC + "/backups/disk, seen_from: {web: /mnt/disk}")
    (tmp_path / "jobs/erp.yaml").write_text(head + written)
    source = load(tmp_path).jobs["erp"].source

    assert isinstance(source, ServedSource)
    assert source.password is not None
    assert source.password.file == str(tmp_path / "pass")


@pytest.mark.parametrize(
    ("repository", "held"),
    [
        (RESTIC + "/backups, seen_from: {web: /mnt/disk}", b"/mnt/disk"),
        (RESTIC + "'sftp:web:/backups', host: web, seen_from: {web: 's3:x/y'}", b"/backups"),
        (
            RESTIC + "'sftp://me@web:22//deep/er', host: web, seen_from: {web: 's3:x/y'}",
            b"/deep/er",
        ),
    ],
)
def test_it_is_known_where_on_another_machine_repositories_are(
    repository: str, held: bytes, tmp_path: Path
) -> None:
    read = load_tolerant(workspace(tmp_path, repository)).workspace

    assert list(repositories_on(read, "web")) == [held]
    assert list(repositories_on(read, "other")) == []
