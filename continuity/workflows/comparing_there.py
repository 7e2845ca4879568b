"""What was brought to another machine is read there, and compared with what was sealed."""

from __future__ import annotations

from collections.abc import Iterator

from continuity.domain.compare import Comparison, Outcome, compare
from continuity.domain.failure import DamagedError
from continuity.domain.manifest import Entry
from continuity.domain.text import N_, say
from continuity.hosts.host import Host
from continuity.hosts.remote_files import RemoteFiles
from continuity.hosts.reuse import SurveyTally
from continuity.hosts.walk import Scope
from continuity.workflows.laying_apart import KEPT_FINDINGS, Apart, wrong_in


def compared_there(host: Host, apart: Apart, folder: bytes) -> Comparison:
    """Compare what is in a directory there. Raises DamagedError unless it is all right."""
    there = _compared(host, apart, folder)
    _require_same(apart, there)
    return there


def _compared(host: Host, apart: Apart, folder: bytes) -> Comparison:
    files = RemoteFiles(host, apart.stage / ".compared")

    def observed() -> Iterator[Entry]:
        for entry in files.survey(Scope(roots=(folder,)), SurveyTally()):
            if entry.path.startswith(folder + b"/"):
                yield entry._replace(path=entry.path[len(folder) :])

    return compare(apart.expected(), observed(), apart.rules, keep=KEPT_FINDINGS)


def _require_same(apart: Apart, there: Comparison) -> None:
    """Raise unless what is there is as right as what was sent."""
    wrong = wrong_in(there)
    if wrong is not None:
        raise DamagedError(wrong, remedy=say(N_("Nothing was replaced. Look at the disk there.")))
    unread = there.counts[Outcome.UNVERIFIABLE] - apart.comparison.counts[Outcome.UNVERIFIABLE]
    if unread > 0:
        raise DamagedError(
            say(N_("Of what was brought there, {count} could not be read."), count=unread),
            remedy=say(N_("Nothing was replaced. Look at the disk there.")),
        )
