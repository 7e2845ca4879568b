"""Exclude patterns mean here what they mean to the engines."""

import os
import subprocess
from pathlib import Path

import pytest

from continuity.domain.exclude import Excludes, excludes_from_patterns
from continuity.domain.failure import ConfigurationError
from continuity.domain.lossy import lossy_form
from continuity.hosts.reuse import SurveyTally
from continuity.hosts.survey import survey
from continuity.hosts.walk import Scope
from tests.support.programs import program
from tests.support.snapshots import ResticRepository, RsyncGeneration


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> ResticRepository:
    return ResticRepository(program("restic"), tmp_path_factory.mktemp("restic"))


RESTIC_PATTERNS = [
    ("*.log",),
    ("/*/**/*.log",),
    ("tree/*/sub", "nothing", "x.log/nothing"),
    ("{root}/keep",),
    ("{root}/**/deep",),
    ("{root}/**/sub/**/deep",),
    ("keep/**/sub/**/deep",),
    ("**/deep/**",),
    ("/**",),
    ("**",),
    ("f?", r"\[x\].txt"),
    ("f??", "[a-d]*"),
    ("[^a-f]*.txt", "f[é]*"),
    (r"f\*", "[[]x].txt"),
    ("*.log", "!keep"),
    ("*", "!*.txt"),
    ("{root}", "!{root}/keep"),
    ("sub/", "./keep//deep"),
    ("*.log", "*.txt", "!a.txt", "a.*"),
    ("a**t", "!keep/**/deep/**/a.txt"),
]

RSYNC_PATTERNS = [
    ("*.log",),
    ("sub",),
    ("sub/",),
    ("x.log/",),
    ("keep/sub",),
    ("/keep",),
    ("{root}/keep",),
    ("{root}/keep/*",),
    ("{root}/**/deep",),
    ("{root}/**.txt",),
    ("**/deep",),
    ("**.log",),
    ("keep/**",),
    ("sub/***",),
    ("{root}/keep/***",),
    ("k**p",),
    ("a**t",),
    ("keep/**/deep",),
    ("tree",),
    ("*",),
    ("**",),
    ("f?",),
    ("f??",),
    ("[a-f]*",),
    ("[!a-f]*.txt",),
    ("[^kt]*",),
    ("*/sub",),
    ("keep/s?b/*.log",),
    ("nothing", "*.txt"),
    ("ep/sub",),
]


def make_patterned_tree(place: Path) -> bytes:
    root = place / "tree"
    for name in ("keep/sub/deep", "keep/deep", "sub/x/deep", "keep/sub/y/deep"):
        (root / name).mkdir(parents=True)
        (root / name / "x.log").touch()
        (root / name / "a.txt").touch()
    for name in ("x.log", "a.txt", "fé", "fo", "[x].txt", "f*", "keep/x.log", "keep/b.txt"):
        (root / name).touch()
    (root / "latin").mkdir()
    Path(os.fsdecode(os.fsencode(root) + b"/latin/f\xe9")).touch()
    return os.fsencode(root)


@pytest.mark.parametrize("patterns", RESTIC_PATTERNS, ids=" ".join)
def test_restic_excludes_mean_what_restic_means(
    repository: ResticRepository, tmp_path: Path, patterns: tuple[str, ...]
) -> None:
    root = make_patterned_tree(tmp_path)
    written = tuple(pattern.format(root=os.fsdecode(root)) for pattern in patterns)
    excludes = excludes_from_patterns("restic", written)

    seen = {
        lossy_form(entry.path)
        for entry in survey(Scope(roots=(root,), excludes=excludes), SurveyTally())
    }

    options = tuple(f"--exclude={pattern}" for pattern in written)
    assert repository.would_back_up(root, options=options) == seen


@pytest.mark.parametrize("patterns", RSYNC_PATTERNS, ids=" ".join)
def test_rsync_excludes_mean_what_rsync_means(tmp_path: Path, patterns: tuple[str, ...]) -> None:
    copy = RsyncGeneration(program("rsync"), tmp_path)
    root = make_patterned_tree(tmp_path)
    written = tuple(pattern.format(root=os.fsdecode(root)) for pattern in patterns)
    copy.back_up(root, options=tuple(f"--exclude={pattern}" for pattern in written))
    excludes = excludes_from_patterns("rsync", written)

    entries = list(survey(Scope(roots=(root,), excludes=excludes), SurveyTally()))

    # When the root itself is left out, rsync leaves out the directories above it too.
    kept = {entry.path for entry in copy.listing()}
    ways = {entry.path for entry in entries if root.startswith(entry.path + b"/")}
    assert kept | ways == {entry.path for entry in entries}


@pytest.mark.parametrize("pattern", ["[a", "a[", "", "!", "[]a]", "a\\", "[a-]", "[a/b]"])
def test_a_pattern_that_restic_refuses_is_refused_before_anything_runs(
    repository: ResticRepository, tmp_path: Path, pattern: str
) -> None:
    with pytest.raises(ConfigurationError):
        excludes_from_patterns("restic", (pattern,))
    if pattern.strip("!"):
        with pytest.raises(subprocess.CalledProcessError):
            repository.back_up(os.fsencode(tmp_path), options=(f"--exclude={pattern}",))


def test_no_pattern_leaves_nothing_out() -> None:
    assert Excludes() == excludes_from_patterns("anything", ())
