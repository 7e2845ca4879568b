"""What two sides do together is confirmed by the other one, and answered in either language."""

from __future__ import annotations

import pytest

from continuity.domain.conduct import StepState
from continuity.domain.conduct_commands import finish
from continuity.domain.conduct_deciding import approve
from continuity.domain.conduct_program import Start
from continuity.domain.failure import ConfigurationError
from tests.support.conducts import scene, step

LOOK = {"name": "found", "type": "boolean"}
ASKED = {"name": "attacked", "type": "boolean", "title": "Attacked?"}


@pytest.mark.parametrize(("does", "confirms"), [("luis", "eva"), ("eva", "luis")])
def test_what_both_do_is_confirmed_by_the_other_side(does: str, confirms: str) -> None:
    run = scene(step("look", side="joint"), step("after"))
    run.do(lambda who: finish(who, "look"), by=does)

    assert confirms in run.next()[0].people
    assert does not in run.next()[0].people

    run.do(lambda who: approve(who, "look"), by=confirms)

    assert run.of("look").state is StepState.DONE


def test_without_a_provider_somebody_else_of_the_firm_confirms() -> None:
    roles = {"head": {"primary": "ana"}, "tech": {"primary": "luis"}}
    run = scene(step("look", side="joint"), step("after"), roles=roles)
    run.do(lambda who: finish(who, "look"))

    assert run.next()[0].people == ("ana",)


@pytest.mark.parametrize("said", ["yes", "Sí", "si", "true"])
def test_yes_is_understood_in_both_languages(said: str) -> None:
    run = scene(step("look", outputs=[LOOK]), step("then", when="outputs.look.found"))
    run.do(lambda who: finish(who, "look", (), {"found": said}))

    assert run.doings() == [("work", "then")]


def test_yes_is_understood_at_the_start_and_nothing_else_is_guessed() -> None:
    how = Start(parameters={"attacked": "sí"})
    run = scene(step("then", when="parameters.attacked"), how=how, parameters=[ASKED])

    assert run.doings() == [("work", "then")]

    with pytest.raises(ConfigurationError, match="attacked"):
        scene(step("then"), how=Start(parameters={"attacked": "perhaps"}), parameters=[ASKED])


@pytest.mark.parametrize(("kind", "wanted"), [("boolean", "yes or no"), ("number", "a number")])
def test_a_value_that_is_none_is_refused_in_words_that_say_what_to_write(
    kind: str, wanted: str
) -> None:
    run = scene(step("look", outputs=[{**LOOK, "type": kind}]))

    with pytest.raises(ConfigurationError, match=f"found must be {wanted}"):
        run.do(lambda who: finish(who, "look", (), {"found": "perhaps"}))
