"""In what one restored path differs from its sealed entry."""

from __future__ import annotations

from dataclasses import dataclass

from continuity.domain.manifest import Entry, Kind
from continuity.domain.seal import TOUCHED, same_time
from continuity.domain.text import N_, Message, say, shown


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What can be asked of a restored tree.

    ``owners``: the restore ran as root, which alone can give files away. ``full``: everything was
    restored in one go, so that directories got their times back last. ``whole``: more may be
    there than was asked for. ``hard_links``: one call restored them all, and could link them.
    ``mode_mask``: the permission bits that the place lets stand.
    """

    owners: bool = False
    full: bool = False
    whole: bool = False
    hard_links: bool = True
    mode_mask: int = 0o7777


def content_difference(wanted: Entry, found: Entry) -> Message | None:
    """Say how type, link target or content differ; content that was not read is not judged."""
    if wanted.kind is not found.kind:
        return say(
            N_("It is of type {found} instead of {expected}."),
            found=str(found.kind),
            expected=str(wanted.kind),
        )
    if wanted.link_target != found.link_target:
        return say(
            N_("It links to {found} instead of {expected}."),
            found=shown(found.link_target or b""),
            expected=shown(wanted.link_target or b""),
        )
    if wanted.size != found.size:
        return say(
            N_("It has {found} bytes instead of {expected}."),
            found=found.size,
            expected=wanted.size,
        )
    if None in (wanted.sha256, found.sha256) or wanted.sha256 == found.sha256:
        return None
    return say(
        N_("Its content is another: SHA-256 {found} instead of {expected}."),
        found=(found.sha256 or b"").hex(),
        expected=(wanted.sha256 or b"").hex(),
    )


def outer_difference(wanted: Entry, found: Entry, rules: Rules) -> Message | None:
    """Say how mode, time or owner differ; the mode of a link means nothing on Linux."""
    if wanted.kind is not Kind.SYMLINK and (wanted.mode ^ found.mode) & rules.mode_mask:
        return say(
            N_("Its mode is {found} instead of {expected}."),
            found=f"{found.mode:04o}",
            expected=f"{wanted.mode:04o}",
        )
    if _time_counts(wanted, rules) and not same_time(wanted, found.mtime_ns):
        return say(
            N_("Its modification time is {found} ns instead of {expected} ns since 1970."),
            found=found.mtime_ns,
            expected=wanted.mtime_ns,
        )
    if rules.owners and (wanted.uid, wanted.gid) != (found.uid, found.gid):
        return say(
            N_("It belongs to {found} instead of {expected} (user:group)."),
            found=f"{found.uid}:{found.gid}",
            expected=f"{wanted.uid}:{wanted.gid}",
        )
    return None


def _time_counts(wanted: Entry, rules: Rules) -> bool:
    if wanted.kind is Kind.DIRECTORY:
        # Restoring a file into a directory moves its time, and the backup may have seen another.
        return rules.full and wanted.reason != TOUCHED
    return True
