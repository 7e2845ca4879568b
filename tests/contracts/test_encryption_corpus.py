"""Weeks in the life of real files: what is normal raises no alarm, and encryption always does."""

from __future__ import annotations

import io
import os
import random
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from continuity.domain.change import Changes, watch_changes
from continuity.domain.exclude import excludes_from_patterns
from continuity.domain.failure import FailureClass
from continuity.domain.job import Plausibility
from continuity.domain.looks import Choice, Looks, looks_from_beginnings
from continuity.domain.manifest import Entry
from continuity.domain.plausibility import Baseline, Observed, Plausible, judge_plausibility
from continuity.hosts.files import LocalFiles
from continuity.hosts.reuse import SurveyTally
from continuity.hosts.walk import Scope

WORDS = ("invoice", "customer", "delivery", "2026", "Málaga", "paid", "amount", "contract", "total")
NOBODY: Callable[[bytes], bool] = frozenset[bytes]().__contains__


@dataclass(kw_only=True)
class Office:
    """A share with letters, tables, packed documents and photos, backed up night after night.

    A night that is doubted is left out of what is usual, as in a real workspace.
    """

    root: Path
    dice: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 - the same each time
    entries: list[Entry] = field(default_factory=list)
    looks: list[Looks] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    usual: Baseline = field(default_factory=Baseline)

    def write(self, name: str, content: bytes) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def letter(self, name: str, size: int = 6_000) -> None:
        text = " ".join(self.dice.choices(WORDS, k=size // 6))
        self.write(name, f"{name} {self.dice.random()}\n{text}".encode())

    def document(self, name: str) -> None:
        """Write what an office program does: a ZIP of compressed XML."""
        kept = io.BytesIO()
        with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as packed:
            for part in ("[Content_Types].xml", "word/document.xml", "word/styles.xml"):
                text = " ".join(self.dice.choices(WORDS, k=4_000))
                packed.writestr(part, f"<xml>{text} {self.dice.random()}</xml>")
        self.write(name, kept.getvalue())

    def photo(self, name: str) -> None:
        noise = self.dice.randbytes(20_000)
        self.write(name, b"\xff\xd8\xff\xe0\x00\x10JFIF\0" + bytes(600) + zlib.compress(noise))

    def files(self) -> list[Path]:
        return sorted(path for path in self.root.rglob("*") if path.is_file())

    def furnish(self) -> None:
        for number in range(120):
            self.letter(f"letters/{number % 7}/letter-{number:03}.txt")
            if number % 3 == 0:
                self.document(f"documents/contract-{number:03}.docx")
            if number % 4 == 0:
                self.photo(f"photos/2026/img_{number:04}.jpg")

    def ordinary_day(self, day: int) -> None:
        """Work: a few letters and documents change, a few come."""
        for number in self.dice.sample(range(120), 5):
            self.letter(f"letters/{number % 7}/letter-{number:03}.txt")
        for number in self.dice.sample(range(0, 120, 3), 2):
            self.document(f"documents/contract-{number:03}.docx")
        self.letter(f"letters/new/{day:03}.txt", 8_000)
        self.document(f"documents/offer-{day:03}.docx")

    def night(self) -> Plausible:
        scope = Scope(
            roots=(os.fsencode(self.root),),
            excludes=excludes_from_patterns("restic", ()),
            one_file_system=False,
        )
        changes, choice, files = Changes(), Choice(), LocalFiles()
        seen = watch_changes(files.survey(scope, SurveyTally()), self.entries, changes, NOBODY)
        entries = list(choice.watch(seen))
        looks = looks_from_beginnings(choice.paths, files.beginnings(choice.paths))
        found = [entry for entry in entries if entry.sha256 is not None]
        observed = Observed(
            files=len(found),
            size=sum(entry.size for entry in found),
            changed_percent=changes.changed_percent if self.entries else None,
            churn_percent=sum(self.changed[-12:]) + changes.changed_percent,
            looks=looks,
            looks_before=self.looks[-1] if self.looks else None,
            looks_once=self.looks[-30:][0] if self.looks else None,
        )
        judged = judge_plausibility(observed, self.usual, Plausibility())
        self.changed.append(changes.changed_percent)
        if not judged.quarantined:
            self.entries = entries
            self.looks.append(looks)
            self.usual = replace(
                self.usual,
                files=(*self.usual.files, observed.files)[-30:],
                bytes=(*self.usual.bytes, observed.size)[-30:],
            )
        return judged


@pytest.fixture(name="office")
def _office(tmp_path: Path) -> Iterator[Office]:
    """A share that has been backed up for ten days."""
    office = Office(root=tmp_path / "share")
    office.furnish()
    for day in range(10):
        assert office.night().reasons == ()
        office.ordinary_day(day)
    yield office
    shutil.rmtree(office.root)


def alarmed(judged: Plausible) -> bool:
    """Tell whether encryption is named, and pruning held with it."""
    named = FailureClass.POSSIBLE_ENCRYPTION in {reason.failure for reason in judged.reasons}
    assert named == (judged.hold is not None)
    return named


def test_weeks_of_ordinary_work_and_growth_raise_nothing(office: Office) -> None:
    for day in range(10, 45):
        office.ordinary_day(day)
        assert office.night().reasons == (), day


def test_a_directory_that_gets_another_name_raises_nothing(office: Office) -> None:
    office.night()
    (office.root / "letters").rename(office.root / "correspondence")
    (office.root / "documents").rename(office.root / "archive")

    assert office.night().reasons == ()


def test_files_that_all_get_other_names_raise_nothing(office: Office) -> None:
    office.night()
    for number, path in enumerate(office.files()):
        path.rename(path.with_name(f"{number:05}-renamed{path.suffix}"))

    assert office.night().reasons == ()
    office.ordinary_day(11)
    assert office.night().reasons == ()


def test_half_of_the_letters_rewritten_raise_nothing(office: Office) -> None:
    office.night()
    for number in range(0, 120, 2):
        office.letter(f"letters/{number % 7}/letter-{number:03}.txt", 9_000)

    assert office.night().reasons == ()


def test_nearly_everything_rewritten_as_text_is_asked_about_and_not_called_encryption(
    office: Office,
) -> None:
    office.night()
    for path in office.files():
        if path.suffix == ".txt":
            office.letter(str(path.relative_to(office.root)), 9_000)
        elif path.suffix == ".docx":
            office.document(str(path.relative_to(office.root)))
    judged = office.night()

    assert [reason.failure for reason in judged.reasons] == [FailureClass.SOURCE_SUSPECT]
    assert judged.hold is None


def test_a_year_of_photos_and_packed_files_that_arrives_raises_nothing(office: Office) -> None:
    office.night()
    for number in range(60):
        office.photo(f"photos/2025/holiday_{number:04}.jpg")
    assert office.night().reasons == ()
    for number in range(60):
        office.write(f"packed/month-{number:02}.zip", zlib.compress(office.dice.randbytes(9_000)))

    assert office.night().reasons == ()


def test_more_than_twice_as_much_overnight_is_asked_about_and_not_called_encryption(
    office: Office,
) -> None:
    office.night()
    for number in range(300):
        office.photo(f"photos/2025/holiday_{number:04}.jpg")
    judged = office.night()

    assert {reason.failure for reason in judged.reasons} == {FailureClass.SOURCE_SUSPECT}
    assert judged.hold is None


def test_old_letters_packed_into_one_file_raise_nothing(office: Office) -> None:
    office.night()
    old = [path for path in office.files() if path.name < "letter-030" and path.suffix == ".txt"]
    with zipfile.ZipFile(office.root / "old-letters.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for path in old:
            packed.write(path, path.name)
            path.unlink()

    assert len(old) >= 30
    assert not alarmed(office.night())


def encrypt(path: Path, ending: str = "") -> None:
    """Do to a file what ransomware does."""
    path.write_bytes(os.urandom(path.stat().st_size))
    if ending:
        path.rename(path.with_name(path.name + ending))


def test_a_tree_that_is_encrypted_under_a_new_ending_is_an_alarm(office: Office) -> None:
    office.night()
    for path in office.files():
        encrypt(path, ".locked")

    assert alarmed(office.night())


def test_a_tree_that_is_encrypted_in_place_with_its_times_set_back_is_an_alarm(
    office: Office,
) -> None:
    office.night()
    for path in office.files():
        stamp = path.stat()
        encrypt(path)
        os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))

    assert alarmed(office.night())


def test_a_tree_whose_files_all_become_noise_under_meaningless_names_is_an_alarm(
    office: Office,
) -> None:
    office.night()
    for path in office.files():
        encrypt(path)
        path.rename(path.with_name(office.dice.randbytes(12).hex()))

    assert alarmed(office.night())


@pytest.mark.parametrize("share", [0.03, 0.1])
@pytest.mark.parametrize("ending", ["", ".enc"])
def test_encryption_of_a_few_files_a_night_is_an_alarm_before_a_third_is_lost(
    office: Office, share: float, ending: str
) -> None:
    office.night()
    left = [path for path in office.files() if path.suffix == ".txt"]
    office.dice.shuffle(left)
    total, lost = len(left), 0
    while not alarmed(judged := office.night()):
        for path in left[: int(total * share)]:
            encrypt(path, ending)
            lost += 1
        left = left[int(total * share) :]
        office.ordinary_day(50)
        assert lost <= total / 3

    assert judged.quarantined
    assert judged.hold is not None


def test_an_alarm_stays_until_somebody_looks(office: Office) -> None:
    office.night()
    for path in office.files():
        encrypt(path)
    first = office.night()
    office.ordinary_day(20)
    second = office.night()

    assert alarmed(first)
    assert alarmed(second)
