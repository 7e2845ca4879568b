"""What the shelf of manifests keeps, and what it notices."""

import hashlib
import json
import os
import random
import subprocess
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.failure import RecordError
from continuity.domain.manifest import Entry, Kind, Seal, tree_order
from continuity.store.manifests import ManifestShelf
from tests.support.entries import a_file, trees


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> ManifestShelf:
    return ManifestShelf(tmp_path_factory.mktemp("shelf"))


def a_thousand() -> list[Entry]:
    paths = sorted((b"/data/%04d/file-%04d" % (n % 7, n) for n in range(1000)), key=tree_order)
    return [a_file(path, b"%d" % n, inode=n) for n, path in enumerate(paths)]


@given(trees())
def test_a_manifest_gives_back_what_was_written(shelf: ManifestShelf, entries: list[Entry]) -> None:
    summary = shelf.write(entries, {"job": "mail", "began_ns": 2**62, "full": True})

    assert entries == list(shelf.read(summary.digest))
    assert shelf.header(summary.digest) == {"job": "mail", "began_ns": 2**62, "full": True}
    assert summary.entries == len(entries)
    assert summary.files == sum(one.kind is Kind.FILE for one in entries)
    assert summary.bytes == sum(one.size for one in entries)
    assert summary.sealed == sum(one.seal is Seal.SEALED for one in entries)
    assert summary.unstable == sum(one.seal is Seal.UNSTABLE for one in entries)


def test_many_blocks_read_as_one_manifest(shelf: ManifestShelf) -> None:
    entries = [a_file(b"/%06d" % number, inode=number) for number in range(9001)]
    long = [a_file(b"/z/%04d/" % number + b"\xff\n" * 1500) for number in range(500)]

    summary = shelf.write([*entries, *long], {})

    assert [*entries, *long] == list(shelf.read(summary.digest))


def test_a_manifest_stands_under_the_digest_of_its_own_file_for_its_owner_alone(
    tmp_path: Path,
) -> None:
    shelf = ManifestShelf(tmp_path / "deep" / "shelf")
    summary = shelf.write(a_thousand(), {})
    place = shelf.path(summary.digest)

    assert summary.digest == hashlib.sha256(place.read_bytes()).hexdigest()
    assert place.parent.name == summary.digest[:2]
    assert (summary.digest,) == shelf.digests()
    assert place.stat().st_mode & 0o077 == 0
    assert [place.parent] == list((tmp_path / "deep" / "shelf").iterdir())

    shelf.remove(summary.digest)
    shelf.remove(summary.digest)

    assert shelf.digests() == ()


def test_writing_the_same_manifest_again_leaves_the_first_alone(tmp_path: Path) -> None:
    shelf = ManifestShelf(tmp_path)
    first = shelf.write(a_thousand(), {})
    before = shelf.path(first.digest).stat()

    assert first == shelf.write(a_thousand(), {})

    after = shelf.path(first.digest).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


@pytest.mark.parametrize("paths", [(b"/b", b"/a"), (b"/a", b"/a"), (b"/a.b", b"/a/b")])
def test_entries_out_of_order_leave_nothing_on_the_shelf(
    tmp_path: Path, paths: tuple[bytes, bytes]
) -> None:
    with pytest.raises(ValueError, match="tree order"):
        ManifestShelf(tmp_path).write([a_file(path) for path in paths], {})

    assert list(tmp_path.iterdir()) == []


@given(st.data())
def test_any_altered_byte_is_noticed_before_anything_is_used(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    shelf = ManifestShelf(tmp_path_factory.getbasetemp() / "altered")
    digest = shelf.write(a_thousand()[:20], {"job": "mail"}).digest
    place = shelf.path(digest)
    whole = place.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    place.write_bytes(
        whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :]
    )

    with pytest.raises(RecordError):
        next(shelf.read(digest))
    with pytest.raises(RecordError):
        shelf.header(digest)
    place.write_bytes(whole)


def forge(shelf: ManifestShelf, *lines: bytes) -> str:
    """Put a file on the shelf that stands under its right digest and is no manifest."""
    return forge_raw(shelf, zstandard.compress(b"".join(line + b"\n" for line in lines)))


def forge_raw(shelf: ManifestShelf, content: bytes) -> str:
    digest = hashlib.sha256(content).hexdigest()
    shelf.path(digest).parent.mkdir(parents=True, exist_ok=True)
    shelf.path(digest).write_bytes(content)
    return digest


def lines_of(shelf: ManifestShelf) -> list[bytes]:
    digest = shelf.write(a_thousand()[:20], {}).digest
    return zstandard.decompress(shelf.path(digest).read_bytes(), 1 << 20).splitlines()


def test_a_forged_manifest_with_the_right_name_is_refused(shelf: ManifestShelf) -> None:
    header, block, trailer = lines_of(shelf)
    forged = [
        (),
        (header,),
        (header, block),
        (header, trailer),
        (header, block, block, trailer),
        (header, block, trailer, trailer),
        (header, block, trailer, block),
        (block, trailer),
        (header.replace(b"manifest-1", b"manifest-2"), block, trailer),
        (header, block.replace(b'"size":[', b'"size":[1,'), trailer),
        (header, block.replace(b'"sha256":["', b'"sha256":["zz'), trailer),
        (header, block.replace(b'"file"', b'"fifo"', 1), trailer),
        (header, block.replace(b'"sealed"', b'"unsealed"', 1), trailer),
        (header, block.replace(b'"link_target":{}', b'"link_target":{"99":"x"}'), trailer),
        (header, block.replace(b'"path"', b'"other":1,"path"'), trailer),
        (header, b"[" * 100_000, trailer),
        (header, b"null", trailer),
    ]

    for lines in forged:
        with pytest.raises(RecordError):
            list(shelf.read(forge(shelf, *lines)))


def test_a_manifest_that_unpacks_to_gigabytes_in_one_line_is_refused(tmp_path: Path) -> None:
    compressor = zstandard.ZstdCompressor().compressobj()
    zeros = b" " * (1 << 22)
    bomb = b"".join(compressor.compress(zeros) for _ in range(512)) + compressor.flush()

    with pytest.raises(RecordError, match="not written as a manifest"):
        ManifestShelf(tmp_path).header(forge_raw(ManifestShelf(tmp_path), bomb))


def test_a_manifest_that_asks_for_a_huge_window_is_refused(tmp_path: Path) -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    content = compressor.compress(b"{}\n" * 10) + compressor.flush()

    with pytest.raises(RecordError, match="not written as a manifest"):
        ManifestShelf(tmp_path).header(forge_raw(ManifestShelf(tmp_path), content))


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64])
def test_only_a_digest_names_a_manifest(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecordError):
        ManifestShelf(tmp_path).header(name)


@pytest.mark.tool("zstdcat")
def test_an_auditor_needs_only_stock_tools_to_find_a_file_in_a_manifest(tmp_path: Path) -> None:
    shelf = ManifestShelf(tmp_path)
    odd = a_file(b"/data/latin\xf3 \\ \n", b"proof")
    place = shelf.path(shelf.write([odd], {"job": "mail"}).digest)

    told = subprocess.run(["zstdcat", place], capture_output=True, check=True, timeout=10).stdout

    header, block, trailer = map(json.loads, told.splitlines())
    assert header == {"format": "continuity-manifest-1", "header": {"job": "mail"}}
    assert [hashlib.sha256(b"proof").hexdigest()] == block["sha256"]
    assert block["path"] == ["/data/latin\\xf3 \\\\ \n"]
    assert trailer["entries"] == 1


def test_an_entry_takes_at_most_sixty_bytes_on_disk(tmp_path: Path) -> None:
    entries = [realistic_entry(number) for number in range(20_000)]
    shelf = ManifestShelf(tmp_path)

    digest = shelf.write(sorted(entries, key=lambda one: tree_order(one.path)), {}).digest

    assert shelf.path(digest).stat().st_size / len(entries) <= 60


def realistic_entry(number: int) -> Entry:
    """Write down a file of a share that grew over years: random times, sizes and content."""
    drawn = random.Random(number)  # noqa: S311 - the same files each time
    saved = drawn.randrange(1_500_000_000, 1_700_000_000) * 10**9 + drawn.randrange(10**9)
    name = f"/srv/share/department {number % 40}/project-{number % 900}/report {number}.docx"
    return a_file(
        os.fsencode(name),
        drawn.randbytes(8),
        size=drawn.randrange(100, 200_000),
        mtime_ns=saved,
        ctime_ns=saved + drawn.randrange(2) * drawn.randrange(10**9),
        inode=1_000_000 + number,
        uid=1000 + number % 20,
    )
