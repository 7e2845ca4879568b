"""Files of a workspace: every bad byte becomes a problem with a place, never a traceback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.config.document import document_from_text
from continuity.config.reader import LARGEST, read_yaml
from continuity.config.runbook_document import book_from_text


def _problems(text: str) -> list[str]:
    return [str(problem) for problem in document_from_text("jobs/erp.yaml", text)[1]]


def _of_file(root: Path, content: bytes) -> list[str]:
    (root / "a.yaml").write_bytes(content)
    return [str(problem) for problem in read_yaml(root, "a.yaml")[1]]


def test_every_key_and_every_item_remembers_its_line() -> None:
    document, _ = document_from_text("a.yaml", "a: 1\n\nb:\n  - x\n  - c: d\n    e: f\n")

    assert document is not None
    assert document.value == {"a": 1, "b": ["x", {"c": "d", "e": "f"}]}
    assert document.line_of(("a",)) == 1
    assert document.line_of(("b",)) == 3
    assert document.line_of(("b", 0)) == 4
    assert document.line_of(("b", 1, "e")) == 6
    assert document.line_of(("b", 1, "missing", "deeper")) == 5


def test_words_and_times_stay_text_as_yaml_1_2_says() -> None:
    document, _ = document_from_text(
        "a.yaml", "[no, on, 12:30:00, 1_000, 0o17, 0x1F, 1e3, .5, ~]\n"
    )

    assert document is not None
    assert document.value == ["no", "on", "12:30:00", "1_000", 15, 31, 1000.0, 0.5, None]


def test_a_version_directive_of_yaml_1_1_changes_nothing() -> None:
    document, problems = document_from_text("a.yaml", "%YAML 1.1\n---\na: no\n")

    assert problems == ()
    assert document is not None
    assert document.value == {"a": "no"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "a: 1\nb: 2\na: 3\nb: 4\n",
            [
                "jobs/erp.yaml:3: a: expected each key once, found line 1 already",
                "jobs/erp.yaml:4: b: expected each key once, found line 2 already",
            ],
        ),
        (
            "a:\n\tb: 1\n",
            ["jobs/erp.yaml:2: expected spaces at the beginning of a line, found a tab"],
        ),
        (
            "title: backup: nightly\n",
            [
                "jobs/erp.yaml:1: expected one key and its value; a text with “: ” in it stands "
                "in quotes, found a second colon"
            ],
        ),
        (
            "a: 'x\n",
            [
                "jobs/erp.yaml:1: expected the quote or bracket that closes what was opened, "
                "found the end of the file"
            ],
        ),
        (
            "a: [1, 2\n",
            [
                "jobs/erp.yaml:1: expected the quote or bracket that closes what was opened, "
                "found the end of the file"
            ],
        ),
        (
            "a: @home\n",
            [
                "jobs/erp.yaml:1: expected a value; a text that begins with a special character "
                "stands in quotes, found a special character"
            ],
        ),
        (
            "a: 1\n---\nb: 2\n",
            ["jobs/erp.yaml:2: expected one document in a file, found a second one"],
        ),
        (
            "a: !!python/object:os.system x\n",
            [
                "jobs/erp.yaml:1: a: expected a value without a tag; a text that begins with ! "
                "stands in quotes, found a tag"
            ],
        ),
        (
            "? [a]\n: x\n",
            ["jobs/erp.yaml:1: expected a plain word as key, found something else"],
        ),
        (
            'a: "\\ud800"\n',
            [
                "jobs/erp.yaml:1: a: expected text that can be written in UTF-8, "
                "found half of a character"
            ],
        ),
        (
            "[" * 100,
            ["jobs/erp.yaml:1: expected values nested at most 30 deep, found deeper nesting"],
        ),
        (
            "%YAML 3.0\n---\na: 1\n",
            ["jobs/erp.yaml:1: expected YAML, found something that cannot be read as YAML"],
        ),
    ],
)
def test_text_that_is_no_yaml_says_where_and_what(text: str, expected: list[str]) -> None:
    assert _problems(text) == expected


def test_an_alias_stands_for_its_anchor() -> None:
    document, problems = document_from_text("a.yaml", "a: &x [1, 2]\nb: *x\n")

    assert problems == ()
    assert document is not None
    assert document.value == {"a": [1, 2], "b": [1, 2]}


def test_aliases_that_would_expand_to_billions_are_refused_before_they_do() -> None:
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    for level in range(1, 12):
        again = ",".join([f"*a{level - 1}"] * 10)
        bomb += f"a{level}: &a{level} [{again}]\n"

    assert _problems(bomb) == [
        "jobs/erp.yaml:5: a4[7]: expected at most 100000 values, aliases expanded, found more"
    ]


def test_an_alias_inside_its_own_anchor_is_refused() -> None:
    assert _problems("a: &x\n  b: *x\n") == [
        "jobs/erp.yaml:2: a.b: expected a value; a text that begins with * stands in quotes, "
        "found the alias of an anchor that is not complete before it"
    ]


def test_a_password_that_breaks_the_syntax_is_not_repeated() -> None:
    for text in (
        "password: *hunter2",
        "password: @hunter2",
        "password: 'hunter2",
        "password: hunter2: x",
    ):
        assert "hunter2" not in "\n".join(_problems(text))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ["a.yaml:1: expected keys and their values, found nothing"]),
        (b"# only a comment\n", ["a.yaml:1: expected keys and their values, found nothing"]),
        (b"a: 1\nb: \xff\n", ["a.yaml:2: expected text in UTF-8, found the byte 0xff"]),
        (
            b"a: 1\nb: \x1b[31m\n",
            ["a.yaml:2: expected text without control characters, found the character U+001B"],
        ),
        (
            b"a: \0\n",
            ["a.yaml:1: expected text without control characters, found the character U+0000"],
        ),
        (b"#" * (LARGEST + 1), ["a.yaml:0: expected at most 1048576 bytes, found a larger file"]),
        (b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", []),
    ],
)
def test_a_file_that_is_no_text_says_so(
    tmp_path: Path, content: bytes, expected: list[str]
) -> None:
    assert _of_file(tmp_path, content) == expected


def test_a_link_out_of_the_workspace_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text("a: 1\n")
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "a.yaml").symlink_to("../outside.yaml")

    problems = read_yaml(tmp_path / "inside", "a.yaml")[1]

    assert [str(one) for one in problems] == [
        "a.yaml:0: expected a file inside the workspace, found a link to another place"
    ]


def test_a_pipe_in_place_of_a_file_does_not_make_anybody_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")

    found = [read_yaml(tmp_path, name)[1] for name in ("pipe.yaml", "folder.yaml", "loop.yaml")]

    assert [str(one) for (one,) in found] == [
        "pipe.yaml:0: expected a file, found something else",
        "folder.yaml:0: expected a file, found something else",
        "loop.yaml:0: expected a file that can be read, found Too many levels of symbolic links",
    ]


def test_lines_of_front_matter_are_lines_of_the_file(tmp_path: Path) -> None:
    text = "---\nid: a\nid: b\n---\n# Text\n\nid: c\n"

    problems = book_from_text("runbooks/a.md", text, tmp_path)[1]

    assert "runbooks/a.md:3: id: expected each key once, found line 2 already" in map(str, problems)


@pytest.mark.parametrize(
    "text", ["# Title\n", "---\nid: a\n", "--- x\n---\n", " ---\nid: a\n---\n"]
)
def test_a_runbook_without_front_matter_says_so(tmp_path: Path, text: str) -> None:
    book, problems = book_from_text("runbooks/a.md", text, tmp_path)

    assert book is None
    assert [str(one) for one in problems] == [
        "runbooks/a.md:1: expected front matter between two lines of ---, found text without it"
    ]


_YAMLISH = st.text(st.sampled_from("ab: -[]{}&*!|>'\"\n\t%@`#,?\\0~.<é"), max_size=60)


@given(st.one_of(st.text(max_size=200), _YAMLISH))
def test_any_text_gives_a_document_or_problems(text: str) -> None:
    document, problems = document_from_text("a.yaml", text)

    assert document is not None or problems
    for problem in problems:
        assert str(problem).isprintable()


@given(st.binary(max_size=300))
def test_any_bytes_give_a_document_or_problems(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    root = tmp_path_factory.mktemp("any")
    (root / "a.yaml").write_bytes(content)

    document, problems = read_yaml(root, "a.yaml")

    assert document is not None or problems
