"""Columns line up and texts stay readable, whatever is in them."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.cli.columns import cut, joined, plain, width, wrapped
from continuity.cli.language import speak
from continuity.cli.overview import gravest_first, overview, tally
from continuity.cli.paint import painted, unpainted, write_line
from continuity.cli.wording import brief
from continuity.domain.assessment import Assessment, assess
from continuity.domain.doubt import doubt_everything
from continuity.domain.facts import BackupRun, DrillRun, Facts, Identity, JobFacts, Point
from continuity.domain.portfolio import JobPlan, Portfolio, SystemPlan
from continuity.domain.reason import Reason, gravity
from continuity.domain.text import say
from continuity.domain.verdict import Verdict

NOW = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SPANS = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=3_000))
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Mn"]), max_size=30)


def facts_of(job: str, ago: timedelta, verdict: Verdict) -> JobFacts:
    """A backup, and a drill of everything that ended so."""
    identity = Identity(repository="disk", repository_id="1", engine="rsync", version="3.5")
    at = NOW - ago
    point = Point(
        id="p", data_time=at, usable_time=at, identity=identity, files=9, bytes=9, whole=True
    )
    backup = BackupRun(
        run_id="b",
        at=at,
        verdict=Verdict.PASS,
        failure=None,
        reason=None,
        point="p",
        identity=identity,
        milliseconds=5,
        changed_percent=None,
    )
    drill = DrillRun(
        run_id="d",
        at=at,
        verdict=verdict,
        failure=None,
        reason=None if verdict is Verdict.PASS else say("Three files came back with rot."),
        level="L4",
        full=True,
        point="p",
        data_time=at,
        identity=identity,
        milliseconds=600_000,
        measured=True,
        files=9,
        bytes=9,
        adopted=False,
    )
    return JobFacts(job=job, began=at, points=(point,), backups=(backup,), drills=(drill,))


def firm() -> Assessment:
    systems = tuple(
        SystemPlan(name=name, title=title, criticality=criticality, rpo=24 * HOUR, rto=4 * HOUR)
        for name, title, criticality in (
            ("billing", "Facturación y almacén de las tres tiendas", "vital"),
            ("mail", "Correo", "high"),
            ("shop", "Shop", "normal"),
        )
    )
    jobs = tuple(
        JobPlan(name=plan.name, title="", system=plan.name, repository="disk", engine="rsync")
        for plan in systems
    )
    known = {
        "billing": facts_of("billing", 3 * HOUR, Verdict.PASS),
        "mail": facts_of("mail", 50 * HOUR, Verdict.FAIL),
    }
    facts = Facts(jobs=known, sequence=4, newest=NOW - 3 * HOUR)
    return assess(Portfolio(systems=systems, jobs=jobs, facts=facts), NOW)


@pytest.fixture(autouse=True)
def _english() -> None:
    speak("en")


def test_the_table_of_a_small_firm_reads_like_this() -> None:
    shown = [unpainted(line) for line in overview(firm().systems, 80)]

    assert [line for line in shown if line[:4].strip() or "now" in line] == [
        "Verdict       System          Crit.   Work lost          Back in        Proof",
        "                                       now worst target    time target  and age",
        "FAIL          Correo          high    2d2h  2d2h    24h       ?     4h  L0 2d2h",
        "INCONCLUSIVE  Shop            normal   all   all    24h       ?     4h  -",
        "PASS          Facturación y…  vital     3h    3h    24h  =10min     4h  L4 3h",
    ]
    assert shown[3] == "    mail: Three files came back with rot."


def test_a_long_second_reason_begins_beneath_the_first_and_all_of_it_is_to_be_had() -> None:
    causes = ("Everything would be lost.", f"There was no room left: {'write, ' * 12}stop", "Old.")
    reasons = tuple(Reason(Verdict.FAIL, None, say(cause), job="mail") for cause in causes)
    (system,) = (one for one in firm().systems if one.plan.name == "mail")

    brief_one = [*overview([replace(system, reasons=reasons)], 60)][3:]
    in_full = [*overview([replace(system, reasons=reasons)], 60, all_reasons=True)][3:]

    assert brief_one == [
        "    mail: Everything would be lost.",
        "    mail: There was no room left: write, write, write,…",
    ]
    assert " ".join(" ".join(in_full).split()) == " ".join(f"mail: {cause}" for cause in causes)


@pytest.mark.parametrize("columns", [80, 100, 200])
def test_a_column_starts_where_its_title_does(columns: int) -> None:
    shown = [unpainted(line) for line in overview(firm().systems, columns)]

    at = shown[0].index("Proof")
    rows = [line for line in shown[2:] if not line.startswith("    ")]
    assert {line[at - 2 : at] for line in rows} == {"  "}
    assert sorted(line[at:].split()[0] for line in rows) == ["-", "L0", "L4"]
    assert max(map(len, shown)) <= columns


def test_a_wide_screen_shows_titles_in_full() -> None:
    assert "Facturación y almacén de las tres tiendas" in "\n".join(overview(firm().systems, 120))


def test_nothing_that_passed_stands_above_anything_that_did_not() -> None:
    ranks = [gravity(system.verdict) for system in gravest_first(firm().systems)]

    assert ranks == sorted(ranks, reverse=True)


def test_a_damaged_record_leaves_nothing_green() -> None:
    doubted = doubt_everything(firm(), say("Record 3 was altered."))

    shown = "\n".join(overview(doubted.systems, 80))
    parts = [
        verdict
        for system in doubted.systems
        for verdict in (
            system.verdict,
            system.rpo.verdict,
            system.rto.verdict,
            system.proof.verdict,
            *(job.verdict for job in system.jobs),
        )
    ]
    assert "PASS" not in shown
    assert Verdict.PASS not in parts
    assert doubted.verdict is Verdict.FAIL


def test_counts_name_the_worst_first() -> None:
    told = tally([Verdict.PASS, Verdict.FAIL, Verdict.PASS])

    assert unpainted(told) == "1 FAIL, 2 PASS"


@given(rows=st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1))
def test_joined_lines_are_equally_wide(rows: list[tuple[str, str, str]]) -> None:
    assert len({width(line) for line in joined(rows, "<><")}) == 1


@given(text=WORDS, columns=st.integers(2, 40))
def test_a_cut_text_fits(text: str, columns: int) -> None:
    shown = cut(text, columns)

    assert width(shown) <= columns
    assert shown == text or shown.endswith("…")


@given(text=st.text())
def test_what_people_named_holds_nothing_a_terminal_obeys(text: str) -> None:
    assert plain(text).isprintable()


@given(text=st.text(max_size=300), columns=st.integers(20, 90))
def test_wrapped_lines_fit_and_lose_no_word(text: str, columns: int) -> None:
    lines = wrapped(plain(text), "    ", columns)

    assert [line for line in lines if len(line) > columns] == []
    assert "".join("".join(lines).split()) == "".join(plain(text).split())


@given(span=SPANS)
def test_a_span_is_brief_and_never_shown_shorter_than_it_is(span: timedelta) -> None:
    shown = brief(span)

    units = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}
    parts = re.findall(r"(\d+)(d|h|min|s)?", shown)
    seconds = sum(int(count) * units[unit or "min"] for count, unit in parts)
    assert len(shown) <= 5
    assert timedelta(seconds=seconds) >= span
    assert timedelta(seconds=seconds) <= span * 1.1 + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("span", "shown"),
    [
        (None, "all"),
        (timedelta(0), "0s"),
        (timedelta(seconds=59.2), "1min"),
        (timedelta(minutes=59, seconds=1), "1h"),
        (timedelta(hours=3, minutes=20), "3h20"),
        (timedelta(hours=24), "24h"),
        (timedelta(hours=48), "2d"),
        (timedelta(days=2, hours=4), "2d4h"),
        (timedelta(days=9, hours=23, minutes=1), "10d"),
        (timedelta(days=400, seconds=1), "401d"),
    ],
)
def test_spans_read_like_this(span: timedelta | None, shown: str) -> None:
    assert brief(span) == shown


def test_colours_take_no_room() -> None:
    assert width(painted("PASS", "green")) == 4


def test_a_character_set_that_lacks_a_letter_does_not_stop_the_answer() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")

    write_line(stream, painted("año …", "red"))

    assert raw.getvalue() == b"a?o ?\n"
