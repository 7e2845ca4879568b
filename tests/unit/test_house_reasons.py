"""The rules of the house on what silences an error, a type or a tool: its reason is beside it."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("continuity", "demo", "benchmarks", "tests")
CAUGHT_ALL = {"Exception", "BaseException"}
UNTYPED = {"Any", "cast"}
WORTH_PARSING = re.compile(r"Exception\b|except:|suppress|\bAny\b|\bcast\b|skip|xfail|: off|pragma")
NEVER = re.compile(r"#.*\b(fmt|isort|yapf): ?(skip|off|on)|#.*pragma: no c")


def python_files() -> list[Path]:
    found = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    return [ROOT / "hatch_build.py", *sorted(found)]


def comments(text: str) -> dict[int, str]:
    """Give what the lines remark."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}


def named(node: ast.expr | None) -> set[str]:
    """Give the last names in an expression."""
    parts = list(ast.walk(node)) if node else []
    names = {part.id for part in parts if isinstance(part, ast.Name)}
    return names | {part.attr for part in parts if isinstance(part, ast.Attribute)}


def silences(tree: ast.AST) -> Iterator[tuple[int, int]]:
    """Give the first and the last line of what keeps an error or a type from being seen."""
    for node in ast.walk(tree):
        match node:
            case ast.ExceptHandler() if node.type is None or named(node.type) & CAUGHT_ALL:
                yield node.lineno, node.lineno
            case ast.Call() if named(node.func) >= {"suppress"}:
                yield node.lineno, node.end_lineno or node.lineno
            case ast.ImportFrom(module="typing") if {one.name for one in node.names} & UNTYPED:
                yield node.lineno, node.end_lineno or node.lineno
            case ast.Call() if named(node.func) & {"xfail", "skipif"} and not reasoned(node):
                yield node.lineno, node.lineno
            case _:
                pass


def reasoned(node: ast.Call) -> bool:
    """Say whether a mark is given its reason."""
    return any(word.arg == "reason" for word in node.keywords)


def unexplained(text: str) -> list[int]:
    """Give the lines that silence something and say no reason, there or on the line above."""
    if not WORTH_PARSING.search(text):
        return []
    said = comments(text)
    lines = text.splitlines()
    above = {number + 1 for number in said if lines[number - 1].lstrip().startswith("#")}
    found = [
        first
        for first, last in silences(ast.parse(text))
        if first not in above and not said.keys() & set(range(first, last + 1))
    ]
    return sorted({*found, *(number for number in said if NEVER.search(said[number]))})


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        ("try:\n    a()\nexcept Exception:\n    pass\n", [3]),
        ("try:\n    a()\nexcept:\n    pass\n", [3]),
        ("try:\n    a()\nexcept (OSError, BaseException) as error:\n    pass\n", [3]),
        ("try:\n    a()\nexcept Exception:  # told below\n    pass\n", []),
        ("try:\n    a()\nexcept OSError:\n    pass\n", []),
        ("with contextlib.suppress(OSError):\n    a()\n", [1]),
        ("a()  # not a line of its own\nwith suppress(OSError):\n    a()\n", [2]),
        ("# gone already is as wanted\nwith suppress(OSError):\n    a()\n", []),
        ("from typing import Any, Final\n", [1]),
        ("from typing import cast  # JSON\n", []),
        ("@pytest.mark.skipif(a)\ndef b(): ...\n", [1]),
        ("@pytest.mark.skipif(a, reason='only root can mount')\ndef b(): ...\n", []),
        ("a = [1]  # fmt: skip\n", [1]),
        ("a = 1  # pragma: no cover\n", [1]),
    ],
)
def test_what_silences_something_is_seen_and_a_reason_beside_it_too(
    written: str, bare: list[int]
) -> None:
    assert unexplained(written) == bare


def test_whatever_silences_an_error_or_a_type_says_why_beside_it() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in python_files()
        for number in unexplained(path.read_text())
    ]

    assert bare == []


@pytest.mark.parametrize("script", ["run", ".ci/run"])
def test_no_script_goes_on_after_an_error_without_saying_why(script: str) -> None:
    lines = (ROOT / script).read_text().splitlines()
    deaf = re.compile(r"\|\| (true|:)|set \+e")

    assert [line for line in lines if deaf.search(line) and "#" not in line] == []
