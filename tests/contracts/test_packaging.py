"""What a built package holds: every module, compiled catalogues, and nothing of the workshop."""

import gettext
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from hatch_build import compile_catalogues

ROOT = Path(__file__).resolve().parents[2]
PO = """msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "no target"
msgstr "sin objetivo"
"""


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    written = tmp_path / "es" / "LC_MESSAGES" / "continuity.po"
    written.parent.mkdir(parents=True)
    written.write_text(PO, encoding="utf-8")
    return written


def test_a_compiled_catalogue_speaks(tmp_path: Path, catalogue: Path) -> None:
    compiled = compile_catalogues(tmp_path)

    assert compiled == [catalogue.with_suffix(".mo")]
    assert (
        gettext.translation("continuity", tmp_path, ["es"]).gettext("no target") == "sin objetivo"
    )


def test_only_what_changed_is_compiled_again(tmp_path: Path, catalogue: Path) -> None:
    compile_catalogues(tmp_path)

    assert compile_catalogues(tmp_path) == []

    later = catalogue.stat().st_mtime_ns + 1_000_000_000
    os.utime(catalogue, ns=(later, later))

    assert compile_catalogues(tmp_path) == [catalogue.with_suffix(".mo")]


def test_no_catalogue_is_no_obstacle(tmp_path: Path) -> None:
    assert compile_catalogues(tmp_path / "locales") == []


def test_a_wheel_holds_every_module_and_catalogue_and_no_tests(tmp_path: Path) -> None:
    asked = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(asked, cwd=ROOT, capture_output=True, timeout=60, check=True)
    names = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())

    sources = (path.relative_to(ROOT) for path in ROOT.glob("continuity/**/*.p[yo]"))
    promised = {str(path.with_suffix(".mo") if path.suffix == ".po" else path) for path in sources}

    assert promised - names == set()
    assert [name for name in names if not name.startswith(("continuity/", "continuity-"))] == []
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert "continuity/py.typed" in names
