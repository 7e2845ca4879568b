"""What is down with what, and in which order the business wants it back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.affected import affected_systems
from continuity.domain.portfolio import CRITICALITIES, SystemPlan

NAMES = "abcdefg"


@st.composite
def landscapes(draw: st.DrawFn) -> tuple[SystemPlan, ...]:
    """Systems each of which may only need earlier ones: there are no circles."""
    return tuple(
        SystemPlan(
            name=name,
            title=name.upper(),
            criticality=draw(st.sampled_from(CRITICALITIES)),
            depends_on=tuple(draw(st.sets(st.sampled_from(NAMES[:place])))) if place else (),
        )
        for place, name in enumerate(NAMES)
    )


@given(landscapes(), st.sets(st.sampled_from(NAMES)), st.lists(st.sampled_from(NAMES)))
def test_what_needs_something_that_is_down_is_down_as_well_and_nothing_else_is(
    systems: tuple[SystemPlan, ...], hit: set[str], order: list[str]
) -> None:
    found = affected_systems(hit, systems, order)

    for system in systems:
        needed = {name for name in system.depends_on if name in found}
        assert (system.name in found) == (system.name in hit or bool(needed))
        if system.name in found and system.name not in hit:
            assert found[system.name]
    assert all(found[name] == () for name in hit)


@given(landscapes(), st.sets(st.sampled_from(NAMES)), st.lists(st.sampled_from(NAMES)))
def test_the_order_that_the_business_wrote_comes_first_as_written(
    systems: tuple[SystemPlan, ...], hit: set[str], order: list[str]
) -> None:
    found = list(affected_systems(hit, systems, order))

    written = [name for name in dict.fromkeys(order) if name in found]
    assert found[: len(written)] == written


@given(landscapes(), st.sets(st.sampled_from(NAMES)))
def test_without_a_written_order_nothing_comes_before_what_it_depends_on(
    systems: tuple[SystemPlan, ...], hit: set[str]
) -> None:
    found = list(affected_systems(hit, systems))

    for system in systems:
        for needed in system.depends_on:
            if system.name in found and needed in found:
                assert found.index(needed) < found.index(system.name)


def test_what_nobody_described_is_no_system() -> None:
    assert affected_systems({"ghost"}, ()) == {}
