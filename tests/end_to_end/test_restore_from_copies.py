"""The night on which the repository is gone: data comes back from a copy of it, and says so."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.cheap_keys import cheapen
from tests.support.copying import (
    BOOK,
    COPIES,
    LUIS,
    PASS,
    USAGE,
    act,
    book,
    came_back,
    erp,
    evidence,
    fill,
    gone,
    latest_run,
    points,
    proven,
    restic,
    start,
    state,
    told,
    words,
)
from tests.support.harmed import (
    harm_config,
    harm_identity,
    harm_index,
    harm_keys,
    harm_packs,
)
from tests.support.worlds import PASSWORD, World, furnished

pytestmark = pytest.mark.timeout(400)  # a test that harms what they share proves it anew

JOBS = pytest.mark.parametrize(
    ("job", "own", "copy"), [("erp", "vault", "offsite"), ("files", "disk", "shelf")]
)


@pytest.fixture(scope="module", name="kept")
def _kept(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two points of each job; the newer one of `files` has not arrived in its copy."""
    world = furnished(tmp_path_factory.mktemp("copies") / "world")
    with (world.workspace / "config/repositories.yaml").open("a") as file:
        file.write(COPIES.format(root=world.root))
    for place in (world.vault, world.root / "offsite"):
        restic("init", "--repo", place)
        cheapen(place, PASSWORD)
    assert world.run("backup", "--json").code == PASS
    fill(world)
    (world.source / "letters/new.txt").write_text("written later\n")
    assert world.run("backup", "--json").code == PASS
    restic("copy", "--repo", world.root / "offsite", "--from-repo", world.vault)
    return world


@pytest.fixture(name="world")
def _world(kept: World) -> Iterator[World]:
    """The older point is proven in repository and copy; what was proven of the newer one counts."""
    for job, names in (("erp", ("vault", "offsite")), ("files", ("disk", "shelf"))):
        known = points(kept, job)
        for name in names:
            if not any(one["proven"] for one in known if one["repository"] == name):
                oldest = ("--point", known[-1]["id"]) if known else ()
                assert kept.run("drill", "--json", job, "--copy", name, *oldest).code == PASS
    yield kept
    shutil.rmtree(kept.root / "beside", ignore_errors=True)


@JOBS
def test_a_repository_that_is_gone_is_stood_in_for_by_its_copy(
    world: World, job: str, own: str, copy: str
) -> None:
    book(world, job)
    with gone(world.root / own):
        standing = start(world)
        answers = world.run("runbook", "points", job, "--json").result["answers"]
    found = evidence(world, standing)

    assert state(standing) == "done"
    assert came_back(world)
    assert answers == {own: False, copy: True}
    assert (found["repository"], found["copy_of"], found["proven"]) == (copy, own, True)
    assert found["not_from"] == {own: "unreachable"}
    assert f"{own} does not give it: Its storage does not answer." in words(standing)
    assert f"It is from {copy}, a copy of {own}." in words(standing)


@JOBS
def test_as_long_as_it_is_there_the_repository_itself_is_used_and_nothing_is_said(
    world: World, job: str, own: str, copy: str
) -> None:
    book(world, job)
    standing = start(world)
    found = evidence(world, standing)

    assert (state(standing), found["repository"]) == ("done", own)
    assert "not_from" not in found
    assert copy not in words(standing)


def test_what_is_proven_in_one_repository_is_not_proven_in_the_other(world: World) -> None:
    assert world.run("drill", "--json", "erp", "--copy", "vault").code == PASS
    known = {(one["repository"], one["proven"]) for one in points(world, "erp")}
    book(world, "erp", "point: newest")
    with gone(world.vault):
        held = start(world)
        refused = world.run("runbook", "answer", held["run"], "out", "newest", *LUIS)
        done = act(world, held, "answer", "newest", "--unproven", "--note", "all there is")

    assert known == {("vault", True), ("offsite", False), ("offsite", True)}
    assert state(held) == "waiting"
    assert "No restore test proves the restore point" in words(held)
    assert "in offsite" in words(held)
    assert refused.code == USAGE
    assert state(done) == "done"
    assert evidence(world, done)["proven"] is False


def test_how_much_more_is_lost_than_with_the_repository_itself_is_told(world: World) -> None:
    assert world.run("drill", "--json", "files", "--copy", "disk").code == PASS
    newer, older = (one["data_time"] for one in points(world, "files")[:2])
    book(world, "files")
    with gone(world.disk):
        standing = start(world)

    assert newer > older
    assert evidence(world, standing)["lost_more_seconds"] >= 0
    assert "more is lost than by what disk should hold" in words(standing)
    assert not Path(f"{world.root}/beside{world.source}/letters/new.txt").exists()


@pytest.mark.parametrize(
    ("harm", "failures"),
    [
        (harm_config, {"unreachable"}),
        (harm_index, {"integrity", "tool-error"}),
        (harm_packs, {"integrity", "tool-error"}),
        (harm_keys, {"authentication"}),
        (harm_identity, {"unreachable"}),
    ],
)
@pytest.mark.parametrize("sandbox", [False, True])
def test_a_repository_that_is_there_and_damaged_is_left_for_its_copy(
    world: World, harm: Callable[[Path], None], failures: set[str], sandbox: bool
) -> None:
    book(world, "erp", sandbox=sandbox)
    with gone(world.vault):
        shutil.copytree(f"{world.vault}.gone", world.vault)
        harm(world.vault)
        standing = start(world)
    found = evidence(world, standing)

    assert (state(standing), found["repository"]) == ("done", "offsite")
    assert set(found["not_from"].values()) <= failures
    assert "vault does not give it: " in words(standing)
    damaged = "integrity" in found["not_from"].values()
    assert ("continuity drill erp --copy vault" in words(standing)) == damaged


def test_a_repository_whose_password_has_burned_as_well_keeps_its_copy(world: World) -> None:
    own = world.root / "own-password"
    own.write_text(PASSWORD)
    own.chmod(0o600)
    before = (world.workspace / "config/repositories.yaml").read_text()
    head, found, tail = before.partition("offsite:")
    tail = tail.replace("{env: VAULT_PASSWORD}", f"{{file: {own}}}", 1)
    book(world, "erp")
    try:
        world.write({"config/repositories.yaml": head + found + tail})
        ran = world.run("runbook", "start", "back", *LUIS, env={"VAULT_PASSWORD": ""})
        backup = world.run("backup", "--json", "erp", env={"VAULT_PASSWORD": ""})
    finally:
        world.write({"config/repositories.yaml": before})

    assert evidence(world, told(ran))["repository"] == "offsite"
    assert backup.result["verdict"] == "INCONCLUSIVE"


def test_a_person_names_the_repository_and_no_other_is_used(world: World) -> None:
    book(world, "erp", "repository: vault")
    with gone(world.vault):
        failed = start(world)
        nonsense = world.run("runbook", "retry", failed["run"], "out", "--from", "disk", *LUIS)
        done = act(world, failed, "retry", "--from", "offsite")

    assert (state(failed), state(done)) == ("failed", "done")
    assert "offsite" not in words(failed)
    assert nonsense.code == USAGE
    assert evidence(world, done)["repository"] == "offsite"


def test_a_step_that_names_no_repository_of_its_job_is_refused(world: World) -> None:
    book(world, "erp", "repository: shelf")
    said = world.run("runbook", "check", "back")

    assert said.code == USAGE
    assert "expected one of vault, offsite" in said.stdout


def test_when_nothing_is_left_every_reason_is_given(world: World) -> None:
    book(world, "erp")
    with gone(world.vault, world.root / "offsite"):
        failed = start(world)

    assert state(failed) == "failed"
    assert "vault: Its storage does not answer" in words(failed)
    assert "offsite: Its storage does not answer" in words(failed)


def test_once_the_repository_is_back_it_is_used_again(world: World) -> None:
    book(world, "erp", "point: newest")
    with gone(world.vault):
        held = start(world)
    assert world.run("drill", "--json", "erp", "--copy", "vault").code == PASS
    done = act(world, held, "answer", "newest")

    assert state(held) == "waiting"
    assert (state(done), evidence(world, done)["repository"]) == ("done", "vault")


def test_a_restore_from_a_copy_that_is_killed_is_unknown_and_can_be_repeated(world: World) -> None:
    book(world, "erp")
    slow = 'case "$*" in *restore*) touch $root/begun; exec sleep 60;; esac; exec $real "$@"'
    world.install("restic", slow)
    with gone(world.vault):
        with world.start("runbook", "start", "back", *LUIS) as process:
            while process.poll() is None and not (world.root / "begun").exists():
                time.sleep(0.02)
            process.kill()
        shutil.rmtree(world.bin)
        killed = told(world.run("runbook", "carry-on", latest_run(world), *LUIS))
        done = act(world, killed, "answer", "repeat", "--note", "it was killed")

    assert (state(killed), state(done)) == ("unknown", "done")
    assert came_back(world)
    assert [path.name for path in (world.root / "beside").iterdir()] == [world.root.parts[1]]


def test_over_production_comes_what_the_copy_has(world: World) -> None:
    text = BOOK.replace("JOB", "erp").replace("KEYS", "target: production\napproval: permit")
    permit = (
        "## May it {#permit}\n\n~~~step\nid: permit\ntype: approval\nowner: tech\nroles: [tech]\n"
        "reason_required: false\n~~~\n\n## Lay"
    )
    text = text.replace("risk: reversible", "risk: destructive").replace("## Lay", permit)
    world.write({"runbooks/back.md": text})
    ledger = world.source / "accounts/ledger.db"
    before = ledger.read_bytes()
    run = told(world.run("runbook", "start", "back", "--by", "ana", "--json"))["run"]
    told(world.run("runbook", "approve", run, "permit", *LUIS, "--note", "gone"))
    with gone(world.vault):
        ledger.write_bytes(b"encrypted")
        confirm = ("--system", "billing", "--by", "ana", "--json", "--break-glass", "--note", "now")
        standing = told(world.run("runbook", "confirm", run, "out", *confirm))
    aside = Path(f"{world.source}.before-{run}-out")

    assert evidence(world, standing)["repository"] == "offsite"
    assert ledger.read_bytes() == before
    assert (aside / "accounts/ledger.db").read_bytes() == b"encrypted"
    shutil.rmtree(world.source)
    os.rename(aside, world.source)
    ledger.write_bytes(before)


def test_what_a_restore_finds_damaged_is_not_proven_until_a_restore_test_of_it_passes(
    world: World,
) -> None:
    book(world, "erp")
    oldest = points(world, "erp")[-1]["id"]
    before = proven(world)
    with gone(world.vault):
        shutil.copytree(f"{world.vault}.gone", world.vault)
        harm_packs(world.vault)
        standing = start(world)
        after, reasons = proven(world), erp(world)["reasons"]
        world.run("tick", "--json")
        known = world.run("incidents", "--json").result["incidents"]
    ran = world.run("drill", "--json", "erp", "--copy", "vault", "--point", oldest)
    again = proven(world)

    found = f"A restore, in the run {standing['run']}, found vault damaged: "
    assert evidence(world, standing)["not_from"] == {"vault": "integrity"}
    assert (before, after) == ({"vault": True, "offsite": True}, {"vault": False, "offsite": True})
    assert (reasons[0]["verdict"], reasons[0]["failure"]) == ("FAIL", "integrity")
    assert reasons[0]["text"].startswith(found)
    assert any(one["reason"].startswith(found) for one in known if one["reason"])
    assert (ran.code, again) == (PASS, before)
