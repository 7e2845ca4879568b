"""What is found out about a machine, and what of it is worth a word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from continuity.domain.verdict import Verdict
from continuity.hosts.host import Host
from continuity.hosts.offset import Offset, clock_offset
from continuity.hosts.programs import find_programs
from continuity.hosts.ssh_host import SshHost
from continuity.workflows.visiting import Machine, examine_visit, visit

HOUR = timedelta(hours=1)


def present() -> datetime:
    return datetime.now(UTC)


def test_programs_are_found_with_their_versions_and_others_are_not(host: Host) -> None:
    found = find_programs(host, ("find", "no-such-program", "/usr/bin/sha256sum"))

    assert [one.name for one in found] == ["find", "/usr/bin/sha256sum"]
    assert all((one.version or "")[0].isdigit() for one in found)


def test_a_program_of_an_odd_name_is_only_looked_for(host: Host) -> None:
    assert find_programs(host, ("$(touch /tmp/never)", "a\nb", "-x")) == ()


def test_the_clock_of_a_machine_is_compared_within_what_the_question_took(host: Host) -> None:
    offset = clock_offset(host, present)

    assert offset.least < 0.5
    assert offset.margin < 30


@pytest.mark.parametrize(
    ("wrong", "said"),
    [(-HOUR, "3600 s ahead"), (HOUR, "3600 s behind"), (timedelta(seconds=9), "9 s behind")],
)
def test_a_clock_that_is_off_is_a_finding(remote: SshHost, wrong: timedelta, said: str) -> None:
    found = visit(Machine(host=remote), lambda: present() + wrong)
    problems = [one for one in examine_visit(found) if one.verdict is not Verdict.PASS]

    assert found.verdict is Verdict.INCONCLUSIVE
    assert [said in str(one.what) for one in problems] == [True]
    assert problems[0].remedy is not None


def test_a_slow_answer_makes_no_clock_wrong() -> None:
    assert Offset(seconds=6.0, margin=4.0).least == 2.0
    assert Offset(seconds=-1.0, margin=4.0).least == 0.0


def test_a_program_that_jobs_miss_there_is_named_with_them(remote: SshHost) -> None:
    machine = Machine(host=remote, needs={"/opt/pg/bin/pg_dump": ("erp", "shop"), "find": ("erp",)})
    found = visit(machine, present)

    assert dict(found.missing) == {"/opt/pg/bin/pg_dump": ("erp", "shop")}
    assert found.verdict is Verdict.INCONCLUSIVE
    assert any("erp, shop" in str(one.what) for one in examine_visit(found))


def test_an_answer_takes_at_least_a_moment_and_one_connection(remote: SshHost) -> None:
    first = remote.connection()

    assert 0 < first.round_trip() < 5
    assert remote.connection() is first
