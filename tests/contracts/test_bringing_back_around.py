"""What differs around right content is told, and keeps nobody from their data."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from continuity.domain.failure import DamagedError
from continuity.workflows.bringing_back import BroughtBack, bring_back
from continuity.workflows.making_way import Aim
from tests.support.firm import Firm, Office, a_firm, at_work
from tests.support.replaced import replaced_here
from tests.support.terminal import filled, rot


def loosened(path: Path) -> None:
    path.chmod(0o666)


def older(path: Path) -> None:
    os.utime(path, (1_000_000_000, 1_000_000_000))


HARMS = pytest.mark.parametrize(
    ("harm", "why"),
    [(loosened, "Its mode is 0666 instead of"), (older, "Its modification time is 1000000000")],
)


def kept(firm: Firm, name: str) -> Path:
    """Find a file in the newest generation of the repository."""
    newest = max((firm.repository() / "generations").iterdir())
    return Path(f"{newest}{firm.source()}/{name}")


def back(office: Office, place: Path, *, strict: bool = False) -> BroughtBack:
    facts = office.facts()
    aim = Aim(mark="m", place=place, strict=strict)
    return bring_back(office.app.bench, office.protected(), facts, facts.points[-1].id, aim)


@HARMS
@pytest.mark.parametrize("over", [True, False])
def test_a_mode_or_a_time_that_differs_is_told_and_holds_up_nobody(
    tmp_path: Path, harm: Callable[[Path], None], why: str, over: bool
) -> None:
    firm = filled(a_firm(tmp_path), 3)
    with at_work(firm) as office:
        office.back_up()
        harm(kept(firm, "file 01"))
        (firm.source() / "file 02").write_text("encrypted")
        if over:
            replaced = replaced_here(office)
            place, around, details = firm.source(), replaced.remarks, replaced.details
        else:
            done = back(office, tmp_path / "beside", strict=True)
            place, around, details = Path(done.place), done.around, done.details
    differs, first, detail = map(str, around)

    assert (place / "file 02").read_text() == "erp 2\n"
    assert (details["metadata"], details["corrupt"]) == (1, 0)
    assert differs.startswith("Owner, mode, time or links differ of 1 of ")
    assert first.endswith("/file 01.")
    assert detail.startswith(why)


def test_where_nothing_differs_nothing_is_said(tmp_path: Path) -> None:
    firm = filled(a_firm(tmp_path), 3)
    with at_work(firm) as office:
        office.back_up()
        done = back(office, tmp_path / "beside")

    assert (done.wrong, done.around) == (None, ())


def test_wrong_content_is_not_even_kept_beside_while_another_copy_may_do_better(
    tmp_path: Path,
) -> None:
    firm = filled(a_firm(tmp_path), 3)
    with at_work(firm) as office:
        office.back_up()
        rot(firm)
        with pytest.raises(DamagedError):
            back(office, tmp_path / "beside", strict=True)
        left = list((tmp_path / "beside").iterdir()) if (tmp_path / "beside").exists() else []
        done = back(office, tmp_path / "beside")

    assert left == []
    assert done.wrong is not None
