"""What restic said is shown short, and what went wrong stays in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from continuity.engines.restic.failures import error_from_lines, meaning_of, safe


@given(folders=st.integers(1, 200))
def test_the_reason_is_shown_however_long_the_path_before_it_is(folders: int) -> None:
    said = safe(f"ignoring error for {'/deep' * folders}/ledger: write: no space left on device")

    assert said.startswith("ignoring error for /deep")
    assert said.endswith("no space left on device")
    assert len(said) <= 300


def test_no_credentials_are_shown_wherever_a_long_line_is_cut() -> None:
    for before in range(300):
        said = safe(f"{'x' * before} https://user:hush@nas.example/{'y' * 400}")

        assert "hush" not in said


def test_a_repository_that_is_gone_is_told_by_the_reason_and_not_by_a_question() -> None:
    lines = [
        b"Fatal: unable to open config file: stat /mnt/nas/config: no such file or directory",
        b"Is there a repository at the following location?",
        b"/mnt/nas",
    ]

    meaning = meaning_of(lines)

    assert meaning is not None
    assert "stat /mnt/nas/config: no such file" in str(error_from_lines(meaning, lines))
