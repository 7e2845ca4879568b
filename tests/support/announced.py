"""A firm with channels, run by the real program against servers of this machine."""

from __future__ import annotations

from pathlib import Path

from tests.simulators.mail import PASSWORD, USER
from tests.support.channels import ANA
from tests.support.story import Story, begin

_PEOPLE = f"ana:\n  name: Ana\n  email: {ANA}\n"


def with_mail(root: Path, port: int, *, security: str = "none", more: str = "") -> Story:
    """Write a firm that sends mail through a server on this port."""
    channels = f"""\
mail:
  kind: email
  secrets:
    password: {{file: secrets/smtp}}
  options:
    sender: continuity@acme.example
    host: 127.0.0.1
    port: {port}
    security: {security}
    user: {USER}
{more}"""
    return _firm(root, channels, "smtp", PASSWORD)


def with_webhook(root: Path, address: str) -> Story:
    """Write a firm that tells its own program."""
    channels = "hook:\n  kind: teams\n  secrets:\n    address: {file: secrets/hook}\n"
    return _firm(root, channels, "hook", address)


def _firm(root: Path, channels: str, name: str, secret: str) -> Story:
    files = {"config/channels.yaml": channels, "config/people.yaml": _PEOPLE}
    story = begin(root, {**files, f"secrets/{name}": secret})
    (root / "secrets" / name).chmod(0o600)
    return story
