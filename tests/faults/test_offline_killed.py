"""Whoever publishes an offline copy is killed half way: the half is never taken for the whole."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.programs import ROOT
from tests.support.sshd import Sshd, running_sshd
from tests.support.stalling import Line, stalling_line
from tests.support.storages import S3_CREDENTIALS, s3_server
from tests.support.story import Story, begin
from tests.support.workspaces import write_files

LATEST, SUMS = "LATEST.txt", "MANIFEST.sha256"
# More than the greeting of either protocol, and less than the booklet alone.
HALF = 40_000


@dataclass(frozen=True, kw_only=True)
class Firm:
    """A firm with two places behind lines that stall, and where each has its copies."""

    story: Story
    server: Sshd
    lines: dict[str, Line]
    folders: dict[str, Path]


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with ExitStack() as running:
        server = running.enter_context(running_sshd(tmp_path / "sshd"))
        (tmp_path / "s3/bucket").mkdir(parents=True)
        away = tmp_path / "away"
        away.mkdir()
        storage = running.enter_context(s3_server(tmp_path / "s3"))
        lines = {
            "away": running.enter_context(stalling_line(server.port, HALF)),
            "cloud": running.enter_context(stalling_line(storage.port, HALF)),
        }
        story = begin(tmp_path / "acme")
        _write(story, server, away, lines)
        folders = {"away": away, "cloud": tmp_path / "s3/bucket/acme"}
        yield Firm(story=story, server=server, lines=lines, folders=folders)


def _write(story: Story, server: Sshd, away: Path, lines: dict[str, Line]) -> None:
    known = story.root.parent / "known"
    port = lines["away"].port
    known.write_text(f"[127.0.0.1]:{port} {server.host_key}\n")
    host = {
        **{"kind": "ssh", "address": "127.0.0.1", "port": port, "user": server.user},
        **{"key": str(server.key), "known_hosts": str(known), "site": "provider"},
    }
    credentials = {name: {"file": f"secrets/{name}"} for name in S3_CREDENTIALS}
    bucket = f"s3:http://127.0.0.1:{lines['cloud'].port}/bucket/acme"
    places = {
        "away": {"kind": "sftp", "host": "nas", "folder": str(away)},
        "cloud": {"kind": "s3", "bucket": bucket, "credentials": credentials},
    }
    secrets = {f"secrets/{name}": word for name, word in S3_CREDENTIALS.items()}
    settings = {"organisation": "Acme", "language": "en", "zone": "Europe/Madrid"}
    write_files(
        story.root,
        {
            **secrets,
            "config/continuity.yaml": json.dumps({**settings, "offline": {"places": places}}),
            "config/hosts.yaml": json.dumps({"local": {"site": "office"}, "nas": host}),
        },
    )
    for name in secrets:
        (story.root / name).chmod(0o600)


def killed_half_way(firm: Firm, place: str) -> None:
    """Publish, and kill the program as soon as the line of this place has stalled."""
    for name, line in firm.lines.items():
        if name != place:
            line.mend()
    with subprocess.Popen(
        [sys.executable, "-m", "continuity", "-w", firm.story.root, "bundle", "publish"],
        cwd=ROOT,
        env=firm.story.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert firm.lines[place].stalled.wait(60)
        process.kill()
    # What it had started loses its line as well: the power is gone.
    firm.server.cut()


def whole(folder: Path) -> list[str]:
    """Name the copies of which every file is there and what the list of sums says."""
    return sorted(path.parent.name for path in folder.glob(f"*/{SUMS}") if _adds_up(path))


def _adds_up(sums: Path) -> bool:
    rows = [row.split("  ", 1) for row in sums.read_text().splitlines()]
    files = [(digest, sums.parent / name) for digest, name in rows]
    return bool(files) and all(
        path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == digest
        for digest, path in files
    )


@pytest.mark.parametrize("place", ["away", "cloud"])
def test_a_half_has_no_name_and_the_next_copy_is_whole(firm: Firm, place: str) -> None:
    folder = firm.folders[place]
    killed_half_way(firm, place)
    left = sorted(path for path in folder.rglob("*") if path.is_file())
    named = [path.name for path in folder.iterdir() if not path.name.startswith(".part-")]
    halves = whole(folder)
    pointed = (folder / LATEST).exists()
    firm.lines[place].mend()
    again = firm.story.run("bundle", "publish")
    kept = whole(folder)

    assert left
    assert (halves, pointed) == ([], False)
    # A folder has its name when it is whole; in a bucket its list of sums comes last.
    assert place == "cloud" or named == []
    assert again.code == 0, again
    assert len(kept) == 1
    assert (folder / LATEST).read_text() == f"{kept[0]}/index.html\n"
    assert not [path for path in folder.iterdir() if path.name.startswith(".part-")]


def test_what_was_killed_is_published_again_by_itself(firm: Firm) -> None:
    killed_half_way(firm, "away")
    firm.lines["away"].mend()
    told = firm.story.run("tick")

    assert "defect" not in told.out + told.err
    assert len(whole(firm.folders["away"])) == 1
