"""One integration of PagerDuty, as its Events interface shows it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from tests.simulators.held import Held
from tests.simulators.simulator import Nasty, Reply, Request, told

ROUTING_KEY = "R0UT1NGK3Y0a1b2c3d4e5f6a7b8c9d0e"
_SEVERITIES = ("critical", "error", "warning", "info")


@dataclass(kw_only=True)
class Alert:
    """An alert: its last payload, and how often it was triggered."""

    payload: dict[str, object]
    links: object
    state: str = "triggered"
    times: int = 1


@dataclass(kw_only=True)
class Pagerduty:
    """Accepts events with 202 before it makes anything of them; one open alert for a key."""

    nasty: Nasty
    alerts: dict[str, list[Alert]] = field(default_factory=dict)

    def answer(self, request: Request) -> Reply:
        if request.method != "POST" or request.path != "/v2/enqueue":
            return told({"status": "error", "message": "Not Found"}, 404)
        event = request.json()
        errors = self._errors(event)
        if len(request.content) > 524_288:
            return told({"status": "error", "message": "Event is too large"}, 413)
        if errors:
            message = "Event object is invalid"
            return told({"status": "invalid event", "message": message, "errors": errors}, 400)
        self._do(event)
        key = event["dedup_key"]
        return told({"status": "success", "message": "Event processed", "dedup_key": key}, 202)

    def _errors(self, event: dict[str, object]) -> list[str]:
        key = event.get("routing_key")
        wrong = [] if key == ROUTING_KEY else [f"Invalid routing key {key}"]
        if len(str(event.get("dedup_key", ""))) not in range(1, 256):
            wrong.append("Length of 'dedup_key' is incorrect (should be between 1 and 255)")
        action = event.get("event_action")
        if action not in {"trigger", "acknowledge", "resolve"}:
            wrong.append("'event_action' is invalid")
        if action != "trigger":
            return wrong
        payload = event.get("payload")
        found = payload if isinstance(payload, dict) else {}
        missing = [name for name in ("summary", "source", "severity") if not found.get(name)]
        wrong += [f"'payload.{name}' is missing or blank" for name in missing]
        if found.get("severity") not in _SEVERITIES:
            wrong.append("'payload.severity' is invalid (must be one of the allowed values)")
        refused = self.nasty.refused_fields
        return wrong + [f"'payload.{name}' is invalid" for name in refused]

    def _do(self, event: dict[str, object]) -> None:
        action, key = event["event_action"], str(event["dedup_key"])
        still_open = [one for one in self.alerts.get(key, []) if one.state != "resolved"]
        payload = event.get("payload")
        if action == "trigger" and not still_open:
            assert isinstance(payload, dict)
            alert = Alert(payload=payload, links=event.get("links"))
            self.alerts.setdefault(key, []).append(alert)
        for alert in still_open:
            if action == "trigger":
                alert.times += 1
            else:
                alert.state = {"acknowledge": "acknowledged"}.get(str(action), "resolved")

    def held(self) -> list[Held]:
        return [
            Held(
                key=key,
                title=str(one.payload["summary"]),
                text=_text(one.payload.get("custom_details")),
                state=one.state,
            )
            for key, alerts in self.alerts.items()
            for one in alerts
        ]

    def says(self, key: str, text: str) -> None:
        """Notes of people never come out."""

    def moves(self, key: str, state: str) -> None:
        self.alerts[key][-1].state = state

    def removes(self, key: str) -> None:
        del self.alerts[key]


def _text(details: object) -> str:
    found = json.loads(json.dumps(details)) or {}
    return str(found.get("text", ""))
