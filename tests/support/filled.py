"""Firms with files of known content, and where their newest copies lie."""

from pathlib import Path

from tests.support.firm import Firm, Wishes, a_firm


def filled(firm: Firm, count: int) -> Firm:
    """Give the job `erp` some files to protect."""
    for number in range(count):
        (firm.source() / f"file {number:04d}").write_text(f"content {number}\n")
    return firm


def a_sampled_firm(root: Path) -> Firm:
    """A firm of 40 files, of which a drill draws a few."""
    wishes = Wishes(
        system={"rto": "4h"},
        job={"sample": {"random": 5, "due": 4, "largest": 1, "newest": 1}},
    )
    return filled(a_firm(root, wishes), 40)


def generation(firm: Firm) -> Path:
    """Give the tree of the newest copy."""
    newest = max((firm.repository() / "generations").iterdir())
    return Path(f"{newest}{firm.source()}")
