"""The alert rules and the dashboard that are shipped name what the program really tells."""

from __future__ import annotations

import json
import re
import subprocess
from itertools import combinations
from pathlib import Path
from typing import Any  # JSON, or what a library leaves without types

from ruamel.yaml import YAML

from tests.support.programs import ROOT, promtool

PLACE = ROOT / "monitoring"
SOURCE = (ROOT / "continuity/service/metrics.py").read_text()
TOLD = {f"continuity_{name}" for name in re.findall(r'_(?:gauge|one)\(\s*"([a-z_]+)"', SOURCE)}

# What is wrong after two days, by the series that say so; nothing else may be told of.
WRONG = {
    "ContinuityDown": 'up{job="continuity"}: 0',
    "ContinuityUnwell": "continuity_well: 0",
    "ContinuityTurnsLate": "continuity_last_turn_timestamp_seconds: 0",
    "ContinuitySystemFails": 'continuity_system_verdict{system="erp",verdict="FAIL"}: 1',
    "ContinuitySystemNotKnown": 'continuity_system_verdict{system="erp",verdict="OVERDUE"}: 1',
    "ContinuityRecoveryPointMissed": (
        'continuity_rpo_seconds{system="erp",kind="now"}: 7200\n'
        'continuity_rpo_target_seconds{system="erp"}: 3600'
    ),
    "ContinuityNoRecoveryPoint": 'continuity_rpo_target_seconds{system="erp"}: 3600',
    "ContinuityRecoveryTimeMissed": (
        'continuity_rto_seconds{system="erp",kind="MEASURED"}: 7200\n'
        'continuity_rto_target_seconds{system="erp"}: 3600'
    ),
    "ContinuityNotProven": 'continuity_proof_level{system="erp"}: 2',
    "ContinuityIncidentOpen": 'continuity_incidents_open{severity="S1"}: 1',
    "ContinuitySlotsMissed": 'continuity_slots_last_day{state="missed"}: 2',
    "ContinuityWorkspaceBroken": "continuity_workspace_broken: 1",
    "ContinuityMessagesWait": "continuity_outbox_waiting_since_timestamp_seconds: 0",
    "ContinuityRecordNotSigned": "continuity_checkpoint_timestamp_seconds: 0",
}
WELL = """\
continuity_well: 1
continuity_system_verdict{system="erp",verdict="PASS"}: 1
continuity_system_verdict{system="erp",verdict="FAIL"}: 0
continuity_rpo_seconds{system="erp",kind="now"}: 1800
continuity_rpo_target_seconds{system="erp"}: 3600
continuity_rto_seconds{system="erp",kind="MEASURED"}: 60
continuity_rto_target_seconds{system="erp"}: 3600
continuity_proof_level{system="erp"}: 4
continuity_incidents_open{severity="S1"}: 0
continuity_slots_last_day{state="missed"}: 0
continuity_workspace_broken: 0"""


def rules() -> list[dict[str, Any]]:
    groups = YAML(typ="safe").load(PLACE / "alerts.yaml")["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((PLACE / "grafana-dashboard.json").read_text())[
        "panels"
    ]
    return found


def named_in(text: str) -> set[str]:
    return set(re.findall(r"continuity_[a-z_]+", text))


def test_the_alerts_name_only_what_the_program_tells() -> None:
    assert named_in(" ".join(rule["expr"] for rule in rules())) <= TOLD


def test_the_dashboard_names_only_what_the_program_tells() -> None:
    text = json.dumps([panel["targets"] for panel in panels()])

    assert len(named_in(text)) > 10
    assert named_in(text) <= TOLD


def test_everything_the_program_tells_is_explained() -> None:
    page = (ROOT / "docs/operations.md").read_text()

    assert TOLD - named_in(page) - {"continuity_build_info"} == set()


def test_no_panel_of_the_dashboard_covers_another() -> None:
    def cells(panel: dict[str, Any]) -> set[tuple[int, int]]:
        at = panel["gridPos"]
        return {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }

    assert len({panel["id"] for panel in panels()}) == len(panels())
    assert all(x < 24 for panel in panels() for x, _ in cells(panel))
    assert [1 for one, other in combinations(panels(), 2) if cells(one) & cells(other)] == []


def test_every_alert_says_what_is_wrong_and_is_tried() -> None:
    assert [rule["alert"] for rule in rules()] == list(WRONG)
    assert all(rule["annotations"]["summary"] for rule in rules())


def trial(series: str, alerts: tuple[str, ...]) -> str:
    """One trial for promtool: what is told for three days, and what has to fire after two."""
    alive = "" if series.startswith("up") else 'up{job="continuity"}: 1\n'
    lines = [line.rsplit(": ", 1) for line in (alive + series).splitlines()]
    told = "".join(
        f"\n      - {{series: '{what}', values: '{value}x900'}}" for what, value in lines
    )
    fired = ", ".join(f"{{labels: '{{alertname=\"{name}\"}}', value: 1}}" for name in alerts)
    return f"""
  - interval: 5m
    input_series:{told}
    promql_expr_test:
      - expr: count by (alertname) (ALERTS{{alertstate="firing"}})
        eval_time: 52h
        exp_samples: [{fired}]
"""


def test_each_alert_fires_on_what_it_is_for_and_none_while_all_is_well(tmp_path: Path) -> None:
    trials = [trial(WELL, ()), *(trial(series, (name,)) for name, series in WRONG.items())]
    (tmp_path / "test.yaml").write_text(
        f"rule_files: [{PLACE / 'alerts.yaml'}]\nevaluation_interval: 5m\ntests:{''.join(trials)}"
    )
    said = subprocess.run(
        [promtool(), "test", "rules", str(tmp_path / "test.yaml")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (said.returncode, said.stderr) == (0, "")
