"""The recovery kit where copies are on other machines, or were copied by somebody else."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.firm import PASSWORD, Firm, Wishes, a_firm, at_work
from tests.support.kits import awkward_files, brought_back, bundled, contents, run_script
from tests.support.kits import stock_folder as stock
from tests.support.programs import program
from tests.support.sshd import Sshd, running_sshd
from tests.support.storages import S3_CREDENTIALS, s3_server
from tests.support.workspaces import write_files


@dataclass(frozen=True, kw_only=True)
class Away:
    """A firm whose copies are on an SFTP server and in a bucket, and its kit."""

    firm: Firm
    server: Sshd
    path: Path

    @property
    def kit(self) -> Path:
        return self.firm.root / "stick" / "kit"


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Away]:
    """Back both up over real servers, and write the bundle."""
    program("restic")
    root = tmp_path_factory.mktemp("away")
    firm = a_firm(root, Wishes(engines={"nas": "restic", "cloud": "restic", "behind": "restic"}))
    (root / "s3" / "bucket").mkdir(parents=True)
    with ExitStack() as running:
        server = running.enter_context(running_sshd(root / "sshd"))
        url = running.enter_context(s3_server(root / "s3")).url
        _write(firm, server, url)
        with at_work(firm) as office:
            for job in firm.jobs:
                awkward_files(firm.source(job))
                office.back_up(job)
            _copy(firm, root / "copies-1", root / "mirror")
            bundled(office, root / "stick")
        yield Away(firm=firm, server=server, path=stock(root / "bin"))


def _write(firm: Firm, server: Sshd, url: str) -> None:
    password = {"engine": "restic", "password": {"file": str(firm.root / "password")}}
    credentials = {name: {"file": f"secrets/{name}"} for name in S3_CREDENTIALS}
    sftp = f"sftp:{server.address}:{firm.root}/copies"
    nas = {"location": f"{sftp}-1", "host": "store-1"}
    behind = {"location": f"{sftp}-2", "host": "store-2"}
    mirror = {"location": f"{firm.root}/mirror", "copy_of": "nas"}
    cloud = {"location": f"s3:{url}/bucket/copies", "credentials": credentials}
    host = {
        "kind": "ssh",
        "address": server.address,
        "port": server.port,
        "user": server.user,
        "key": str(server.key),
        "known_hosts": str(server.known_hosts),
    }
    write_files(
        firm.workspace,
        {
            **{f"secrets/{name}": word for name, word in S3_CREDENTIALS.items()},
            "config/hosts.yaml": json.dumps(
                {"store-1": host, "store-2": {**host, "jump": "store-1"}}
            ),
            "config/repositories.yaml": json.dumps(
                {
                    "nas": {**password, **nas},
                    "cloud": {**password, **cloud},
                    "behind": {**password, **behind},
                    "mirror": {**password, **mirror},
                }
            ),
        },
    )
    for name in S3_CREDENTIALS:
        (firm.workspace / "secrets" / name).chmod(0o600)


def _copy(firm: Firm, here: Path, there: Path) -> None:
    """Copy the snapshots as somebody else's night job would: they get ids of their own."""
    environ = {"PATH": os.environ["PATH"], "RESTIC_PASSWORD": PASSWORD}
    environ["RESTIC_FROM_PASSWORD"] = PASSWORD
    for words in (("init",), ("copy", "--from-repo", str(here))):
        subprocess.run(
            ["restic", "-r", there, "--no-cache", *words],
            env=environ,
            cwd=firm.root,
            capture_output=True,
            timeout=60,
            check=True,
        )


def test_a_copy_with_ids_of_its_own_gives_the_same_bytes_back(away: Away, tmp_path: Path) -> None:
    script = away.kit / "nas-mirror.sh"
    ran = run_script(script, tmp_path / "back", path=away.path)

    assert ran.code == 0, ran.err
    assert b"job=nas,run=" in script.read_bytes()
    assert brought_back(away.firm, tmp_path / "back", "nas") == contents(away.firm.source("nas"))


@pytest.mark.parametrize("job", ["nas", "cloud", "behind"])
def test_every_byte_comes_back_from_another_machine(away: Away, tmp_path: Path, job: str) -> None:
    ran = run_script(away.kit / f"{job}.sh", tmp_path / "back", path=away.path)

    assert ran.code == 0, ran.err
    assert brought_back(away.firm, tmp_path / "back", job) == contents(away.firm.source(job))


def test_keys_and_words_are_taken_from_whoever_brings_them(away: Away, tmp_path: Path) -> None:
    for name, content in ((one.name, one.read_bytes()) for one in away.kit.iterdir()):
        # As on a day on which the machine that had them is gone.
        gone = content.replace(os.fsencode(away.firm.root), b"/nonexistent")
        kept = gone if name.startswith("ssh-") or name.endswith(".sh") else content
        kept = kept.replace(
            b":/nonexistent/copies-", b":" + os.fsencode(away.firm.root) + b"/copies-"
        )
        (tmp_path / name).write_bytes(kept)
    given = {"RESTIC_PASSWORD": PASSWORD, "SSH_KEY_STORE_1": str(away.server.key)}
    without = run_script(
        tmp_path / "nas.sh", tmp_path / "a", path=away.path, RESTIC_PASSWORD=PASSWORD
    )
    ran = run_script(tmp_path / "nas.sh", tmp_path / "b", path=away.path, **given)

    assert without.code != 0
    assert list((tmp_path / "a").iterdir()) == []
    assert brought_back(away.firm, tmp_path / "b", "nas") == contents(away.firm.source("nas"))
    assert ran.code == 0, ran.err


def test_a_machine_with_another_key_is_not_entered(away: Away, tmp_path: Path) -> None:
    for one in away.kit.iterdir():
        (tmp_path / one.name).write_bytes(one.read_bytes())
    other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJuOVU3cYbvQdKkFv6kT0XoTYjVTDIMHNOeR4V3nK1bX"
    (tmp_path / "known_hosts").write_text(f"{away.server.name} {other}\n")
    ran = run_script(tmp_path / "nas.sh", tmp_path / "back", path=away.path)

    assert ran.code != 0
    # restic may end before it has passed on what ssh said.
    assert list((tmp_path / "back").iterdir()) == []
