"""What the checks of a job say of good and of broken content."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import shutil
import sqlite3
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from continuity.domain.failure import ContinuityError, IsolationError, ToolError
from continuity.domain.job import Check
from continuity.sandbox.checks.check import Answer, Asking
from continuity.sandbox.checks.registry import check_kinds
from continuity.sandbox.isolation import Isolation
from continuity.sandbox.opening import Demand
from tests.support.cells import NOW, a_cell
from tests.support.programs import program

pytestmark = [pytest.mark.tool("bwrap"), pytest.mark.tool("setpriv"), pytest.mark.tool("prlimit")]

Fill = Callable[[Path], None]

both = pytest.mark.parametrize("level", list(Isolation))


def written(kind: str, **keys: object) -> Check:
    """What somebody writes as a check."""
    return check_kinds()[kind].options.model_validate({"kind": kind, "name": "it works", **keys})


def answer(folder: Path, fill: Fill, check: Check, level: Isolation = Isolation.A) -> Answer:
    """Ask a check of what ``fill`` restores into srv."""

    def fill_srv(tree: Path) -> None:
        (tree / "srv").mkdir()
        fill(tree / "srv")

    with a_cell(folder, level, fill_srv, Demand(reserve_bytes=0)) as cell:
        asking = Asking(check=check, cell=cell, data_time=NOW, now=lambda: NOW)
        return check_kinds()[check.kind].ask(asking)


def test_every_kind_of_check_is_found_with_its_options() -> None:
    kinds = check_kinds()

    assert {"archive", "command", "http", "image", "port", "sqlite"} <= set(kinds)
    for name, kind in kinds.items():
        assert kind.name == name
        assert kind.subjects
        for field in kind.options.model_fields.values():
            assert field.description


# Commands.


@both
def test_a_command_that_ends_as_it_should_is_right(tmp_path: Path, level: Isolation) -> None:
    check = written("command", argv=["grep", "-c", "total", "{tree}/srv/ledger"], contains="2")

    found = answer(
        tmp_path, lambda srv: _write(srv / "ledger", b"total 1\ntotal 2\n"), check, level
    )

    assert (found.name, found.kind, found.passed) == ("it works", "command", True)
    assert str(found.expected) == "exit code 0 and “2”"
    assert str(found.found) == "exit code 0"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"argv": ["sh", "-c", "echo broken >&2; exit 3"]}, "exit code 3: broken"),
        ({"argv": ["true"], "exit_code": 4}, "exit code 0: -"),
        ({"argv": ["echo", "no"], "contains": "yes"}, "exit code 0, and the text is not there"),
        ({"argv": ["sh", "-c", "kill -SEGV $$"]}, "exit code 139"),
        ({"argv": ["touch", "{tree}/srv/new"]}, "Read-only file system"),
    ],
)
def test_a_command_that_does_not_is_wrong(
    tmp_path: Path, keys: Mapping[str, object], said: str
) -> None:
    found = answer(tmp_path, _nothing, written("command", **keys))

    assert found.passed is False
    assert said in str(found.found)


@pytest.mark.parametrize(
    "argv", [["no-such-program"], ["/opt/program"], ["{tree}/srv/absent"], ["{tree}/srv/text"]]
)
def test_a_command_that_cannot_be_started_is_no_answer(tmp_path: Path, argv: list[str]) -> None:
    with pytest.raises(ContinuityError):
        answer(
            tmp_path, lambda srv: _write(srv / "text", b"no program"), written("command", argv=argv)
        )


def test_a_restored_program_is_run_when_the_job_says_so(tmp_path: Path) -> None:
    def fill(srv: Path) -> None:
        _write(srv / "selftest", b"#!/bin/sh\nexit 0\n")
        (srv / "selftest").chmod(0o700)

    assert answer(tmp_path, fill, written("command", argv=["{tree}/srv/selftest"])).passed


# SQLite.


def _database(path: Path, journal: str = "delete") -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"pragma journal_mode={journal}")
        database.execute("create table customer (id integer primary key)")
        database.execute("create table bill (customer references customer, text)")
        database.executemany("insert into customer values (?)", [(n,) for n in range(100)])
        rows = [(n % 100, "x" * 300) for n in range(2_000)]
        database.executemany("insert into bill values (?, ?)", rows)
        database.commit()


def _kept_journal(srv: Path) -> None:
    """Copy a database while a program has it open, its last rows in the journal alone."""
    live = srv.parent / "live"
    live.mkdir()
    with closing(sqlite3.connect(live / "erp.db")) as database:
        database.execute("pragma journal_mode=wal")
        database.execute("create table bill (n)")
        database.commit()
        for name in ("erp.db", "erp.db-wal"):
            shutil.copyfile(live / name, srv / name)
    shutil.rmtree(live)


SQLITE = {"path": "/srv/erp.db"}


@both
def test_a_whole_database_is_right(tmp_path: Path, level: Isolation) -> None:
    found = answer(
        tmp_path, lambda srv: _database(srv / "erp.db"), written("sqlite", **SQLITE), level
    )

    assert (found.passed, str(found.found)) == (True, "tables that are whole: 2")


def test_a_database_is_read_together_with_its_journal(tmp_path: Path) -> None:
    found = answer(tmp_path, _kept_journal, written("sqlite", **SQLITE))

    assert (found.passed, str(found.found)) == (True, "tables that are whole: 1")


def _rotten(path: Path) -> None:
    _database(path)
    with path.open("r+b") as file:
        for page in range(20, 60):
            file.seek(page * 4_096)
            file.write(os.urandom(200))


def _orphaned(path: Path) -> None:
    _database(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("delete from customer where id < 5")
        database.commit()


def _cut(path: Path) -> None:
    _database(path)
    os.truncate(path, 40_960)


@pytest.mark.parametrize(
    ("fill", "said"),
    [
        (_rotten, "damage: "),
        (_cut, "damage: "),
        (_orphaned, "rows that refer to missing ones: 100"),
        (lambda path: _write(path, b""), "no SQLite database"),
        (lambda path: _write(path, b"text\n" * 9_000), "no SQLite database"),
        (lambda path: sqlite3.connect(path).execute("vacuum").connection.close(), "no SQLite"),
    ],
)
def test_a_database_that_is_not_whole_is_wrong(tmp_path: Path, fill: Fill, said: str) -> None:
    found = answer(tmp_path, lambda srv: fill(srv / "erp.db"), written("sqlite", **SQLITE))

    assert found.passed is False
    assert said in str(found.found)


# Archives.


def _zip(path: Path, content: bytes = b"member\n" * 5_000) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            archive.writestr(f"{number}.txt", content + os.urandom(2_000))


def _tar(path: Path, mode: str = "w") -> None:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]  # any of its modes
        for number in range(5):
            member = tarfile.TarInfo(f"{number}.txt")
            member.size = 20_000
            archive.addfile(member, io.BytesIO(os.urandom(member.size)))


def _zst(path: Path) -> None:
    _write(path.with_suffix(".raw"), os.urandom(50_000))
    argv = (program("zstd"), "-q", "--rm", path.with_suffix(".raw"), "-o", path)
    subprocess.run(argv, check=True)


ARCHIVES: Mapping[str, Fill] = {
    "a.zip": _zip,
    "a.tar": _tar,
    "a.tgz": lambda path: _tar(path, "w:gz"),
    "a.tar.xz": lambda path: _tar(path, "w:xz"),
    "a.gz": lambda path: _write(path, gzip.compress(os.urandom(50_000))),
    "a.bz2": lambda path: _write(path, bz2.compress(os.urandom(50_000))),
    "a.xz": lambda path: _write(path, lzma.compress(os.urandom(50_000))),
    "a.zst": _zst,
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_that_can_be_read_to_its_end_is_right(tmp_path: Path, name: str) -> None:
    check = written("archive", paths=[f"/srv/{name}"])

    found = answer(tmp_path, lambda srv: ARCHIVES[name](srv / name), check)

    assert found.passed is True
    assert str(found.found).startswith("archives: 1, members read: ")


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_that_was_cut_is_wrong(tmp_path: Path, name: str) -> None:
    def fill(srv: Path) -> None:
        ARCHIVES[name](srv / name)
        # A tar that ends between two members looks whole to most programs.
        size = 512 + 20_480 if name == "a.tar" else (srv / name).stat().st_size * 2 // 3
        os.truncate(srv / name, size)

    found = answer(tmp_path, fill, written("archive", paths=[f"/srv/{name}"]))

    assert found.passed is False
    assert "archives that cannot be read: 1; the first: " in str(found.found)


@pytest.mark.parametrize("name", [name for name in ARCHIVES if name != "a.tar"])
def test_an_archive_with_a_wrong_byte_is_wrong(tmp_path: Path, name: str) -> None:
    def fill(srv: Path) -> None:
        ARCHIVES[name](srv / name)
        content = bytearray((srv / name).read_bytes())
        content[len(content) // 2] ^= 0x40
        (srv / name).write_bytes(content)

    assert answer(tmp_path, fill, written("archive", paths=[f"/srv/{name}"])).passed is False


def test_a_named_file_that_is_no_archive_is_wrong(tmp_path: Path) -> None:
    check = written("archive", paths=["/srv/a.zip"])

    assert answer(tmp_path, lambda srv: _write(srv / "a.zip", b"oops"), check).passed is False


def test_every_archive_of_a_directory_is_read_and_nothing_else(tmp_path: Path) -> None:
    def fill(srv: Path) -> None:
        _zip(srv / "a.zip")
        _write(srv / "notes.txt", b"no archive")
        (srv / "out").symlink_to("/etc")
        (srv / "deep").mkdir()
        _tar(srv / "deep" / "b.tar")

    found = answer(tmp_path, fill, written("archive", paths=["/srv"]))

    assert (found.passed, str(found.found)) == (True, "archives: 2, members read: 10")


def test_a_bomb_is_given_up_and_is_no_answer(tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(300 << 20))
    check = written("archive", paths=["/srv/a.gz"], most="100 MiB")

    with pytest.raises(ToolError, match="More than 100 MiB came out"):
        answer(tmp_path, lambda srv: _write(srv / "a.gz", bomb), check)


def test_an_archive_with_a_password_is_no_answer(tmp_path: Path) -> None:
    def fill(srv: Path) -> None:
        _zip(srv / "a.zip")
        content = bytearray((srv / "a.zip").read_bytes())
        for magic, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
            at = content.find(magic)
            content[at + flags] |= 1
        (srv / "a.zip").write_bytes(content)

    with pytest.raises(ToolError, match="needs a password"):
        answer(tmp_path, fill, written("archive", paths=["/srv/a.zip"]))


def test_a_directory_without_archives_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="There is no archive"):
        answer(tmp_path, _nothing, written("archive", paths=["/srv"]))


# Pictures.


def _picture(path: Path, size: tuple[int, int] = (200, 100)) -> None:
    Image.effect_noise(size, 80).convert("RGB").save(path)


def test_pictures_that_can_be_decoded_are_right(tmp_path: Path) -> None:
    def fill(srv: Path) -> None:
        for name in ("a.png", "b.jpg", "c.TIFF", "d.webp"):
            _picture(srv / name)
        _write(srv / "notes.txt", b"no picture")

    found = answer(tmp_path, fill, written("image", paths=["/srv"]))

    assert (found.passed, str(found.found)) == (True, "pictures decoded: 4")


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_a_picture_that_was_cut_is_wrong(tmp_path: Path, name: str) -> None:
    def fill(srv: Path) -> None:
        _picture(srv / name)
        os.truncate(srv / name, (srv / name).stat().st_size // 2)

    found = answer(tmp_path, fill, written("image", paths=[f"/srv/{name}"]))

    assert found.passed is False
    assert "pictures that cannot be decoded: 1 of 1" in str(found.found)


def test_a_picture_with_too_many_pixels_is_no_answer(tmp_path: Path) -> None:
    check = written("image", paths=["/srv/a.png"], most_pixels=1_000)

    with pytest.raises(ToolError, match="too many pixels"):
        answer(tmp_path, lambda srv: _picture(srv / "a.png"), check)


def test_a_directory_without_pictures_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="There is no picture"):
        answer(tmp_path, _nothing, written("image", paths=["/srv"]))


# Services.

SITE = ["/usr/bin/python3", "-m", "http.server", "8080", "--directory", "{tree}/srv"]


def _site(srv: Path) -> None:
    _write(srv / "index.html", b"<h1>Welcome</h1>")


def test_a_service_that_answers_is_right(tmp_path: Path) -> None:
    check = written("http", start=SITE, port=8080, contains="Welcome")

    found = answer(tmp_path, _site, check)

    assert (found.passed, str(found.found)) == (True, "status 200")
    assert answer(tmp_path / "p", _site, written("port", start=SITE, port=8080)).passed


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"path": "/absent"}, "status 404"),
        ({"contains": "Goodbye"}, "status 200, and the text is not there"),
        ({"start": ["sh", "-c", "exit 3"]}, "the service ended with code 3"),
        ({"start": ["sleep", "60"], "wait": "1s"}, "no answer within 1 s"),
    ],
)
def test_a_service_that_does_not_is_wrong(
    tmp_path: Path, keys: Mapping[str, object], said: str
) -> None:
    check = written("http", **{"start": SITE, "port": 8080, **keys})

    found = answer(tmp_path, _site, check)

    assert (found.passed, str(found.found)) == (False, said)


def test_a_service_may_leave_its_server_in_the_background(tmp_path: Path) -> None:
    start = ["sh", "-c", f"cd {{tree}}/srv; setsid {' '.join(SITE[:4])} >/dev/null 2>&1 &"]

    assert answer(tmp_path, _site, written("http", start=start, port=8080)).passed


def test_a_service_that_cannot_be_started_is_no_answer(tmp_path: Path) -> None:
    check = written("port", start=["no-such-server"], port=8080)

    with pytest.raises(ToolError, match="no-such-server: No such file"):
        answer(tmp_path, _nothing, check)


@pytest.mark.parametrize("kind", ["port", "http"])
def test_no_service_is_started_where_the_live_one_might_answer(tmp_path: Path, kind: str) -> None:
    with pytest.raises(IsolationError, match="network of its own"):
        answer(tmp_path, _site, written(kind, start=SITE, port=8080), Isolation.B)


@pytest.mark.parametrize(
    "check",
    [
        written("sqlite", path="/srv/absent"),
        written("archive", paths=["/srv/absent"]),
        written("image", paths=["/srv/absent"]),
    ],
    ids=lambda check: check.kind,
)
def test_what_the_restore_point_does_not_hold_is_no_answer(tmp_path: Path, check: Check) -> None:
    with pytest.raises(ToolError, match="/srv/absent is not in the restore point"):
        answer(tmp_path, _nothing, check)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _nothing(_srv: Path) -> None:
    return
