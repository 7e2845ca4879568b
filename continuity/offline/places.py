"""The configured places of offline copies: how each is reached, and what would burn with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from continuity.config.opening import Means
from continuity.config.outlets import post_of
from continuity.config.secrets import read_secret
from continuity.config.workspace import Workspace
from continuity.domain.failure import ConfigurationError
from continuity.domain.offline import OfflinePlace
from continuity.domain.text import N_, Message, say
from continuity.hosts.local import LocalHost
from continuity.locations.objects import Access
from continuity.locations.s3 import put_objects
from continuity.offline.bundle import SUMS, Bundle
from continuity.offline.folders import LATEST, keep_in_folder
from continuity.offline.mail_place import mail_bundle
from continuity.offline.sftp_place import SftpFolder
from continuity.speech.speaker import speaker_of

Keep = Callable[[Bundle], None]
"""Puts a bundle at a place; raises a ContinuityError when it did not arrive."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """A configured place. ``beside`` says what is wrong with where it stands, None for nothing."""

    name: str
    kind: str
    keep: Keep
    beside: Message | None = None


def doors_of(means: Means) -> tuple[Door, ...]:
    """Give every place of a workspace, by name."""
    places = sorted(means.workspace.settings.offline.places.items())
    return tuple(
        Door(
            name=name,
            kind=place.kind,
            keep=_KEEPERS[place.kind](means, place),
            beside=beside_what(means.workspace, place),
        )
        for name, place in places
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


def _directory(_means: Means, place: OfflinePlace) -> Keep:
    folder = Path(place.path or "/nonexistent")
    return lambda bundle: keep_in_folder(folder, bundle.name, bundle.files)


def _sftp(means: Means, place: OfflinePlace) -> Keep:
    def keep(bundle: Bundle) -> None:
        transport = means.hosts.transport(place.host or "")
        if transport is None:
            raise ValueError("a host of kind ssh was checked for")
        folder = SftpFolder(
            transport=transport,
            folder=place.folder or "/",
            here=LocalHost(),
            scratch=means.scratch,
        )
        folder.keep(bundle.name, bundle.files)

    return keep


def _bucket(means: Means, place: OfflinePlace) -> Keep:
    def keep(bundle: Bundle) -> None:
        credentials = {
            name: read_secret(reference, environ=means.environ, host=LocalHost())
            for name, reference in place.credentials.items()
        }
        authority = place.ca_certificate
        access = Access(
            location=place.bucket or "",
            credentials=credentials,
            settings={} if place.region is None else {"s3.region": place.region},
            ca_certificate=None if authority is None else Path(authority),
        )
        put_objects(access, _objects(bundle))

    return keep


def _objects(bundle: Bundle) -> Iterator[tuple[str, bytes]]:
    """Give the list of sums last, and then what points to it: without it nothing is whole."""
    for name, content in bundle.files.items():
        if name != SUMS:
            yield f"{bundle.name}/{name}", content
    yield f"{bundle.name}/{SUMS}", bundle.files[SUMS]
    yield LATEST, f"{bundle.name}/index.html\n".encode()


def _mail(means: Means, place: OfflinePlace) -> Keep:
    def keep(bundle: Bundle) -> None:
        workspace, channel = means.workspace, place.channel or ""
        if channel not in workspace.outlets:
            raise ConfigurationError(
                say(N_("There is no usable channel {name}."), name=channel),
                remedy=say(N_("Run: continuity check")),
            )
        people = (workspace.people.get(name) for name in place.to)
        addresses = [one.email for one in people if one is not None and one.email]
        post = post_of(workspace, channel, means.environ, lambda: bundle.made_at)
        speaker = speaker_of(workspace.settings.language)
        mail_bundle(post, addresses, bundle.name, bundle.files, speaker)

    return keep


_KEEPERS: dict[str, Callable[[Means, OfflinePlace], Keep]] = {
    "directory": _directory,
    "sftp": _sftp,
    "s3": _bucket,
    "email": _mail,
}
