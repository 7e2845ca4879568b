"""A revived database is like what was captured, or the difference is named."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.portrait import Newest, Portrait, RowSample, TablePortrait
from continuity.domain.portrait_compare import Aspect, differences

WORDS = st.text(alphabet="abcdé\n\x1b", min_size=1, max_size=5)
TIMES = st.datetimes().map(lambda moment: moment.isoformat(timespec="microseconds") + "Z")
SAMPLES = st.builds(
    RowSample,
    key=st.just(("id",)),
    first=st.just(("1",)),
    last=st.just(("9",)),
    rows=st.integers(1, 9),
    digest=st.text("0123456789abcdef", min_size=64, max_size=64),
)


@st.composite
def tables(draw: st.DrawFn) -> TablePortrait:
    least = draw(st.integers(0, 1_000_000))
    return TablePortrait(
        name=draw(WORDS),
        least=least,
        most=least + draw(st.sampled_from([0, 0, 7])),
        schema=draw(WORDS),
        sample=draw(st.none() | SAMPLES),
        newest=tuple(
            Newest(column=column, value=draw(st.none() | TIMES))
            for column in draw(st.sets(WORDS, max_size=2))
        ),
    )


PORTRAITS = st.builds(
    Portrait,
    kind=st.just("postgresql"),
    version=WORDS,
    tables=st.lists(tables(), min_size=1, max_size=4, unique_by=lambda table: table.name).map(
        tuple
    ),
    extensions=st.lists(WORDS.map("x{} 1.2".format), max_size=2, unique=True).map(tuple),
    others=st.dictionaries(WORDS, st.integers(1, 5), max_size=2).map(
        lambda counts: tuple(counts.items())
    ),
    encoding=st.just("UTF8"),
)


def aspects(captured: Portrait, revived: Portrait) -> list[Aspect]:
    return [difference.aspect for difference in differences(captured, revived)]


def with_first(portrait: Portrait, table: TablePortrait) -> Portrait:
    return replace(portrait, tables=(table, *portrait.tables[1:]))


@given(portrait=PORTRAITS, other=PORTRAITS)
def test_a_database_is_like_itself_whatever_its_version_roles_collation_and_answers(
    portrait: Portrait, other: Portrait
) -> None:
    elsewhere = replace(
        portrait,
        version=other.version,
        roles=("somebody",),
        collation="C",
        answers=(("select 1", "1"),),
        tables=tuple(reversed(portrait.tables)),
        extensions=tuple(name.replace("1.2", "1.3") for name in portrait.extensions),
    )

    assert aspects(portrait, elsewhere) == []


@given(portrait=PORTRAITS)
def test_a_table_too_few_or_too_many_is_named(portrait: Portrait) -> None:
    fewer = replace(portrait, tables=portrait.tables[1:])

    (missing,) = differences(portrait, fewer)
    (extra,) = differences(fewer, portrait)

    assert (missing.aspect, extra.aspect) == (Aspect.MISSING_TABLE, Aspect.EXTRA_TABLE)
    assert missing.where == extra.where
    assert missing.where.isprintable()


@given(portrait=PORTRAITS, more=st.integers(1, 9))
def test_rows_outside_their_bounds_are_named_and_rows_within_are_not(
    portrait: Portrait, more: int
) -> None:
    table = portrait.tables[0]
    inside = replace(table, least=table.most, most=table.most)
    above = replace(table, least=table.most + more, most=table.most + more)
    below = replace(table, least=table.least - more, most=table.least - more)

    assert aspects(portrait, with_first(portrait, inside)) == []
    assert aspects(portrait, with_first(portrait, above)) == [Aspect.ROWS]
    assert aspects(portrait, with_first(portrait, below)) == [Aspect.ROWS]


@given(portrait=PORTRAITS, sample=SAMPLES)
def test_rows_that_were_looked_at_and_are_others_now_are_named(
    portrait: Portrait, sample: RowSample
) -> None:
    table = replace(portrait.tables[0], sample=sample)
    captured = with_first(portrait, table)
    altered = replace(sample, digest=sample.digest[::-1] + "0")
    fewer = replace(sample, rows=sample.rows - 1)

    for found in (altered, fewer, None, replace(sample, key=("other",))):
        revived = with_first(portrait, replace(table, sample=found))

        (difference,) = differences(captured, revived)

        assert difference.aspect is Aspect.SAMPLE
        assert "('1'" not in str(difference.detail)


@given(portrait=PORTRAITS, older=TIMES, newer=TIMES)
def test_a_newest_value_older_than_the_captured_one_is_named_and_a_younger_one_is_not(
    portrait: Portrait, older: str, newer: str
) -> None:
    older, newer = sorted((older, newer))
    table = portrait.tables[0]
    was, earlier, gone = (
        with_first(portrait, replace(table, newest=(Newest(column="paid", value=value),)))
        for value in (newer, older, None)
    )

    assert aspects(was, earlier) == ([Aspect.NEWEST] if older < newer else [])
    assert aspects(earlier, was) == []
    assert aspects(was, gone) == [Aspect.NEWEST]
    assert aspects(gone, was) == []
    assert aspects(was, with_first(portrait, replace(table, newest=()))) == [Aspect.NEWEST]


@given(portrait=PORTRAITS)
def test_another_definition_kind_encoding_or_count_of_objects_is_named(portrait: Portrait) -> None:
    redefined = with_first(portrait, replace(portrait.tables[0], schema="altered since"))
    more = replace(portrait, others=(*portrait.others, ("triggers", 1)))

    assert aspects(portrait, redefined) == [Aspect.SCHEMA]
    assert aspects(portrait, replace(portrait, kind="mariadb")) == [Aspect.KIND]
    assert aspects(portrait, replace(portrait, encoding="LATIN1")) == [Aspect.ENCODING]
    assert aspects(portrait, more) == aspects(more, portrait) == [Aspect.OTHERS]


def test_an_extension_that_is_missing_is_named_and_one_that_came_with_the_server_is_not() -> None:
    bare = Portrait(kind="postgresql", version="15", tables=())
    rich = replace(bare, extensions=("pgcrypto 1.3",))

    assert aspects(rich, bare) == [Aspect.EXTENSION]
    assert aspects(bare, rich) == []


def test_a_hostile_name_cannot_trick_a_terminal_nor_flood_it() -> None:
    table = TablePortrait(name="\x1b[2J" + "x" * 10_000 + "\ud800", least=0, most=0, schema="")
    captured = Portrait(kind="sqlite", version="3", tables=(table,))

    (difference,) = differences(captured, replace(captured, tables=()))

    assert difference.where.startswith("\\x1b[2Jxxx")
    assert len(difference.where) <= 80
