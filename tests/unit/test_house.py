"""The rules of the house that no other tool holds."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from continuity.domain.run import RunKind
from continuity.domain.verdict import Verdict

ROOT = Path(__file__).resolve().parents[2]
CODE = ("continuity", "demo", "benchmarks", "tests")
PROSE = ("docs", "config", "jobs", "runbooks", "requirements", ".ci")
FORBIDDEN_NAMES = {
    *("util", "utils", "helper", "helpers", "manager", "service_layer", "base", "common", "misc"),
    *("handler", "handlers", "processor", "data", "info", "abstract", "impl", "tools", "lib"),
}

# What people write; everything else in the domain judges, and must start fast.
WRITTEN_NOUNS = {
    *("heartbeat", "neighbour", "offline"),
    *("decision", "job", "outlet", "probe", "responding", "runbook", "runbook_document", "step"),
    *("client", "price", "step_kinds", "subscription", "system", "written", "written_hours"),
}
# What follows a runbook step by step; nothing of it is needed to judge.
CONDUCTING = {
    *(
        "conduct_calling",
        "conduct_commands",
        "conduct_deciding",
        "conduct_frontier",
        "conduct_leading",
    ),
    *(
        "conduct_due",
        "conduct_next",
        "conduct_outputs",
        "conduct_paper",
        "conduct_passing",
        "conduct_program",
    ),
    *("conduct_information", "conduct_record", "conduct_refusals", "conduct_result"),
    "information_plain",
}


def python_files(*folders: str) -> list[Path]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if "__pycache__" not in path.parts)


def texts() -> Iterator[tuple[Path, str]]:
    """Every text of the project that people keep, with its place."""
    folders = (path for folder in (*CODE, *PROSE) for path in (ROOT / folder).rglob("*"))
    for path in sorted((*ROOT.iterdir(), *folders)):
        place = path.relative_to(ROOT)
        if path.is_file() and not re.search(r"cache|^\.git$|\.(mo|png|zst)$", str(place)):
            yield place, path.read_text(encoding="utf-8", errors="replace")


def lines_of_code() -> Iterator[tuple[str, str]]:
    for path in python_files(*CODE):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            yield f"{path.relative_to(ROOT)}:{number}", line


def pins(name: str) -> dict[str, str]:
    written = (ROOT / "requirements" / name).read_text()
    return dict(re.findall(r"^([a-z0-9-]+)==([^ \\]+)", written, re.MULTILINE))


def project() -> dict[str, list[str]]:
    """The names a user's and a test's environment ask for."""
    written = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = {"core": written["dependencies"], **written["optional-dependencies"]}
    return {
        name: [re.split(r"[\[<>=]", wish)[0].lower().replace(".", "-") for wish in wishes]
        for name, wishes in asked.items()
    }


def test_every_file_fits_into_one_sitting() -> None:
    too_long = {
        str(path.relative_to(ROOT)): length
        for path in python_files(*CODE)
        if (length := len(path.read_text().splitlines())) > 300
    }

    assert too_long == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in python_files(*CODE)
        if path.read_text().strip() and ast.get_docstring(ast.parse(path.read_text())) is None
    ]

    assert silent == []


def test_no_module_has_a_name_that_fits_anything() -> None:
    vague = [path for path in python_files("continuity") if path.stem in FORBIDDEN_NAMES]
    vague += [path for path in (ROOT / "continuity").rglob("*/") if path.name in FORBIDDEN_NAMES]

    assert vague == []


def test_imports_point_down_and_every_dependency_stays_at_home(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("lint-imports")
    asked = [str(program), "--config", "pyproject.toml", "--cache-dir", str(tmp_path)]

    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_judging_loads_nothing_but_the_standard_library() -> None:
    stems = {path.stem for path in python_files("continuity/domain")} - WRITTEN_NOUNS - CONDUCTING
    program = f"""if True:
        import importlib, sys, zoneinfo  # zoneinfo loads a module named after the machine
        sys.path.insert(0, {str(ROOT)!r})
        before = set(sys.modules)
        for stem in {sorted(stems - {"__init__"})!r}:
            importlib.import_module("continuity.domain." + stem)
        loaded = {{name.partition(".")[0] for name in set(sys.modules) - before}}
        print(*sorted(loaded - sys.stdlib_module_names))
    """

    # Isolated and without site, whose path files may load modules of their own.
    asked = [sys.executable, "-I", "-S", "-c", program]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)

    assert done.stderr == ""
    assert done.stdout.split() == ["continuity"]


@pytest.mark.parametrize("name", ["core.txt", "build.txt", "test.txt"])
def test_every_pin_has_hashes_and_no_address(name: str) -> None:
    written = (ROOT / "requirements" / name).read_text()
    requirements = re.findall(r"^[^\s#].*(?:\n +--.*)*", written, re.MULTILINE)

    assert requirements
    assert [wish for wish in requirements if "--hash=sha256:" not in wish] == []
    assert [wish for wish in requirements if not re.match(r"[a-z0-9-]+==\d", wish)] == []
    assert re.search(r"://|--(extra-)?index|--find-links| @ ", written) is None


def test_what_the_project_asks_for_is_pinned() -> None:
    asked = project()

    assert set(asked["core"]) - pins("core.txt").keys() == set()
    assert set(asked["test"]) - pins("test.txt").keys() == set()


def test_tests_run_on_the_same_versions_as_users() -> None:
    tested = pins("test.txt")
    used = pins("core.txt") | pins("build.txt")

    assert {name: tested.get(name) for name in used} == used


def test_users_never_need_what_only_tests_need() -> None:
    installed = pins("core.txt") | pins("build.txt")

    assert {"pytest", "hypothesis", "ruff", "mypy", "import-linter"} & installed.keys() == set()


def test_every_dependency_has_a_reason_and_a_line_in_its_decision() -> None:
    written = (ROOT / "pyproject.toml").read_text()
    block = written.split("\ndependencies = [\n")[1].split("\n]")[0].splitlines()
    decision = (ROOT / "docs/adr/0011-dependencies.md").read_text().lower()

    assert [line for line in block if "#" not in line] == []
    assert [name for name in project()["core"] if name.replace("-y", ".y") not in decision] == []


def test_the_project_speaks_of_itself_only() -> None:
    # Written so that this file does not contain what it looks for.
    strange = re.compile(
        r"/wor[k]/|DESIGN[.]md|/tmp/brie[f]|before-sto[p]|shared/(?:hook|referenc)[se]"
    )
    spoken = [f"{place}: {found[0]}" for place, text in texts() if (found := strange.search(text))]

    assert spoken == []


def test_every_exception_to_a_rule_names_the_rule_and_its_reason() -> None:
    rule = r"[A-Z]+\d+(?:, [A-Z]+\d+)*"
    reasoned = re.compile(rf"# (?:ruff: )?noqa: {rule} - \S|# type: ignore\[[a-z, -]+\]  # \S")
    exception = re.compile(r"# (?:noqa|type: ignore|ruff: noqa)\b")
    bare = [
        f"{place}: {line.strip()}"
        for place, line in lines_of_code()
        if exception.search(line) and not reasoned.search(line) and "test_house" not in place
    ]

    assert bare == []


def test_nothing_is_put_off_and_nothing_is_pretended() -> None:
    pretence = re.compile(
        r"\b(TO" r"DO|FIX" r"ME|XX" r"X|Magic" r"Mock|monkey" r"patch)\b|@pa" r"tch\("
    )
    found = [f"{place}: {line.strip()}" for place, line in lines_of_code() if pretence.search(line)]

    assert found == []


def test_the_changelog_has_room_for_the_next_change() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert headings[0] == "[Unreleased]"


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs/adr").glob("*.md"))]

    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs/adr").glob("*.md")), ids=lambda path: path.stem
)
def test_a_decision_has_its_four_parts(path: Path) -> None:
    written = path.read_text()

    assert written.startswith(f"# {int(path.name[:4])}. ")
    assert re.findall(r"^## (.+)$", written, re.MULTILINE) == [
        "Context",
        "Decision",
        "Consequences",
        "Status",
    ]
    assert len(written.splitlines()) <= 60


def test_the_glossary_has_the_words_that_people_see() -> None:
    glossary = (ROOT / "docs/glossary.md").read_text()
    shown = [*Verdict, *RunKind]

    assert [word for word in shown if f"**{word}**" not in glossary] == []


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{place}: {target}"
        for place, text in texts()
        if place.suffix == ".md"
        for target in re.findall(r"\]\((?!\w+:)([^)#\s]+)", text)
        if not (ROOT / place.parent / target).exists()
    ]

    assert broken == []


def test_both_languages_have_a_readme_or_none_has() -> None:
    assert (ROOT / "README.md").exists() == (ROOT / "README.es.md").exists()


def test_run_help_names_every_target() -> None:
    script = (ROOT / "run").read_text()
    targets = re.findall(r"^    ([a-z |-]+)\) ", script.split("case $target in")[1], re.MULTILINE)
    told = subprocess.run([ROOT / "run"], capture_output=True, text=True, timeout=10, check=True)

    names = {name for group in targets for name in group.split(" | ")} - {"help"}

    assert "demo" in names
    assert {name for name in names if f"./run {name}" not in told.stdout} == set()
