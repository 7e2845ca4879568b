"""Looks whether secrets are safe on their way to a site."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from continuity.domain.examined import Examined, doubtful, sound
from continuity.domain.text import N_, say


def examine_way(address: str) -> Examined:
    """Say whether anybody on the way could read along."""
    subject, parts = say(N_("way")), urlsplit(address)
    if parts.scheme == "https":
        return sound(subject, say(N_("It is encrypted.")))
    if is_here(parts.hostname or ""):
        return sound(subject, say(N_("It does not leave this machine.")))
    return doubtful(
        subject,
        say(N_("Secrets go to {host} in clear text."), host=parts.hostname or "?"),
        say(N_("Use an address that begins with https://.")),
    )


def is_here(host: str) -> bool:
    """Tell whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
