"""Does what people wrote about the storage of a repository fit its address?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from continuity.config.draft import Draft, Part
from continuity.config.problem import NOTHING, Problem, value_shown
from continuity.domain.system import Repository
from continuity.domain.text import N_, say

_PREFIXES: Mapping[str, tuple[str, ...]] = {
    "s3": ("AWS_",),
    "rest": ("RESTIC_REST_",),
    "rclone": ("RCLONE_",),
    "b2": ("B2_",),
    "azure": ("AZURE_",),
    "gs": ("GOOGLE_",),
    "swift": ("OS_", "ST_"),
}
# Of these, one is worth nothing without the other.
_PAIRS = (
    ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    ("RESTIC_REST_USERNAME", "RESTIC_REST_PASSWORD"),
    ("B2_ACCOUNT_ID", "B2_ACCOUNT_KEY"),
)

_SFTP_HOST = re.compile(r"sftp:(?://)?(?:[^@/]*@)?(\[[^\]]+\]|[^:/]+)")


def scheme_of(location: str) -> str:
    """Give the sort of an address, such as ``s3``; empty for a directory."""
    return "" if location.startswith("/") else location.partition(":")[0]


def may_hold(location: str, name: str) -> bool:
    """Tell whether the storage at an address asks for a variable of this name.

    Any other could change what the engine itself does, or where it writes.
    """
    return name.startswith(_PREFIXES.get(scheme_of(location), ()))


def storage_problems(draft: Draft) -> Iterator[Problem]:
    """Check the credentials of every repository and the machine that keeps it."""
    for part in draft.repositories.parts.values():
        yield from _credentials(part)
        yield from _host(draft, part)


def _credentials(part: Part[Repository]) -> Iterator[Problem]:
    written, location = part.model.credentials, part.model.location
    prefixes = _PREFIXES.get(scheme_of(location), ())
    for name in written:
        if may_hold(location, name):
            continue
        expected = say(N_("no credentials: storage of this sort asks for none"))
        if prefixes:
            known = ", ".join(f"{prefix}…" for prefix in prefixes)
            expected = say(N_("a name that this storage asks for: {known}"), known=known)
        yield part.problem(("credentials", name), expected, say("{name}", name=name))
    for first, second in _PAIRS:
        for name, other in ((first, second), (second, first)):
            if other in written and name not in written and may_hold(location, name):
                expected = say(N_("{name} beside {other}"), name=name, other=other)
                yield part.problem(("credentials",), expected, NOTHING)


def _host(draft: Draft, part: Part[Repository]) -> Iterator[Problem]:
    name = part.model.host
    if name is None:
        return
    if scheme_of(part.model.location) != "sftp":
        expected = say(N_("no host: only an address that begins with sftp: is kept by one"))
        yield part.problem(("host",), expected, value_shown(("host",), name))
        return
    host = draft.hosts.parts.get(name)
    if host is None:
        return
    if host.model.kind == "local":
        expected = say(N_("a host that is reached over SSH"))
        yield part.problem(("host",), expected, value_shown(("host",), name))
        return
    # The host alone decides where the engine goes, so the address must not tell people otherwise.
    named = _SFTP_HOST.match(part.model.location)
    if named is None or named.group(1).strip("[]") not in {name, host.model.address}:
        expected = say(N_("an address that names its host, sftp:{host}:/path"), host=name)
        yield part.problem(("location",), expected, value_shown(("location",), part.model.location))
