"""The table of faults and the tests of faults are the same list."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from continuity.domain.failure import FailureClass
from continuity.domain.verdict import Verdict, exit_code
from tests.support.faults import TABLE, rows
from tests.support.programs import ROOT

_COLLECT = """if True:
    import json, pathlib, sys
    import pytest

    class Marked:
        def pytest_collection_finish(self, session):
            found = {}
            for item in session.items:
                for mark in item.iter_markers("fault"):
                    test = item.nodeid.partition("[")[0]
                    found.setdefault(mark.args[0], set()).add(test)
            listed = {slug: sorted(tests) for slug, tests in found.items()}
            pathlib.Path(sys.argv[1]).write_text(json.dumps(listed))

    options = ["tests/faults", "--collect-only", "-q", "-p", "no:cacheprovider"]
    sys.exit(pytest.main(options, plugins=[Marked()]))
"""


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Every slug that a test is marked with, and the tests that are."""
    place = tmp_path_factory.mktemp("marked") / "slugs.json"
    asked = [sys.executable, "-c", _COLLECT, str(place)]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    listed: dict[str, list[str]] = json.loads(Path(place).read_text())
    return listed


def test_every_fault_in_the_table_is_tried_and_every_tried_one_is_in_it(
    marked: dict[str, list[str]],
) -> None:
    assert sorted(marked) == sorted(rows())


def test_every_fault_is_tried_in_one_place(marked: dict[str, list[str]]) -> None:
    assert {slug: tests for slug, tests in marked.items() if len(tests) != 1} == {}


def test_verdicts_classes_and_exit_codes_belong_together() -> None:
    for row in rows().values():
        if row.verdict == "-":
            # An act in a run that is done ends as the run then stands: well, failed or not known.
            codes = {"0", "1", "3"} if row.command.startswith("runbook ") else {"2"}
            assert row.failure == "-", row
            assert row.exit in codes, row
        elif row.exit not in {"-", "130"}:
            assert str(exit_code(Verdict(row.verdict))) == row.exit, row
        assert row.failure == "-" or FailureClass(row.failure)


def test_no_fault_ends_green() -> None:
    harm = TABLE.read_text().split("\n## No fault at all\n")[0]
    green = [row.slug for row in rows().values() if row.verdict == "PASS" or row.exit == "0"]

    assert [slug for slug in green if f"`{slug}`" in harm] == []


def test_every_row_says_what_is_broken_and_what_is_told() -> None:
    assert [row.slug for row in rows().values() if not (row.broken and row.command)] == []
    assert [row.slug for row in rows().values() if row.verdict != "PASS" and not row.said] == []
