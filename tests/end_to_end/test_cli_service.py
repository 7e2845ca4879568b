"""The service starts, runs what is due, answers, and ends as its supervisor asks."""

from __future__ import annotations

import json
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from continuity.domain.slot import SlotState
from tests.support.collector import collecting
from tests.support.firm import Firm
from tests.support.programs import program
from tests.support.serving import serving, supervisor
from tests.support.slots import a_planned_firm, kinds_of, slots_of, unattended, until
from tests.support.terminal import run


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return a_planned_firm(tmp_path)


def test_it_says_when_it_is_ready_alive_and_stopping_and_runs_what_is_due(firm: Firm) -> None:
    unattended(firm, timedelta(days=2))
    with (
        supervisor(firm.root) as (address, ear),
        collecting() as collector,
        serving(
            firm,
            NOTIFY_SOCKET=address,
            OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
            OTEL_BSP_SCHEDULE_DELAY="100",
        ) as one,
    ):
        told = [ear.recv(100).decode() for _ in range(2)]
        until(lambda: slots_of(firm)[-1].state is SlotState.RAN)
        until(lambda: {"slot", "run", "round"} <= {span.name for span in collector.spans()})
        status, health = one.ask("/healthz")
        metrics = one.ask("/metrics")[1]
        code = one.stop()
        rest = ear.recv(100).decode()
        while "STOPPING" not in rest:
            rest = ear.recv(100).decode()

    assert told == ["WATCHDOG=1", "READY=1"]
    assert (status, json.loads(health)["well"]) == (200, True)
    assert code == 0
    assert {"service.started", "slot.missed", "slot.began", "slot.ended"} <= set(one.events())
    assert all(line["message"] and line["at"] for line in one.lines)
    assert kinds_of(firm).count("backup.finished") == 1
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(metrics)
        for sample in family.samples
    }
    assert samples["continuity_slots_last_day", "ran"] == 1
    assert ("continuity_rto_seconds", "billing", "UNKNOWN") not in samples
    assert ("continuity_rpo_target_seconds", "billing") not in samples


@pytest.mark.tool("systemd-analyze")
def test_systemd_understands_the_units_that_are_installed(firm: Firm, tmp_path: Path) -> None:
    folder = tmp_path / "units"
    folder.mkdir()
    said = [
        run(firm, "service", "install", "--to", str(folder)),
        run(firm, "service", "install", "--timer", "--to", str(folder)),
    ]
    verified = subprocess.run(
        [program("systemd-analyze"), "verify", *folder.iterdir()],
        capture_output=True,
        text=True,
        check=False,
    )

    assert [one.code for one in said] == [0, 0]
    assert (verified.returncode, verified.stderr) == (0, "")
    assert len(list(folder.iterdir())) == 3
    unit = (folder / "continuity.service").read_text()
    assert "Type=notify" in unit
    assert "StartLimitIntervalSec=0" in unit  # a long outage must not be the end of it


def test_files_that_were_never_sound_are_refused_by_name_and_no_restart_tries_them_again(
    firm: Firm, tmp_path: Path
) -> None:
    run(firm, "service", "install", "--to", str(tmp_path))
    settings = firm.workspace / "config/continuity.yaml"
    settings.write_text(settings.read_text().replace("organisation", "organization"))
    refused = run(firm, "serve", "--port", "0")

    assert refused.code == 2
    assert "config/continuity.yaml:1: organization: expected" in refused.err
    assert "never had none" in refused.err
    assert "start it again" in refused.err
    assert "RestartPreventExitStatus=2" in (tmp_path / "continuity.service").read_text()


def test_a_unit_of_somebody_else_is_not_replaced(firm: Firm, tmp_path: Path) -> None:
    folder = tmp_path / "units"
    folder.mkdir()
    (folder / "continuity.service").write_text("[Unit]\n")
    said = run(firm, "service", "install", "--to", str(folder))

    assert said.code == 2
    assert (folder / "continuity.service").read_text() == "[Unit]\n"


def test_the_unit_may_write_to_every_place_of_this_machine_that_the_service_fills(
    firm: Firm,
) -> None:
    place = firm.workspace / "config/continuity.yaml"
    sticks = {name: {"kind": "directory", "path": f"/media/{name}"} for name in ("one", "two")}
    written = {**json.loads(place.read_text()), "offline": {"places": sticks}}
    place.write_text(json.dumps(written))
    said = run(firm, "service", "print")

    assert said.code == 0
    for wanted in (firm.state, firm.sandbox, firm.repository(), "/media/one", "/media/two"):
        assert f"ReadWritePaths=-{wanted}\n" in said.out


def test_installing_says_what_its_user_must_own_first(firm: Firm, tmp_path: Path) -> None:
    firm.state.mkdir(exist_ok=True)
    folder = tmp_path / "units"
    folder.mkdir()
    known, strange = (
        run(firm, "service", "install", "--to", str(folder), "--user", user).out
        for user in ("nobody", "nobody-knows-this-user")
    )

    assert f"chown -R nobody: {firm.state}\n" in known
    assert f"install -d -m 700 -o nobody {firm.repository()}\n" in known
    assert "useradd" not in known
    assert "useradd --system --shell /usr/sbin/nologin nobody-knows-this-user\n" in strange


def test_secrets_of_kind_credential_are_handed_over_by_systemd(firm: Firm) -> None:
    place = firm.workspace / "config/repositories.yaml"
    written = json.loads(place.read_text())
    written["erp"]["password"] = {"credential": "erp-key"}
    place.write_text(json.dumps(written))
    said = run(firm, "service", "print")

    assert "LoadCredential=erp-key:/etc/continuity/credentials/erp-key\n" in said.out
