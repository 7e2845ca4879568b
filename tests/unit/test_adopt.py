"""What is carried over from other backup programs, and what is named as left behind."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.config.adopt.carrying import timetable_words
from continuity.config.adopt.found import Found
from continuity.config.adopt.registry import found_in_file
from continuity.config.naming import name_from_text
from continuity.domain.failure import ConfigurationError
from continuity.domain.schedule import timetable_from_text
from continuity.domain.secret import Secret
from tests.support.adoptable import AUTORESTIC, NPBACKUP, RESTICPROFILE, found


def left(read: Found) -> list[str]:
    """Name the places that stay behind."""
    return [one.where for one in read.left]


def test_profiles_keep_what_they_inherit_and_name_what_has_no_place_here(tmp_path: Path) -> None:
    read = found(tmp_path, RESTICPROFILE)

    (job,), (repository,) = read.jobs, read.repositories
    assert job.paths == ("/srv/erp", str(tmp_path / "theirs/shared/erp"))
    assert (job.exclude, job.one_file_system, job.schedule) == (("*.tmp",), True, "daily at 02:30")
    assert job.retention == {"last": 1, "daily": 14, "weekly": 0, "monthly": 0, "yearly": 0}
    assert repository.location == "s3:s3.example.com/copies"
    assert repository.password.file == str(tmp_path / "theirs/key")
    assert dict(repository.credentials) == {
        "AWS_ACCESS_KEY_ID": Secret("AKIA"),
        "AWS_SECRET_ACCESS_KEY": Secret("hush"),
    }
    assert repository.options == {"limit_upload": 1024}
    assert set(left(read)) == {
        "erp.backup.exclude-file",
        "erp.backup.run-before",
        "erp.retention.keep-hourly",
        "erp.retention.keep-tag",
        "stream.backup",
    }


def test_profiles_in_toml_and_json_are_read_as_well(tmp_path: Path) -> None:
    toml = '[erp]\nrepository = "/srv/r"\npassword-file = "/k"\n[erp.backup]\nsource = ["/srv/e"]\n'
    plain = {"erp": {"repository": "/srv/r", "password-file": "/k", "backup": {"source": "/srv/e"}}}

    read = [found(tmp_path / name, text, name) for name, text in _formats(tmp_path, toml, plain)]

    assert [one.jobs[0].paths for one in read] == [("/srv/e",), ("/srv/e",)]
    assert [one.repositories[0].location for one in read] == ["/srv/r", "/srv/r"]


def _formats(tmp_path: Path, toml: str, plain: object) -> list[tuple[str, str]]:
    formats = [("profiles.toml", toml), ("profiles.json", json.dumps(plain))]
    for name, _ in formats:
        (tmp_path / name).mkdir()
    return formats


def test_a_location_that_goes_to_two_backends_becomes_two_jobs(tmp_path: Path) -> None:
    read = found(tmp_path, AUTORESTIC)

    assert [(job.name, job.repository) for job in read.jobs] == [
        ("home-disk", "disk"),
        ("home-cloud", "cloud"),
    ]
    assert {job.schedule for job in read.jobs} == {"0 3 * * 1-5"}
    assert {job.paths for job in read.jobs} == {("/home/ana",)}
    assert read.jobs[0].retention["daily"] == 7
    disk, cloud = read.repositories
    assert disk.password.text == Secret("in the file")
    assert cloud.location == "rest:https://backup.example/home"
    assert cloud.credentials["RESTIC_REST_PASSWORD"] == Secret("hush")
    assert {
        "locations.home.from",
        "locations.home.hooks",
        "locations.home.options.forget.keep-within",
        "locations.containers",
        "backends.cloud.key",
        "backends.open.path",
    } <= set(left(read))


def test_borg_is_explained_and_nothing_is_made_of_it(tmp_path: Path) -> None:
    read = found(tmp_path, "source_directories: [/home]\nrepositories:\n  - path: ssh://b@b/./r\n")

    assert (read.tool, read.jobs, read.repositories) == ("borgmatic", (), ())
    assert left(read) == ["repositories", "source_directories"]


def test_what_npbackup_encrypts_is_asked_for_and_never_guessed(tmp_path: Path) -> None:
    read = found(tmp_path, NPBACKUP)

    (job,), (repository,) = read.jobs, read.repositories
    assert (job.paths, job.one_file_system) == (("/home/app",), True)
    assert (job.retention["last"], job.retention["daily"]) == (3, 7)
    assert repository.location == "/srv/np"
    assert (repository.password.file, repository.password.text) == (None, None)
    assert {
        "repos.default.repo_opts.repo_password",
        "repos.default.backup_opts.post_exec_commands",
        "repos.default.backup_opts.exclude_files",
        "repos.default.env.encrypted_env_variables",
        "repos.hidden.repo_uri",
    } == set(left(read))


def test_the_second_version_of_npbackup_is_read_too(tmp_path: Path) -> None:
    read = found(
        tmp_path, "backup:\n  paths: /srv/a\nrepo:\n  repository: /srv/r\n  password: hush\n"
    )

    assert (read.jobs[0].paths, read.repositories[0].password.text) == (("/srv/a",), Secret("hush"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ define x }}\na: {{ .b }}\n", "templates"),
        ("resticprofile {\n", "neither"),
        ("a: b\n", "no program known"),
        ("\x00" * 10, "neither"),
        ("a" * ((1 << 20) + 1), "larger than"),
        ("[" * 100_000, "neither"),
    ],
)
def test_what_is_no_configuration_is_refused_with_the_reason(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "theirs.yaml"
    path.write_text(text)

    with pytest.raises(ConfigurationError, match=said):
        found_in_file(path)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("*-*-* 02:30:00", "daily at 02:30"),
        ("02:30", "daily at 02:30"),
        ("daily", "0 0 * * *"),
        ("Mon..Fri 23:15", "15 23 * * mon-fri"),
        ("*:00,30", "00,30 * * * *"),
        ("*-*-1 04:00", "monthly on 1 at 04:00"),
        ("0 3 * * 1-5", "0 3 * * 1-5"),
        ("@reboot", None),
        ("2026-*-* 00:00:30", None),
        ("99 99 * * *", None),
    ],
)
def test_a_schedule_is_carried_over_only_when_it_means_the_same(
    theirs: str, ours: str | None
) -> None:
    assert timetable_words(theirs) == ours


@given(st.text(max_size=40))
def test_no_text_makes_a_schedule_that_is_none(text: str) -> None:
    words = timetable_words(text)

    assert words is None or timetable_from_text(words, "UTC") is not None


@given(st.text())
def test_every_name_made_of_a_text_is_a_name(text: str) -> None:
    name = name_from_text(text)

    assert name == "" or (name[0].isalnum() and len(name) <= 63 and name == name.lower())
