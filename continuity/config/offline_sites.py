"""Where offline copies stand, as far as people wrote it, and what would be lost with them."""

from __future__ import annotations

from continuity.config.workspace import Workspace
from continuity.domain.offline import LEAST_PLACES, OfflinePlace
from continuity.domain.text import N_, Message, say


def too_few(workspace: Workspace) -> Message | None:
    """Say when there are not enough places apart from what they help to recover."""
    places = workspace.settings.offline.places.values()
    apart = sum(beside_what(workspace, place) is None for place in places)
    if apart >= LEAST_PLACES:
        return None
    return say(
        N_("Of {least} places needed for offline copies, {count} stand apart from what is lost."),
        least=LEAST_PLACES,
        count=apart,
    )


def beside_what(workspace: Workspace, place: OfflinePlace) -> Message | None:
    """Say when a place is lost with what it helps to recover, or when nobody can tell."""
    site = site_of(workspace, place)
    if site is None:
        if place.kind in {"s3", "email"}:
            return None
        return say(N_("Nobody wrote at which site it stands; it may burn with this machine."))
    if site in protected_sites(workspace):
        return say(N_("It stands at {site}, where what it helps to recover stands."), site=site)
    return None


def site_of(workspace: Workspace, place: OfflinePlace) -> str | None:
    """Tell where a place stands, as far as anybody wrote it."""
    if place.site is not None:
        return place.site
    name = place.host if place.kind == "sftp" else "local" if place.kind == "directory" else None
    host = None if name is None else workspace.hosts.get(name)
    return None if host is None else host.site


def protected_sites(workspace: Workspace) -> frozenset[str]:
    """Name the sites at which this machine and the sources of all jobs stand."""
    names = {"local", *(job.source.host for job in workspace.jobs.values())}
    hosts = (workspace.hosts.get(name) for name in names)
    return frozenset(host.site for host in hosts if host is not None and host.site is not None)
