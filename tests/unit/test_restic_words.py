"""What restic said is shown short, and what went wrong stays in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from continuity.engines.restic.failures import safe


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
