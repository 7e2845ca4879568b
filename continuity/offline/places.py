"""The configured places of offline copies: how each is reached, and what would burn with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from continuity.config.offline_sites import beside_what
from continuity.config.opening import Means
from continuity.config.outlets import post_of
from continuity.config.secrets import read_secret
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
        put_objects(access, objects_of(bundle))

    return keep


def objects_of(bundle: Bundle) -> Iterator[tuple[str, bytes]]:
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
