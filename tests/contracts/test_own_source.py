"""A copy of Continuity itself opens as a new installation, and one that lies never passes."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from continuity.app import App
from continuity.domain.evidence import Draft, RecordKind
from continuity.sandbox.inside.own import RECORD
from continuity.store.manifests.portraits import portrait_from_text, text_from_portrait
from tests.support.own import (
    KEY,
    RECORDED,
    TOKEN,
    Copied,
    an_installation,
    contents,
    copied,
    lying,
    tampered,
    wrong_with,
)

pytestmark = [pytest.mark.tool("bwrap")]

PRIVATE = "state/keys/checkpoint.key"


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return an_installation(tmp_path_factory.mktemp("own"))


@pytest.fixture(scope="module")
def copy(installation: Path, tmp_path_factory: pytest.TempPathFactory) -> Copied:
    """A copy during which the record went on."""

    def go_on(app: App) -> None:
        app.bench.store.append(Draft(kind=RecordKind.BASELINE_ACCEPTED, job="erp", body={}))

    return copied(installation, tmp_path_factory.mktemp("copy") / "scratch", go_on)


def test_a_copy_opens_as_a_new_installation_though_the_record_went_on(
    tmp_path: Path, copy: Copied
) -> None:
    rows = {table.name: table.least for table in copy.portrait.tables}

    assert rows["evidence"] == RECORDED + 2
    assert wrong_with(tmp_path, copy) == []


def test_a_copy_holds_what_one_password_must_bring_back_and_not_that_password(
    copy: Copied,
) -> None:
    found = contents(copy)
    about = json.loads(found["backup.json"])

    assert {RECORD, PRIVATE, "config/systems.yaml", "jobs/continuity.yaml"} <= found.keys()
    assert {"secrets/chat", "notes.txt"} <= found.keys()
    assert "secrets/away" not in found
    assert [one for one in about["elsewhere"] if one.endswith("secrets/away")]
    assert not any(KEY.encode() in content for content in found.values())
    assert about["secret"] == [PRIVATE, "secrets/chat"]


def test_nothing_that_is_kept_as_evidence_tells_of_a_secret(copy: Copied) -> None:
    told = text_from_portrait(copy.portrait)
    secrets = [contents(copy)[name] for name in (PRIVATE, "secrets/chat")]

    assert portrait_from_text(told) == copy.portrait
    assert TOKEN.encode() not in told
    assert not any(sha256(secret).hexdigest().encode() in told for secret in secrets)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (PRIVATE, "is not there"),
        ("state/keys/allowed_signers", "is not there"),
        ("secrets/chat", "is not there"),
        ("runbooks", "captured"),
        ("config/people.yaml", "is not there"),
        ("backup.json", "not readable"),
        (RECORD, "is not there"),
    ],
)
def test_a_copy_that_lacks_a_part_is_red(
    tmp_path: Path, copy: Copied, name: str, said: str
) -> None:
    changed = {name: None} if name in contents(copy) else {f"{name}/strange.md": b"# Not ours\n"}

    assert [line for line in wrong_with(tmp_path, lying(copy, changed)) if said in line]


@pytest.mark.parametrize(
    "name", [PRIVATE, "secrets/chat", "notes.txt", "state/keys/checkpoint.key.pub"]
)
def test_a_copy_of_which_one_byte_is_another_is_red(
    tmp_path: Path, copy: Copied, name: str
) -> None:
    content = bytearray(contents(copy)[name])
    content[len(content) // 2] ^= 1

    wrong = wrong_with(tmp_path, lying(copy, {name: bytes(content)}))

    assert [line for line in wrong if line.startswith(f"{name}: ")]


def test_a_record_that_was_copied_torn_is_red(tmp_path: Path, copy: Copied) -> None:
    record = contents(copy)[RECORD]
    half = len(record) // 2 // 4096 * 4096
    torn = record[:half] + bytes(len(record) - half)

    assert wrong_with(tmp_path, lying(copy, {RECORD: torn}))[0].startswith(f"{RECORD}: ")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM evidence WHERE sequence > 200",
        "DELETE FROM checkpoint",
        "UPDATE evidence SET body = '{}' WHERE sequence = 7",
        "UPDATE meta SET value = 'another'",
    ],
)
def test_a_record_cut_short_or_altered_is_red(tmp_path: Path, copy: Copied, statement: str) -> None:
    altered = tampered(contents(copy)[RECORD], tmp_path / "record.db", statement)

    assert wrong_with(tmp_path, lying(copy, {RECORD: altered}))


def test_an_archive_cut_short_or_with_ways_out_of_its_directory_is_red(
    tmp_path: Path, copy: Copied
) -> None:
    short = Copied(
        archive=copy.archive[: len(copy.archive) // 2],
        portrait=copy.portrait,
        data_time=copy.data_time,
    )
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()

    assert "cannot be unpacked" in wrong_with(tmp_path / "one", short)[0]
    assert "not a plain file" in wrong_with(tmp_path / "other", lying(copy, {"../out": b"x"}))[0]


def test_a_workspace_that_does_not_open_is_not_proven_by_being_copied_well(
    tmp_path: Path,
) -> None:
    workspace = an_installation(tmp_path)
    (workspace / "jobs/broken.yaml").write_text("name: broken\n")

    wrong = wrong_with(tmp_path, copied(workspace, tmp_path / "scratch"))

    assert [line for line in wrong if line.startswith("continuity check ended with 2")]
