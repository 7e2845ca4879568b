"""Portraits are kept beside the manifests, and believed only when they are what was written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.failure import RecordError
from continuity.domain.portrait import Newest, Portrait, RowSample, TablePortrait
from continuity.store.manifests import ManifestShelf, PortraitShelf
from continuity.store.manifests.portraits import portrait_from_text, text_from_portrait

TEXT = st.text(st.characters(codec=None, categories=["L", "Cc", "Cs", "Zs"]), max_size=5)
COUNT = st.integers(0, 10**15)
PORTRAITS = st.builds(
    Portrait,
    kind=TEXT,
    version=TEXT,
    tables=st.lists(
        st.builds(
            TablePortrait,
            name=TEXT,
            least=COUNT,
            most=COUNT,
            schema=TEXT,
            sample=st.none()
            | st.builds(
                RowSample,
                key=st.tuples(TEXT),
                first=st.tuples(TEXT),
                last=st.tuples(TEXT),
                rows=COUNT,
                digest=TEXT,
            ),
            newest=st.lists(st.builds(Newest, column=TEXT, value=st.none() | TEXT), max_size=2).map(
                tuple
            ),
        ),
        max_size=3,
    ).map(tuple),
    extensions=st.lists(TEXT, max_size=2).map(tuple),
    roles=st.lists(TEXT, max_size=2).map(tuple),
    others=st.lists(st.tuples(TEXT, COUNT), max_size=2).map(tuple),
    encoding=TEXT,
    collation=TEXT,
    answers=st.lists(st.tuples(TEXT, st.none() | TEXT), max_size=2).map(tuple),
)
SMALL = Portrait(
    kind="sqlite",
    version="3.40.1",
    tables=(TablePortrait(name="customer", least=3, most=3, schema="ab"),),
)


@given(portrait=PORTRAITS)
def test_a_portrait_comes_back_as_it_was_written(portrait: Portrait) -> None:
    assert portrait_from_text(text_from_portrait(portrait)) == portrait


def test_the_same_portrait_is_kept_once_under_the_digest_of_its_file(tmp_path: Path) -> None:
    shelf = PortraitShelf(tmp_path / "manifests")

    digest = shelf.write(SMALL)

    assert shelf.write(SMALL) == digest
    assert shelf.read(digest) == SMALL
    assert hashlib.sha256(shelf.path(digest).read_bytes()).hexdigest() == digest
    (kept,) = [path for path in (tmp_path / "manifests").rglob("*") if path.is_file()]
    assert kept == shelf.path(digest)
    assert kept.stat().st_mode & 0o077 == 0


def test_a_portrait_among_manifests_is_taken_for_none_of_them(tmp_path: Path) -> None:
    PortraitShelf(tmp_path).write(SMALL)

    assert ManifestShelf(tmp_path).digests() == ()


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [flip, Path.unlink, lambda path: path.write_bytes(b"")])
def test_a_portrait_that_was_altered_or_lost_is_refused_and_can_be_written_again(
    tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    shelf = PortraitShelf(tmp_path)
    digest = shelf.write(SMALL)
    damage(shelf.path(digest))

    with pytest.raises(RecordError, match=digest):
        shelf.read(digest)

    assert shelf.write(SMALL) == digest
    assert shelf.read(digest) == SMALL


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"{",
        b"[]",
        b'{"format":2}',
        b"[" * 100_000,
        json.dumps({**json.loads(text_from_portrait(SMALL)), "tables": [1]}).encode(),
        json.dumps({**json.loads(text_from_portrait(SMALL)), "others": [["views", -1]]}).encode(),
        json.dumps({**json.loads(text_from_portrait(SMALL)), "others": [["views"]]}).encode(),
        json.dumps({**json.loads(text_from_portrait(SMALL)), "answers": [["q", 1]]}).encode(),
    ],
)
def test_what_is_no_portrait_is_refused_although_its_name_is_right(
    tmp_path: Path, plain: bytes
) -> None:
    shelf = PortraitShelf(tmp_path)
    content = zstandard.compress(plain)
    digest = hashlib.sha256(content).hexdigest()
    shelf.path(digest).parent.mkdir()
    shelf.path(digest).write_bytes(content)

    with pytest.raises(RecordError, match="not written as a portrait"):
        shelf.read(digest)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63])
def test_what_is_no_digest_leads_nowhere(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecordError, match="not the name of a portrait"):
        PortraitShelf(tmp_path).read(name)


def test_a_copy_is_adopted_only_when_it_is_what_its_name_says(tmp_path: Path) -> None:
    original, empty = PortraitShelf(tmp_path / "here"), PortraitShelf(tmp_path / "there")
    digest = original.write(SMALL)
    (tmp_path / "forged").write_bytes(b"forged")

    assert not empty.adopt(tmp_path / "forged", digest)
    assert not empty.adopt(tmp_path / "absent", digest)
    assert empty.adopt(original.path(digest), digest)
    assert empty.read(digest) == SMALL
