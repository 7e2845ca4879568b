"""Any tree: what the witness yields is what restic restores."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from continuity.hosts.observe import observe
from continuity.witness.bringing import Manner, bring
from continuity.witness.contents import Contents
from continuity.witness.lying import find_files
from continuity.witness.observing import observe_found
from tests.support.entries import NAMES
from tests.support.programs import quickest_restic
from tests.support.witnessed import backed_up, restic, witnessed

_NAMES = NAMES.filter(lambda name: name not in (b".", b".."))
# Drawn as size and seed, so that an example can be printed, and is the same when it is tried again.
_CONTENTS = st.one_of(
    st.binary(max_size=200),
    st.tuples(st.integers(0, 3 << 20), st.none() | st.integers(0, 1 << 16)),
)
# Beyond the year 2262 restic itself restores another time: its nanoseconds overflow 64 bits.
_TIMES = st.integers(-(2**33) * 10**9, 2**63 - 1)
_LEAVES = st.one_of(
    st.tuples(st.just("file"), _CONTENTS, st.integers(0, 0o7777), _TIMES),
    st.tuples(st.just("link"), NAMES, st.just(0), _TIMES),
)
_TREES = st.recursive(
    st.dictionaries(_NAMES, _LEAVES, max_size=4),
    lambda inner: st.dictionaries(_NAMES, st.one_of(_LEAVES, inner), max_size=4),
    max_leaves=12,
)


def made(place: bytes, tree: dict[bytes, object]) -> None:
    os.mkdir(place)
    for name, what in tree.items():
        path = place + b"/" + name
        if isinstance(what, dict):
            made(path, what)
            continue
        assert isinstance(what, tuple)
        kind, content, mode, time = what
        if kind == "link":
            os.symlink(content, path)
        else:
            with open(path, "wb") as file:
                file.write(content if isinstance(content, bytes) else unfolded(*content))
            os.chmod(path, mode)
        os.utime(path, ns=(time, time), follow_symlinks=False)


def unfolded(size: int, seed: int | None) -> bytes:
    """Zeros without a seed, and else what does not compress."""
    return bytes(size) if seed is None else Random(seed).randbytes(size)  # noqa: S311 - no secret


@pytest.mark.timeout(600)
@settings(
    max_examples=6, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(tree=_TREES, compression=st.sampled_from(["off", "auto", "max"]))
def test_any_tree_comes_back_as_restic_restores_it(
    tree: dict[bytes, object], compression: str
) -> None:
    home = Path(tempfile.mkdtemp(prefix="continuity-any-"))
    try:
        made(os.fsencode(home / "source"), tree)
        program = quickest_restic()
        place = home / "repository"
        backed_up(program, place, home / "source", "--compression", compression)
        restic(program, place, "restore", "latest", "--target", home / "theirs")
        (home / "ours").mkdir()
        with witnessed(place) as repository:
            snapshot = repository.snapshots()[-1]
            contents = Contents(repository)
            found = list(contents.entries(snapshot.tree))
            manner = Manner(owners=os.geteuid() == 0, special=True)
            brought = bring(contents, found, home / "ours", manner, lambda _files, _size: None)
            lying = find_files(repository, snapshot.id, [one.path for one in found])
            stored = observe_found(repository, lying, lambda _files, _size: None)

        theirs = [_seen(entry) for entry in observe(home / "theirs")]
        assert brought.problems == []
        assert theirs == [_seen(entry) for entry in observe(home / "ours")]
        assert theirs == [_seen(entry) for entry in stored.entries]
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _seen(entry: object) -> tuple[object, ...]:
    names = ("path", "kind", "size", "mode", "mtime_ns", "uid", "gid", "link_target", "sha256")
    return tuple(getattr(entry, name) for name in names)
