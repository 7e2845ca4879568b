"""A runbook is read whole, and what leads nowhere is named before the bad day."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.config.loading import load_tolerant
from continuity.domain.step import DrillWay, drill_way, goto_of, undo_step
from continuity.domain.step_kinds import (
    STEP_KINDS,
    RestoreStep,
    reference_in_argument,
    reference_in_point,
)
from tests.support.books import book, manual, problems, read, step, with_book

ROOT = Path(__file__).resolve().parents[2]
DECISION = """decisions:
  - id: where
    question: Where to?
    decides: [technician]
    options:
      - {id: beside, effect: Beside it, reversible: true}
      - {id: over, effect: Over it, reversible: false}
"""
VERIFY = "type: verify\nprobe: {tcp: {host: erp, port: 80}}\n"


def test_a_runbook_is_its_front_matter_its_sections_and_its_steps(tmp_path: Path) -> None:
    found = read(tmp_path, book("## Meaning\n\nIt is down.\n", manual("look"), manual("mend")))

    assert found.front.title == "Billing is down"
    assert found.preamble == "Before all."
    assert [one.title for one in found.passages] == ["Meaning", "Title of look", "Title of mend"]
    assert [one.id for one in found.steps] == ["look", "mend"]
    look = found.passage("look")
    assert look is not None
    assert (look.prose, look.line) == ("Do it.", 17)
    assert found.step("nothing") is None


def test_the_hash_is_that_of_the_file_so_that_stock_tools_can_compare_it(tmp_path: Path) -> None:
    text = book(manual("look"))

    found = read(tmp_path, text)

    assert found.hash == hashlib.sha256(text.encode()).hexdigest()


def test_line_ends_and_marks_of_editors_do_not_change_the_hash(tmp_path: Path) -> None:
    text = book(manual("look"))
    root = with_book(tmp_path, text)
    before = read(tmp_path, text).hash
    (root / "runbooks/book.md").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())

    assert load_tolerant(root).workspace.books["book"].hash == before


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40))
def test_every_letter_of_the_prose_is_in_the_hash(
    tmp_path_factory: pytest.TempPathFactory, word: str
) -> None:
    one = read(tmp_path_factory.mktemp("one"), book(manual("look")))
    other = read(tmp_path_factory.mktemp("other"), book(manual("look"), f"Say: {word}."))

    assert one.hash != other.hash


def test_members_of_groups_and_steps_that_only_undo_have_no_turn_of_their_own(
    tmp_path: Path,
) -> None:
    group = step("both", "type: group\nsteps: [left, right]\nparallel: true")
    stop = step("stop", "type: manual\nrisk: reversible\nundo: start")
    found = read(tmp_path, book(stop, group, manual("left"), manual("right"), manual("start")))

    assert [one.id for one in found.sequence] == ["stop", "both"]


def test_a_sentence_is_an_undo_as_well(tmp_path: Path) -> None:
    found = read(tmp_path, book(step("stop", "type: manual\nrisk: reversible\nundo: Start it.")))

    assert found.steps[0].undo == "Start it."
    assert undo_step(found.steps[0]) is None


@pytest.mark.parametrize(
    ("keys", "way"),
    [
        ("risk: read", DrillWay.RUN),
        ("risk: reversible", DrillWay.ASK),
        ("risk: read\ndrill: skip", DrillWay.SKIP),
    ],
)
def test_what_a_drill_does_follows_from_the_risk(tmp_path: Path, keys: str, way: DrillWay) -> None:
    found = read(tmp_path, book(step("one", f"type: manual\n{keys}")))

    assert drill_way(found.steps[0]) is way


def test_what_is_destructive_is_only_simulated_in_a_drill(tmp_path: Path) -> None:
    approval = step("permit", "type: approval\nroles: [technician]")
    wipe = step("wipe", "type: manual\nrisk: destructive\napproval: permit")
    found = read(tmp_path, book(approval, wipe))

    assert drill_way(found.steps[1]) is DrillWay.SIMULATE


@pytest.mark.parametrize("kind", sorted(STEP_KINDS))
def test_a_key_that_no_step_of_its_kind_has_is_named(tmp_path: Path, kind: str) -> None:
    found = problems(tmp_path, book(step("one", f"type: {kind}\nrisks: read")))

    assert any(one.startswith("steps.one.risks: ") for one in found)


PERMIT = step("permit", "type: approval\nroles: [technician]")
WHERE = step("where", "type: decision")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            book(manual("one", "needs: [two]"), manual("two")),
            ["steps.one.needs[0]: a step that comes before this one | two"],
        ),
        (
            book(manual("one", "needs: [one]")),
            ["steps.one.needs: steps that do not wait for themselves | one → one"],
        ),
        (
            book(step("wipe", "type: manual\nrisk: destructive\napproval: permit"), PERMIT),
            [
                "steps.wipe.approval: an approval or a decision that comes before this step "
                '| "permit"'
            ],
        ),
        (
            book(
                step("one", VERIFY + "on_failure: goto:two"), step("two", "type: wait\nlasts: 1m")
            ),
            [],
        ),
        (
            book(
                step("two", "type: wait\nlasts: 1m"), step("one", VERIFY + "on_failure: goto:two")
            ),
            [
                "steps.one.on_failure: a way back that passes a person: a manual step, a "
                "decision, an approval | one → two → one"
            ],
        ),
        (
            book(manual("two"), step("one", VERIFY + "on_failure: goto:two")),
            [],
        ),
        (
            book(WHERE, manual("one", "when: decisions.where == 'besides'"), front=DECISION),
            ["steps.one.when: one of beside, over | 'besides'"],
        ),
        (
            book(manual("one", "when: severity")),
            ["steps.one.when: a comparison: this is neither true nor false by itself | severity"],
        ),
        (
            book(manual("one", "timbox: 5m")),
            ["steps.one.timbox: a known name, perhaps timebox | an unknown key"],
        ),
        (
            book(manual("one"), manual("one")),
            [": a name of its own | that of line 13"],
        ),
        (
            book("~~~step\nid: lost\n~~~\n"),
            [": a heading ## above the step block | nothing"],
        ),
    ],
)
def test_what_cannot_be_followed_is_named(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert problems(tmp_path, text) == expected


def test_names_outside_the_runbook_must_be_there(tmp_path: Path) -> None:
    restore = "type: restore\nrisk: reversible\njob: erq\ntarget: sandbox"
    front = "timers: {duties: [nis2]}\ndrill: {hours: sundays}\n"

    found = problems(tmp_path, book(step("one", restore), front=front))

    assert sorted(found) == [
        'drill.hours: a name from config/incidents.yaml | "sundays"',
        'steps.one.job: a name from jobs/, perhaps erp | "erq"',
        'timers.duties[0]: a name from config/incidents.yaml | "nis2"',
    ]


def test_a_runbook_may_lead_to_another_but_no_further(tmp_path: Path) -> None:
    leads = step("go", "type: runbook\nrunbook: second")
    second = book(step("go", "type: runbook\nrunbook: third")).replace("id: book", "id: second")
    third = book(manual("one")).replace("id: book", "id: third")
    others = {"runbooks/second.md": second, "runbooks/third.md": third}

    found = problems(tmp_path, book(leads), others)

    assert found == [
        "steps.go.runbook: a runbook that leads to no other: one level is enough | second"
    ]


def test_a_runbook_with_a_problem_does_not_take_the_others_out(tmp_path: Path) -> None:
    other = book(manual("one")).replace("id: book", "id: other")
    root = with_book(tmp_path, book(manual("one", "risk: none")), {"runbooks/other.md": other})

    reading = load_tolerant(root)

    assert list(reading.workspace.books) == ["other"]
    assert list(reading.workspace.jobs) == ["erp"]


def test_a_restore_over_production_is_destructive_and_needs_a_permit(tmp_path: Path) -> None:
    restore = "type: restore\njob: erp\ntarget: production\n"

    assert problems(tmp_path, book(step("one", restore + "risk: reversible"))) != []
    assert problems(tmp_path, book(step("one", restore + "risk: destructive"))) != []
    allowed = step("one", restore + "risk: destructive\napproval: permit")
    assert problems(tmp_path, book(PERMIT, allowed)) == []


@pytest.mark.parametrize(
    "point", ["newest-proven", "newest", "ask", "id:4f5a9c", "before:2027-01-01 22:00"]
)
def test_a_point_is_written_or_chosen_when_it_runs(tmp_path: Path, point: str) -> None:
    keys = f"type: restore\nrisk: reversible\njob: erp\ntarget: sandbox\npoint: {point}"
    (found,) = read(tmp_path, book(step("one", keys))).steps

    assert isinstance(found, RestoreStep)
    assert found.point == point
    assert reference_in_point(found.point) is None


@given(st.text(max_size=30))
def test_only_a_whole_argument_can_stand_for_a_value(text: str) -> None:
    name = reference_in_argument(text)

    assert name is None or text == f"{{{name}}}"


@given(st.text(max_size=30))
def test_a_way_on_leads_to_the_step_it_names(text: str) -> None:
    assert goto_of(f"goto:{text}") == text
    assert goto_of("pause") is None


_KEYS = st.dictionaries(
    st.sampled_from(["id", "type", "owner", "risk", "when", "undo", "probe", "steps", "x"]),
    st.one_of(st.text(max_size=6), st.integers(), st.lists(st.text(max_size=3)), st.none()),
)


@given(_KEYS)
def test_any_step_block_gives_problems_and_no_traceback(
    tmp_path_factory: pytest.TempPathFactory, keys: dict[str, object]
) -> None:
    block = "\n".join(f"{key}: {value!r}" for key, value in keys.items())
    text = book(f"## Any {{#any}}\n\n~~~step\n{block}\n~~~\n")

    for line in problems(tmp_path_factory.mktemp("any"), text):
        assert line.isprintable()
