"""What is said to a person who stops the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from continuity.cli.entry import INTERRUPTED, interrupted
from continuity.cli.extract import told_when_cut_short


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["-w", "acme", "backup", "erp"],
            "Interrupted. What had begun is recorded as INCONCLUSIVE.\n",
        ),
        (["prove", "/srv/copy"], "Interrupted.\n"),
        (["report"], "Interrupted.\n"),
    ],
)
def test_only_who_stops_what_is_recorded_is_told_so(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = interrupted(words)

    assert (code, capsys.readouterr().err) == (INTERRUPTED, told)


def test_who_stops_an_extraction_is_told_that_its_directory_is_not_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(KeyboardInterrupt), told_when_cut_short(tmp_path):
        raise KeyboardInterrupt
    told = capsys.readouterr().err
    with pytest.raises(KeyboardInterrupt), told_when_cut_short(tmp_path / "not-begun"):
        raise KeyboardInterrupt

    assert f"in {tmp_path} files are missing, and the last may be cut" in told
    assert capsys.readouterr().err == ""
