"""What is said to a person when the program is stopped, by a key or by the system."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from continuity.cli.entry import INTERRUPTED, interrupted, unexpected
from continuity.cli.extract import told_when_cut_short

INCONCLUSIVE = 3


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


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            PermissionError(errno.EACCES, "Permission denied", "/srv/acme/state/record.db"),
            "/srv/acme/state/record.db is kept from this user: Permission denied.\n"
            "What to do: run it as the user to whom it belongs.\n",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device", "/srv/out"),
            "Something could not be written: No space left on device (/srv/out)\n",
        ),
        (
            ValueError("odd"),
            "An unexpected error, a defect of this program: ValueError: odd\n"
            "What to do: run it again with --debug and report what it prints.\n",
        ),
    ],
)
def test_what_the_system_refuses_is_called_no_defect_of_the_program(
    error: Exception, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = unexpected(error)

    assert (code, capsys.readouterr().err) == (INCONCLUSIVE, told)
