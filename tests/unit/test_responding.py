"""What people write about incidents: checked name by name, and read as it was meant."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from continuity.config.loading import load, load_tolerant
from continuity.config.problem import WorkspaceError
from continuity.config.public_holidays import is_known, public_holidays
from continuity.config.responding import (
    PROPOSED_LADDER,
    agreement_of,
    calendars_of,
    duty_of,
    ladders_of,
    owners_of,
    rules_of,
    sharing_of,
    windows_of,
)
from continuity.config.workspace import Workspace
from continuity.domain.calendar import is_open
from continuity.domain.duty import CoManagement, on_duty
from continuity.domain.service_level import PROPOSAL, terms_of
from continuity.domain.ticket import Severity
from tests.support.hours import HOUR, utc
from tests.support.workspaces import small_workspace

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
INCIDENTS = "config/incidents.yaml"
PEOPLE = "config/people.yaml"
LATIN = (
    *("AR", "BO", "BR", "CL", "CO", "CR", "CU", "DO", "EC", "GT"),
    *("HN", "MX", "NI", "PA", "PE", "PR", "PY", "SV", "UY", "VE"),
)
SPAIN = (
    *("AN", "AR", "AS", "CB", "CE", "CL", "CM", "CN", "CT", "EX"),
    *("GA", "IB", "MC", "MD", "ML", "NC", "PV", "RI", "VC"),
)


def written(tmp_path: Path, incidents: str, people: str = "") -> Workspace:
    files = {INCIDENTS: incidents} | ({PEOPLE: people} if people else {})
    return load(small_workspace(tmp_path, files))


def problems(tmp_path: Path, incidents: str, people: str = "") -> list[str]:
    files = {INCIDENTS: incidents} | ({PEOPLE: people} if people else {})
    with pytest.raises(WorkspaceError) as raised:
        load(small_workspace(tmp_path, files), environ={})
    return [str(one).partition(":")[2] for one in raised.value.problems]


def ladder(step: str) -> str:
    return f"ladders:\n  repair:\n    track: technical\n    steps:\n      - {step}\n"


def window(keys: str) -> str:
    return f"maintenance:\n  disk:\n    owner: ana\n    reason: A new disk\n{keys}"


@pytest.mark.parametrize(
    ("incidents", "expected"),
    [
        (
            ladder("{to: [person:anna]}"),
            "5: ladders.repair.steps[0].to[0]: expected a known name, perhaps ana, "
            'found "person:anna"',
        ),
        (
            ladder("{to: [owner, role:guard]}"),
            "5: ladders.repair.steps[0].to[1]: expected a role that somebody in "
            'config/people.yaml holds, found "role:guard"',
        ),
        (
            ladder("{to: [owner], hours: busines}"),
            "5: ladders.repair.steps[0].hours: expected a name from config/incidents.yaml, "
            'perhaps business, found "busines"',
        ),
        (
            ladder("{to: [owner], via: [carrier-pigeon]}"),
            "5: ladders.repair.steps[0].via[0]: expected a name from config/channels.yaml, "
            'found "carrier-pigeon"',
        ),
        (
            ladder("{to: [owner]}").replace("technical", "technical\n    severities: [S1]"),
            "1: ladders: expected a ladder for incidents of severity S2, found nothing",
        ),
        (
            "calendars:\n  always:\n    hours: [daily 09:00-18:00]\n",
            "2: calendars.always: expected another name: always is every minute of every day, "
            'found "always"',
        ),
        (
            "calendars:\n  shop:\n    zone: Europe/Madrit\n    hours: [daily 09:00-18:00]\n",
            "3: calendars.shop.zone: expected an IANA zone, perhaps Europe/Madrid, "
            'found "Europe/Madrit"',
        ),
        (
            "calendars:\n  shop:\n    hours: [daily 09:00-18:00]\n    holidays: [ES-XX]\n",
            "4: calendars.shop.holidays[0]: expected a country or region whose holidays are "
            'known, such as ES-MD, found "ES-XX"',
        ),
        (
            "service_levels:\n  S1: {calendar: alwais}\n",
            "2: service_levels.S1.calendar: expected a name from config/incidents.yaml, "
            'perhaps always, found "alwais"',
        ),
        (
            window("    start: 2026-12-05 22:00\n    end: 2026-12-05 21:00\n    jobs: [erp]\n"),
            "6: maintenance.disk.end: expected an end after the start, within 31 days, "
            "found 2026-12-05 21:00",
        ),
        (
            window("    start: 2026-12-05 22:00\n    end: 2027-03-05 21:00\n    jobs: [erp]\n"),
            "6: maintenance.disk.end: expected an end after the start, within 31 days, "
            "found 2027-03-05 21:00",
        ),
        (
            window("    start: 2026-12-05 22:00\n    end: 2026-12-06 22:00\n"),
            "2: maintenance.disk: expected systems, repositories or jobs, or everything: true, "
            "found nothing",
        ),
        (
            window("    start: 2026-12-05 22:00\n    end: 2026-12-06 22:00\n    jobs: [epr]\n"),
            '7: maintenance.disk.jobs[0]: expected a name from jobs/, perhaps erp, found "epr"',
        ),
        (
            window(
                "    start: 2026-12-05 22:00\n    end: 2026-12-06 22:00\n    jobs: [erp]\n"
            ).replace("owner: ana", "owner: eva"),
            '3: maintenance.disk.owner: expected a name from config/people.yaml, found "eva"',
        ),
        (
            "co_management:\n  mode: outsourced\n",
            "1: co_management: expected somebody whose side is provider in config/people.yaml, "
            "found nothing",
        ),
        (
            "co_management:\n  systems: {biling: shared}\n",
            "2: co_management.systems.biling: expected a name from config/systems.yaml, "
            'perhaps billing, found "biling"',
        ),
    ],
)
def test_a_name_or_time_that_leads_nowhere_is_shown_with_its_place(
    tmp_path: Path, incidents: str, expected: str
) -> None:
    assert problems(tmp_path, incidents) == [expected]


def test_roles_and_absences_that_end_before_they_begin_are_shown(tmp_path: Path) -> None:
    people = (
        "ana:\n  name: Ana\n  roles:\n"
        "    - {role: it, since: 2026-05-02, until: 2026-05-01, hours: bussiness}\n"
        "  away:\n    - {first: 2026-08-02, last: 2026-08-01}\n"
        "luis:\n  name: Luis\n"
    )

    assert problems(tmp_path, "{}\n", people) == [
        "4: ana.roles[0].hours: expected a name from config/incidents.yaml, perhaps business, "
        'found "bussiness"',
        '4: ana.roles[0].until: expected a day that is not before the first, found "2026-05-01"',
        '6: ana.away[0].last: expected a day that is not before the first, found "2026-08-01"',
    ]


def test_without_the_file_everything_is_as_proposed(tmp_path: Path) -> None:
    workspace = load(small_workspace(tmp_path))
    calendars = calendars_of(workspace, NOW)

    assert sorted(calendars) == ["always", "business", "extended"]
    assert agreement_of(workspace, calendars).levels == PROPOSAL
    assert ladders_of(workspace) == (PROPOSED_LADDER,)
    assert windows_of(workspace) == ()
    assert owners_of(workspace, "billing") == ("ana", "luis")
    assert owners_of(workspace, "nothing") == ()


def test_a_file_that_cannot_be_read_still_lets_somebody_be_told(tmp_path: Path) -> None:
    root = small_workspace(tmp_path, {INCIDENTS: "ladders: 5\n"})

    reading = load_tolerant(root)

    assert len(reading.problems) == 1
    assert list(reading.workspace.jobs) == ["erp"]
    assert ladders_of(reading.workspace) == (PROPOSED_LADDER,)


def test_a_window_with_a_problem_silences_nothing_and_a_ladder_leads_on(tmp_path: Path) -> None:
    text = window("    start: 2026-12-05 22:00\n    end: 2027-12-06 22:00\n    everything: true\n")
    text += ladder("{to: [person:gone, owner]}")
    text += "calendars:\n  mars:\n    zone: Mars/Olympus\n    hours: [daily 09:00-18:00]\n"

    workspace = load_tolerant(small_workspace(tmp_path, {INCIDENTS: text})).workspace

    assert windows_of(workspace) == ()
    assert [one.name for one in ladders_of(workspace)] == ["repair"]
    assert "mars" not in calendars_of(workspace, NOW)


def test_a_person_with_a_role_written_wrongly_can_still_be_told(tmp_path: Path) -> None:
    people = "ana:\n  name: Ana\n  away:\n    - {first: 2026-08-02, last: 2026-08-01}\n"
    people += "luis:\n  name: Luis\n"

    workspace = load_tolerant(small_workspace(tmp_path, {PEOPLE: people})).workspace

    assert list(workspace.people) == ["ana", "luis"]


def test_hours_holidays_and_seasons_are_read_as_they_were_meant(tmp_path: Path) -> None:
    workspace = written(
        tmp_path,
        "calendars:\n  shop:\n    hours: [saturday-monday 09:00-24:00]\n    holidays: [ES-MD]\n"
        "    closed: [05-16, 02-29]\n    open: [12-06]\n    seasons:\n"
        "      - {first: 12-20, last: 01-07, hours: [daily 10:00-12:00]}\n",
    )
    shop = calendars_of(workspace, NOW)["shop"]
    instants = {
        "2026-10-31T22:30": True,  # a Saturday, half past eleven at night
        "2026-11-03T10:00": False,  # a Tuesday
        "2026-11-02T10:00": False,  # a holiday of the region
        "2026-12-06T10:00": True,  # one on which they work
        "2026-05-16T10:00": False,  # one of the town
        "2026-12-29T10:00": True,  # a season into the next year
        "2027-01-05T10:00": True,
        "2027-01-05T12:00": False,
    }

    assert {text: is_open(shop, utc(text)) for text in instants} == instants


def test_times_agreed_are_working_days_of_their_calendar(tmp_path: Path) -> None:
    workspace = written(
        tmp_path, "service_levels:\n  S3: {calendar: business, resolution: 2d 3h}\n"
    )

    calendars = calendars_of(workspace, NOW)
    terms = terms_of(agreement_of(workspace, calendars), Severity.S3)

    assert [term.target for term in terms if term.clock == "resolution"] == [21 * HOUR]


def test_windows_begin_and_end_by_the_clock_of_the_firm(tmp_path: Path) -> None:
    keys = "    start: 2026-10-25 02:30\n    end: 2026-10-25 04:00\n    jobs: [erp]\n"

    (found,) = windows_of(written(tmp_path, window(keys)))

    assert (found.start, found.end) == (utc("2026-10-25T00:30"), utc("2026-10-25T03:00"))


def test_the_demonstration_has_somebody_on_duty_at_three_in_the_morning() -> None:
    workspace = load(ROOT)
    duty = duty_of(workspace, calendars_of(workspace, NOW))
    night, holiday = utc("2026-11-04T02:00"), utc("2026-08-10T10:00")

    assert on_duty(duty, "guardia", night) == ("guardia-norbit",)
    assert on_duty(duty, "tecnico", night) == ("marcos-salgado",)
    assert on_duty(duty, "tecnico", holiday) == ("ruben-cano",)
    assert sharing_of(workspace, "correo") is CoManagement.OUTSOURCED
    assert sharing_of(workspace, "tpv") is CoManagement.SHARED
    assert rules_of(workspace).idle == timedelta(hours=4)


def test_holidays_of_spain_by_region_and_of_latin_america_are_known() -> None:
    assert [
        one for one in (*LATIN, *(f"ES-{region}" for region in SPAIN)) if not is_known(one)
    ] == []
    assert date(2026, 5, 2) in public_holidays("ES-MD", range(2026, 2027))
    assert date(2026, 9, 11) in public_holidays("ES-CT", range(2026, 2027))
    assert date(2026, 9, 16) in public_holidays("MX", range(2026, 2027))


def test_a_place_nobody_knows_has_no_holidays() -> None:
    for place in ("XX", "ES-ZZ"):
        assert not is_known(place)
        assert public_holidays(place, range(2026, 2027)) == frozenset()


def test_reading_a_workspace_does_not_wait_for_the_library_of_holidays() -> None:
    script = (
        "import sys; from pathlib import Path; from continuity.config.loading import load; "
        f"load(Path({str(ROOT)!r})); print('holidays' in sys.modules)"
    )

    done = subprocess.run((sys.executable, "-c", script), capture_output=True, check=True)

    assert done.stdout.decode().strip() == "False"
