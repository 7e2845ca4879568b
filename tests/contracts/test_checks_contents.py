"""What checks say of archives and pictures, whole, cut and hostile."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import subprocess
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image

from continuity.domain.failure import ToolError
from tests.support.asked_checks import Fill, answer, nothing, written
from tests.support.programs import program

pytestmark = [pytest.mark.tool("bwrap"), pytest.mark.tool("setpriv"), pytest.mark.tool("prlimit")]


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
    path.with_suffix(".raw").write_bytes(os.urandom(50_000))
    argv = (program("zstd"), "-q", "--rm", path.with_suffix(".raw"), "-o", path)
    subprocess.run(argv, check=True)


ARCHIVES: Mapping[str, Fill] = {
    "a.zip": _zip,
    "a.tar": _tar,
    "a.tgz": lambda path: _tar(path, "w:gz"),
    "a.tar.xz": lambda path: _tar(path, "w:xz"),
    "a.gz": lambda path: path.write_bytes(gzip.compress(os.urandom(50_000))),
    "a.bz2": lambda path: path.write_bytes(bz2.compress(os.urandom(50_000))),
    "a.xz": lambda path: path.write_bytes(lzma.compress(os.urandom(50_000))),
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

    assert answer(tmp_path, lambda srv: (srv / "a.zip").write_bytes(b"oops"), check).passed is False


def test_every_archive_of_a_directory_is_read_andnothing_else(tmp_path: Path) -> None:
    def fill(srv: Path) -> None:
        _zip(srv / "a.zip")
        (srv / "notes.txt").write_bytes(b"no archive")
        (srv / "out").symlink_to("/etc")
        (srv / "deep").mkdir()
        _tar(srv / "deep" / "b.tar")

    found = answer(tmp_path, fill, written("archive", paths=["/srv"]))

    assert (found.passed, str(found.found)) == (True, "archives: 2, members read: 10")


def test_a_bomb_is_given_up_and_is_no_answer(tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(300 << 20))
    check = written("archive", paths=["/srv/a.gz"], most="100 MiB")

    with pytest.raises(ToolError, match="More than 100 MiB came out"):
        answer(tmp_path, lambda srv: (srv / "a.gz").write_bytes(bomb), check)


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
        answer(tmp_path, nothing, written("archive", paths=["/srv"]))


def _picture(path: Path, size: tuple[int, int] = (200, 100)) -> None:
    Image.effect_noise(size, 80).convert("RGB").save(path)


def test_pictures_that_can_be_decoded_are_right(tmp_path: Path) -> None:
    def fill(srv: Path) -> None:
        for name in ("a.png", "b.jpg", "c.TIFF", "d.webp"):
            _picture(srv / name)
        (srv / "notes.txt").write_bytes(b"no picture")

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
        answer(tmp_path, nothing, written("image", paths=["/srv"]))
