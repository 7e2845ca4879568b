"""Who decides, permits and destroys in a run, and what happens when nobody answers."""

from __future__ import annotations

import pytest

from continuity.domain.conduct import Mode, RunState, Why
from continuity.domain.conduct_commands import finish
from continuity.domain.conduct_deciding import approve, choose, choose_in_drill, confirm
from continuity.domain.conduct_program import Start, due_steps
from continuity.domain.failure import ConfigurationError
from tests.support.conducts import MINUTE, Scene, scene, step

OPTIONS = [
    {"id": "beside", "effect": "both live", "reversible": True, "goto": "beside"},
    {"id": "over", "effect": "old data is gone", "reversible": False, "needs": "approval"},
]


def deciding(**keys: object) -> Scene:
    where = {"id": "where", "question": "Where?", "decides": ["head"], "options": OPTIONS, **keys}
    return scene(step("where", "decision"), step("over"), step("beside"), decisions=[where])


def destroying() -> Scene:
    return scene(
        step("ok", "approval"),
        step("wipe", "command", risk="destructive", approval="ok"),
    )


def test_only_who_decides_decides() -> None:
    run = deciding()
    with pytest.raises(ConfigurationError):
        run.do(lambda who: choose(who, "where", "beside"), by="luis")
    run.do(lambda who: choose(who, "where", "beside"), by="berta")

    assert run.doings() == [("work", "beside")]
    assert run.of("over").why is Why.JUMP
    assert [(one.option, one.by) for one in run.conduct.taken] == [("beside", "berta")]


def test_in_earnest_a_decision_has_a_reason_unless_none_is_kept() -> None:
    run = deciding()
    with pytest.raises(ConfigurationError, match="reason"):
        run.do(lambda who: choose(who, "where", "beside"), by="ana", why="")
    practised = Scene(document=run.document).begin(Start(mode=Mode.TABLE_TOP))
    practised.do(lambda who: choose(who, "where", "beside"), by="ana", why="")
    unasked = deciding(record=["option"])
    unasked.do(lambda who: choose(who, "where", "beside"), by="ana", why="")

    assert [len(one.conduct.taken) for one in (run, practised, unasked)] == [0, 1, 1]


def test_broken_glass_lets_anybody_decide_and_is_on_record() -> None:
    run = deciding()
    run.do(lambda who: choose(who, "where", "beside", break_glass=True), by="luis")

    (entry,) = [one for one in run.entries if one.event == "decided"]
    assert entry.details["break_glass"] is True


def test_who_may_without_asking_may() -> None:
    free = [{"roles": ["tech"], "options": ["beside"], "limits": "one server"}]
    run = deciding(preauthorised=free)
    run.do(lambda who: choose(who, "where", "beside"), by="luis")

    assert run.conduct.taken[0].by == "luis"


def test_an_option_may_need_a_second_person_who_is_not_the_first() -> None:
    run = deciding()
    run.do(lambda who: choose(who, "where", "over"), by="ana")
    assert run.doings() == [("approve", "where")]
    with pytest.raises(ConfigurationError):
        run.do(lambda who: approve(who, "where"), by="ana")
    run.do(lambda who: approve(who, "where"), by="berta")

    assert run.doings() == [("work", "over")]


def test_nobody_answering_in_time_takes_the_default() -> None:
    run = deciding(decide_within="20m", if_unreachable={"option": "beside"})
    run.later(19 * MINUTE)
    assert run.doings() == [("decide", "where")]
    run.later(MINUTE)

    assert run.conduct.taken[0].by == ""
    assert run.doings() == [("work", "beside")]


def test_nobody_answering_in_time_lets_others_decide_too() -> None:
    run = deciding(decide_within="20m", if_unreachable={"decides": "tech"})
    run.later(20 * MINUTE)
    run.do(lambda who: choose(who, "where", "beside"), by="luis")

    assert run.conduct.taken[0].by == "luis"


def test_an_approval_by_several_counts_each_person_once() -> None:
    run = scene(step("ok", "approval", minimum=2))
    run.do(lambda who: approve(who, "ok"), by="ana")
    with pytest.raises(ConfigurationError):
        run.do(lambda who: approve(who, "ok"), by="ana")
    assert not run.conduct.over
    run.do(lambda who: approve(who, "ok"), by="berta")

    assert run.conduct.state is RunState.COMPLETED


def test_nothing_is_destroyed_before_its_system_is_typed_by_another_than_who_permitted_it() -> None:
    run = destroying()
    run.do(lambda who: approve(who, "ok"), by="ana")
    assert (run.doings(), due_steps(run.stand)) == ([("confirm", "wipe")], ())
    with pytest.raises(ConfigurationError, match="not its name"):
        run.do(lambda who: confirm(who, "wipe", "Billing"))
    with pytest.raises(ConfigurationError, match="second person"):
        run.do(lambda who: confirm(who, "wipe", "billing"), by="ana")
    run.do(lambda who: confirm(who, "wipe", "billing"))

    assert due_steps(run.stand) == ("wipe",)


def test_alone_one_destroys_only_with_broken_glass_and_a_reason() -> None:
    run = destroying()
    run.do(lambda who: approve(who, "ok"), by="ana")
    with pytest.raises(ConfigurationError, match="reason"):
        run.do(lambda who: confirm(who, "wipe", "billing", break_glass=True), by="ana", why="")
    run.do(lambda who: confirm(who, "wipe", "billing", break_glass=True), by="ana")

    assert due_steps(run.stand) == ("wipe",)
    assert run.entries[-1].details["how"] == "break-glass"


def test_a_step_shadowed_by_the_firm_is_done_when_the_firm_says_so() -> None:
    run = scene(step("mend", owner="outside", side="shadow"))
    run.do(lambda who: finish(who, "mend"), by="eva")
    with pytest.raises(ConfigurationError):
        run.do(lambda who: approve(who, "mend"), by="eva")
    run.do(lambda who: approve(who, "mend"), by="luis")

    assert run.conduct.state is RunState.COMPLETED


def test_a_functional_drill_asks_before_it_changes_anything() -> None:
    run = scene(step("a", "command"), step("b", "command"), how=Start(mode=Mode.FUNCTIONAL))
    assert run.doings() == [("choose-drill", "a")]
    run.do(lambda who: choose_in_drill(who, "a", "simulate"))
    run.do(lambda who: choose_in_drill(who, "b", "run"))
    run.perform()

    assert run.states() == {"a": "simulated", "b": "done"}
