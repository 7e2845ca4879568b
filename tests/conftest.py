"""What every test may ask for: the real programs, and properties that CI can repeat."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.programs import ResticLine, program, restic_of, restics

# Two shared cores: a deadline, or the pace of drawing, would measure the neighbours.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("local", patient)
# CI draws the same examples each time.
settings.register_profile("ci", patient, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")

# A shell starts what runs in its background deaf to Ctrl-C, and programs pass that on.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let golden files be written anew."""
    parser.addoption("--refresh-golden", action="store_true", help="write golden files anew")


def pytest_report_header() -> list[str]:
    """Say which restic versions this run stands for."""
    found = [f"{'.'.join(map(str, version))} ({path})" for path, version in restics().items()]
    return [f"restic: {', '.join(found) or 'none'}"]


# Whole nights, storage that dies, cables that are cut: minutes each on two cores.
_LONG = {
    "tests/contracts/test_year.py",
    "tests/contracts/test_conduct_kills.py",
    "tests/contracts/test_own_server.py",
    "tests/contracts/test_own_source.py",
    "tests/contracts/test_recovery_kit_away.py",
    "tests/contracts/test_replacing_mariadb.py",
    "tests/contracts/test_replacing_postgresql.py",
    "tests/contracts/test_witness_bounds.py",
    "tests/contracts/test_witness_habits.py",
    "tests/contracts/test_witness_properties.py",
    "tests/end_to_end/test_away.py",
    "tests/end_to_end/test_away_bucket.py",
    "tests/end_to_end/test_benchmarks.py",
    "tests/end_to_end/test_billing_down.py",
    "tests/end_to_end/test_canaries.py",
    "tests/end_to_end/test_carried_on.py",
    "tests/end_to_end/test_cli_exhibits.py",
    "tests/end_to_end/test_cli_hosts.py",
    "tests/end_to_end/test_cli_restore.py",
    "tests/end_to_end/test_cli_typed.py",
    "tests/end_to_end/test_cli_words.py",
    "tests/end_to_end/test_cli_sabotage.py",
    "tests/end_to_end/test_databases_away.py",
    "tests/end_to_end/test_extract_on_record.py",
    "tests/end_to_end/test_incident_times.py",
    "tests/end_to_end/test_ladders_climbed.py",
    "tests/end_to_end/test_restore_from_copies.py",
    "tests/end_to_end/test_restore_from_far.py",
    "tests/end_to_end/test_serve.py",
    "tests/end_to_end/test_single_flight.py",
    "tests/end_to_end/test_mutual_watch.py",
    "tests/end_to_end/test_nothing_recorded.py",
    "tests/end_to_end/test_own_recovery.py",
    "tests/end_to_end/test_second_reading_away.py",
    "tests/faults/test_away.py",
    "tests/faults/test_buckets.py",
    "tests/faults/test_canaries.py",
    "tests/faults/test_conducting.py",
    "tests/faults/test_copies.py",
    "tests/faults/test_damage_met.py",
    "tests/faults/test_databases_away.py",
    "tests/faults/test_hosts.py",
    "tests/faults/test_incidents.py",
    "tests/faults/test_mariadb.py",
    "tests/faults/test_offline.py",
    "tests/faults/test_offline_killed.py",
    "tests/faults/test_own.py",
    "tests/faults/test_postgresql.py",
    "tests/faults/test_replacing.py",
    "tests/faults/test_replacing_killed.py",
    "tests/faults/test_replacing_there.py",
    "tests/faults/test_reports.py",
    "tests/faults/test_sqlite.py",
    "tests/faults/test_storage.py",
}
_ROOT = Path(__file__).parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of the modules that take long."""
    for item in items:
        if str(item.path.relative_to(_ROOT)) in _LONG:
            item.add_marker(pytest.mark.slow)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give up a test marked `tool` where its program is missing."""
    for mark in item.iter_markers("tool"):
        for name in mark.args:
            program(name)


@pytest.fixture
def restic() -> Path:
    """The installed restic."""
    return program("restic")


@pytest.fixture(params=list(ResticLine), ids=str)
def every_restic(request: pytest.FixtureRequest) -> Path:
    """One restic of each line that behaves alike, in turn."""
    line: ResticLine = request.param
    return restic_of(line)
