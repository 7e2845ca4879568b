"""A failure becomes one incident that only proof ends, seen and dealt with on the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.firm import Firm, Wishes, a_firm
from tests.support.terminal import Said, filled, rot, run

PASS, FAIL, USAGE, INCONCLUSIVE = 0, 1, 2, 3


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return filled(a_firm(tmp_path, Wishes(system={"rpo": "24h", "rto": "4h"})))


def broken(firm: Firm) -> Said:
    """Back up, keep the copy aside, damage it, and let a drill find it."""
    run(firm, "backup")
    shutil.copytree(firm.repository(), firm.root / "kept", symlinks=True)
    rot(firm)
    return run(firm, "drill", "--json")


def shown(firm: Firm, number: int = 1) -> dict[str, object]:
    (told,) = run(firm, "incidents", "show", str(number), "--json").objects()
    return told


def events(firm: Firm) -> list[object]:
    told = shown(firm)["events"]
    assert isinstance(told, list)
    return [one["event"] for one in told]


def test_where_nothing_ever_failed_nothing_is_open(firm: Firm) -> None:
    said = run(firm, "incidents")

    assert (said.code, said.out) == (PASS, "No incident is open.\n")


def test_a_restore_test_before_the_first_backup_says_so_and_blames_no_repository(
    firm: Firm,
) -> None:
    (drilled,) = run(firm, "drill", "--json").objects()
    told = shown(firm)

    assert (drilled["verdict"], drilled["failure"]) == ("INCONCLUSIVE", "no-proof")
    assert drilled["reason"] == "There is no restore point of erp in the record."
    assert (told["kind"], told["failure"]) == ("no-restore-point", "no-proof")
    assert told["reason"] == drilled["reason"]


def test_a_corrupt_copy_is_one_incident_and_its_repair_and_re_test_end_it(firm: Firm) -> None:
    (drilled,) = broken(firm).objects()
    listed = run(firm, "incidents")
    (counted,) = run(firm, "status", "--json").objects()
    acknowledged = run(firm, "incidents", "ack", "CONT-0001", "--by", "Ana")
    resolved = run(firm, "incidents", "resolve", "1", "--note", "made a new copy", "--by", "Ana")
    failed = run(firm, "incidents", "retest")
    again = shown(firm)
    shutil.rmtree(firm.repository())
    shutil.copytree(firm.root / "kept", firm.repository(), symlinks=True)
    run(firm, "incidents", "resolve", "1", "--note", "put the copy back", "--by", "Ana")
    passed = run(firm, "incidents", "retest", "1")

    assert drilled["incident"] == 1
    assert counted["incidents_open"] == 1
    assert listed.code == FAIL
    for words in ("CONT-0001", "Restore test failed: erp", "nobody has it", "incidents ack 1"):
        assert words in listed.out
    for words in ("no proven point", "work at risk", "(agreed 24h)", "(agreed 4h)"):
        assert words in " ".join(listed.out.split())
    assert (acknowledged.code, resolved.code) == (PASS, PASS)
    assert failed.code == FAIL
    assert (again["state"], again["holder"], again["retest_at"]) == ("in-progress", "ana", None)
    assert passed.code == PASS
    assert shown(firm)["state"] == "resolved"
    assert events(firm)[0] == "opened"
    assert events(firm)[-1] == "resolved"
    assert run(firm, "incidents").code == PASS


def test_two_consoles_do_not_write_over_each_other(firm: Firm) -> None:
    broken(firm)
    version = str(shown(firm)["version"])
    first = run(firm, "incidents", "ack", "1", "--by", "Ana", "--version", version)

    second = run(firm, "incidents", "ack", "1", "--by", "Luis", "--version", version)

    assert (first.code, second.code) == (PASS, INCONCLUSIVE)
    assert "Somebody else changed this incident meanwhile." in second.err
    assert shown(firm)["holder"] == "ana"


def test_a_hold_ends_a_waiver_ends_and_neither_is_had_without_an_end(firm: Firm) -> None:
    broken(firm)
    endless = run(firm, "incidents", "waive", "1", "--note", "never mind")
    long = run(firm, "incidents", "waive", "1", "--until", "200d", "--note", "never mind")
    silent = run(firm, "incidents", "hold", "1", "--until", "2d")
    held = run(
        firm, "incidents", "hold", "1", "--until", "2d", "--reason", "provider", "--note", "asked"
    )
    waiting = run(firm, "incidents")
    waived = run(firm, "incidents", "waive", "1", "--until", "2030-01-01", "--note", "moving")

    assert [one.code for one in (endless, long, silent, held)] == [USAGE, USAGE, USAGE, PASS]
    assert "waits for the provider" in " ".join(waiting.out.split())
    assert waived.code == USAGE
    assert run(firm, "incidents", "waive", "1", "--until", "30d", "--note", "moving").code == PASS
    assert shown(firm)["resolution"] == "waiver"


def test_a_grave_incident_is_closed_only_after_its_review_which_the_record_began(
    firm: Firm, tmp_path: Path
) -> None:
    broken(firm)
    run(firm, "incidents", "waive", "1", "--until", "1d", "--note", "a test of mine")
    refused = run(firm, "incidents", "close", "1")
    file = tmp_path / "review.md"
    written = run(firm, "incidents", "review", "1", "--file", str(file))
    twice = run(firm, "incidents", "review", "1", "--file", str(file))
    done = run(firm, "incidents", "review", "1", "--done", "--note", "held on Monday")
    closed = run(firm, "incidents", "close", "1")

    text = file.read_text()
    assert [one.code for one in (refused, written, twice, done, closed)] == [2, 0, 2, 0, 0]
    for words in (
        "# Review: CONT-0001",
        "Restore test failed: erp",
        "a test of mine",
        "| 1 time, in 1 cycle |",
        "| Action |",
    ):
        assert words in text
    assert run(firm, "incidents", "--all").out.count("CONT-0001") == 1


def test_what_is_unknown_is_refused_in_words(firm: Firm) -> None:
    said = [
        run(firm, "incidents", "ack", "7"),
        run(firm, "incidents", "show", "7"),
        run(firm, "incidents", "ack", "seven"),
    ]

    assert [one.code for one in said] == [USAGE] * 3
    assert "There is no incident CONT-0007." in said[0].err


def test_a_file_that_cannot_be_used_is_an_incident_until_it_can(firm: Firm) -> None:
    run(firm, "backup")
    job = firm.workspace / "jobs" / "other.yaml"
    job.write_text("name: other\n")
    (opened,) = run(firm, "incidents", "update", "--json").objects()
    pending, alone = run(firm, "incidents"), run(firm, "incidents", "show", "1")
    job.unlink()
    (ended,) = run(firm, "incidents", "update", "--json").objects()

    assert [one["target"] for one in opened["changed"]] == ["file:jobs/other.yaml"]
    assert "CONT-0001  Configuration cannot be used: jobs/other.yaml" in pending.out
    assert "announced if it lasts" in pending.out
    assert "Found: Line 1" in alone.out
    assert "What to do: " in alone.out
    assert "Next: continuity incidents update" in alone.out
    assert [one["state"] for one in ended["changed"]] == ["cancelled"]


@pytest.mark.slow
def test_a_storm_is_one_incident_one_ticket_and_a_handful_of_messages(firm: Firm) -> None:
    said = run(firm, "incidents", "simulate", "storm", "--json")
    (told,) = said.objects()

    assert (said.code, told["verdict"]) == (PASS, "PASS")
    assert [one["tickets"] for one in told["storms"]] == [1, 1, 1, 1]
    assert max(one["messages"] for one in told["storms"]) <= 8
    assert told["storms"][-1]["answers"] == 10_000
