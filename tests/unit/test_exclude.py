"""What exclude patterns may mean, and which are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.exclude import excludes_from_patterns
from continuity.domain.failure import ConfigurationError

PATTERNS = st.text(alphabet="ab*?[]^-!/\\. +é", max_size=8)


@given(st.sampled_from(["restic", "rsync"]), st.lists(PATTERNS, max_size=3), st.binary(max_size=9))
def test_any_pattern_is_either_refused_for_a_reason_or_answers(
    engine: str, patterns: list[str], name: bytes
) -> None:
    try:
        excludes = excludes_from_patterns(engine, tuple(patterns))
    except ConfigurationError:
        return

    assert excludes.leave_out(b"/" + name, False) in {True, False}


@given(
    st.text(alphabet="ab.é-_ ", min_size=1, max_size=5).filter(lambda name: name not in {".", ".."})
)
def test_a_plain_name_leaves_out_exactly_that_name_with_both_engines(name: str) -> None:
    path = f"/srv/{name}".encode()
    for engine in ("restic", "rsync"):
        try:
            excludes = excludes_from_patterns(engine, (name,))
        except ConfigurationError:
            assert engine == "rsync"
            continue

        assert excludes.leave_out(path, False)
        assert not excludes.leave_out(path + b"x", False)


@pytest.mark.parametrize(
    "pattern",
    [
        "- a",
        "+ a",
        "!",
        "a\\b",
        "a***",
        "/***",
        "/",
        "",
        "[[:alpha:]]",
        "[é]",
        "[a",
        "a//b",
        "[z-a]",
        "[a-]",
    ],
)
def test_a_pattern_whose_meaning_for_rsync_is_uncertain_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigurationError, match="not certain"):
        excludes_from_patterns("rsync", (pattern,))


def test_patterns_for_an_engine_without_a_known_language_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="tar"):
        excludes_from_patterns("tar", ("*.log",))


def test_what_an_engine_skips_by_itself_is_left_out_too() -> None:
    excludes = excludes_from_patterns("restic", ("*.log",), left_out=(b"/root/.cache/restic",))

    assert excludes.leave_out(b"/root/.cache/restic", True)
    assert excludes.leave_out(b"/root/a.log", False)
    assert not excludes.leave_out(b"/root/.cache", True)
