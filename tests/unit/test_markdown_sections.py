"""A runbook is cut where its readers see a heading, and nothing in it is lost."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.config.markdown_sections import Cut, cut_markdown

_WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
_PROSE = st.lists(
    st.one_of(
        _WORDS,
        st.sampled_from(
            [
                "",
                "# One",
                "### Three",
                "#hash",
                "##none",
                "    ## code",
                "---",
                "- ## in a list",
                "~~",
                "`~~~step`",
                "| a | b |",
                "~~~\n## in code\n~~~step\n~~~",
                "```sh\n~~~step\n```",
                "````\n```\n## still code\n````",
                "<!-- ## gone\n~~~step\n-->",
                "<pre>\n## shown\n</pre>",
            ]
        ),
    ),
    max_size=4,
).map("\n".join)
_BLOCK = st.lists(st.sampled_from(["id: a", "## no heading", "```", "~~", "", " - x"]), max_size=4)
_FENCE = st.sampled_from(
    [("~~~step", "~~~"), ("```paso", "```"), ("  ~~~~ step", "~~~~~"), ("~~~ paso {x}", " ~~~")]
)
_SECTION = st.tuples(_WORDS, st.one_of(st.just(""), _WORDS), _PROSE, _BLOCK, _FENCE, _PROSE)


def _stripped(*texts: str) -> list[str]:
    return [line for text in texts for line in text.split("\n") if line.strip()]


@given(_PROSE, st.lists(_SECTION, max_size=4))
def test_every_section_comes_back_with_its_title_its_prose_and_its_block(
    preamble: str, written: list[tuple[str, str, str, list[str], tuple[str, str], str]]
) -> None:
    text = preamble
    for title, anchor, before, block, (opens, closes), after in written:
        inside = [line for line in block if not line.startswith(closes.strip()[:3])]
        named = f" {{#{anchor}}}" if anchor else ""
        lines = [f"## {title}{named}", before, opens, *inside, closes, after]
        text += "\n" + "\n".join(lines)

    cuts = cut_markdown(text)

    assert _stripped(cuts.preamble.prose) == _stripped(preamble)
    assert cuts.open_at == 0
    assert len(cuts.sections) == len(written)
    for cut, (title, anchor, before, block, (_, closes), after) in zip(
        cuts.sections, written, strict=True
    ):
        inside = [line for line in block if not line.startswith(closes.strip()[:3])]
        assert (cut.title, cut.anchor) == (title, anchor)
        assert _stripped(cut.prose) == _stripped(before, after)
        assert [one.text for one in cut.blocks] == ["\n".join(inside)]


def _all_lines(*cuts: Cut) -> int:
    blocks = [block for cut in cuts for block in cut.blocks]
    return sum(1 + len(_stripped(block.text)) for block in blocks) + sum(
        len(_stripped(cut.prose)) for cut in cuts
    )


@given(st.text(st.sampled_from("#~`<>!-{} \n\tastep\r\u2028é"), max_size=200))
def test_any_text_is_cut_without_inventing_anything(text: str) -> None:
    cuts = cut_markdown(text)
    everything = (cuts.preamble, *cuts.sections)

    assert _all_lines(*everything) <= len(_stripped(text))
    for cut in everything:
        assert all(line in text for line in cut.prose.split("\n"))
        for block in cut.blocks:
            assert block.text in text
            assert text.split("\n")[block.line - 2].lstrip(" ")[:3] in {"~~~", "```"}


@given(st.text(st.sampled_from("#~` \nas"), max_size=80), st.integers(1, 99))
def test_lines_are_counted_from_the_line_the_text_begins_on(text: str, first: int) -> None:
    here, there = cut_markdown(text), cut_markdown(text, first_line=first + 1)

    assert [cut.line + first for cut in here.sections] == [cut.line for cut in there.sections]


@pytest.mark.parametrize(
    ("heading", "title", "anchor"),
    [
        ("## Plain", "Plain", ""),
        ("## Named {#a-b}", "Named", "a-b"),
        ("   ##\tTab ##  ", "Tab", ""),
        ("## Closed {#x} ##", "Closed", "x"),
        ("## C#", "C#", ""),
        ("## {#only}", "", "only"),
        ("## Brace {#", "Brace {#", ""),
        ("## Two {#a} {#b}", "Two {#a}", "b"),
        ("##", "", ""),
    ],
)
def test_headings_are_read_as_readers_of_markdown_see_them(
    heading: str, title: str, anchor: str
) -> None:
    (cut,) = cut_markdown(heading).sections

    assert (cut.title, cut.anchor) == (title, anchor)


@pytest.mark.parametrize(
    "text",
    [
        "    ## Code",
        "\t## Code",
        "##Title",
        "### Three",
        "# One",
        "> ## Quoted",
        "Title\n---",
        r"\## x",
    ],
)
def test_what_is_no_heading_of_the_second_level_cuts_nothing(text: str) -> None:
    assert cut_markdown(text).sections == ()


@pytest.mark.parametrize(
    "text", ["> ~~~step\n> id: x", "1. ~~~paso\n", "- ```step", "    ~~~step", "x\n\t~~~step"]
)
def test_a_step_that_readers_do_not_see_as_one_is_reported(text: str) -> None:
    cuts = cut_markdown(f"## A\n{text}")

    assert cuts.hidden != ()
    assert cuts.sections[0].blocks == ()


@pytest.mark.parametrize(
    "text", ["~~~step\nid: x", "```\n## A", "<!--\n## A", "~~~~step\n~~~", "<PRE>"]
)
def test_what_is_never_closed_is_reported_where_it_was_opened(text: str) -> None:
    assert cut_markdown("one\n" + text).open_at == 2


@pytest.mark.parametrize(
    "text",
    [
        "## " + " " * 1_000_000 + "x",
        "## " + "# " * 500_000 + "x",
        "~~~" + " " * 1_000_000 + "`",
        "~" * 1_000_000,
        "`" * 999_999 + " `",
        "<!--" * 250_000,
        "## {#" * 200_000,
        "-" * 1_000_000 + "~~~",
        "> " * 500_000,
        "~~~step\n~~~\n" * 80_000,
    ],
    ids=lambda text: text[:8].strip(),
)
def test_hostile_lines_take_no_more_time_than_others(text: str) -> None:
    began = time.monotonic()

    cut_markdown(text)

    assert time.monotonic() - began < 60
