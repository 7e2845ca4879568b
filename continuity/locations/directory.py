"""A directory seen through a host with the programs that every Linux has."""

from __future__ import annotations

from datetime import UTC, datetime

from continuity.domain.clock import text_from_time
from continuity.domain.failure import ContinuityError, FailureClass, TimedOutError
from continuity.domain.location import Fact, FactName
from continuity.domain.text import N_, say, shown
from continuity.hosts.host import Command, Finished, Host
from continuity.locations.location import Notes, Visit

_SECONDS = 60.0
_FEW_KIB = 1 << 16
# A listing of these folders tells the newest point: restic's snapshots, and rsync's points.
_POINTS = (b"snapshots", b"points")
_MOST_POINTS = 1 << 22


def look_at(visit: Visit, path: bytes) -> tuple[Fact, ...]:
    """Look at the room, the mount and what is there; never raises for what is refused."""
    notes = Notes(visit)
    if visit.host is None:
        note = say(N_("No host is named for it, so nobody can look."))
        notes.cannot_tell(FactName.REACHABLE, "stat", note)
        return notes.facts
    try:
        if _is_there(notes, visit.host, path):
            _room(notes, visit.host, path)
            _mount(notes, visit.host, path)
            _newest(notes, visit.host, path)
            _size(notes, visit.host, path)
    except ContinuityError as error:
        notes.refused(visit.host.name, error)
    return notes.facts


def _ask(host: Host, *argv: bytes | str, keep: int = _FEW_KIB) -> Finished:
    return host.run(Command(argv=argv, timeout=_SECONDS, grace=1.0, keep=keep))


def _is_there(notes: Notes, host: Host, path: bytes) -> bool:
    told = _ask(host, "stat", "-L", "-c", "%F", "--", path)
    if told.code == 0 and told.stdout.strip() == b"directory":
        notes.saw(FactName.REACHABLE, True, "stat")
        return True
    words = told.stderr.lower()
    if b"permission denied" in words:
        note = say(N_("Access to {path} is refused."), path=shown(path))
        notes.not_reached("stat", FailureClass.AUTHENTICATION, note)
    elif told.code == 0 or b"no such file" in words or b"not a directory" in words:
        note = say(N_("There is no directory {path}."), path=shown(path))
        notes.not_reached("stat", FailureClass.UNREACHABLE, note)
    else:
        note = say(N_("{path} could not be looked at."), path=shown(path))
        notes.not_reached("stat", FailureClass.TOOL_ERROR, note)
    return False


def _room(notes: Notes, host: Host, path: bytes) -> None:
    """Ask the file system for its room; what is not a number is no answer."""
    told = _ask(host, "stat", "-f", "-L", "-c", "%a %b %S %d %c", "--", path)
    words = told.stdout.split()
    if told.code != 0 or len(words) != len(_ROOM) or not all(map(bytes.isdigit, words)):
        for name in (FactName.FREE_BYTES, FactName.FREE_FILES):
            notes.cannot_tell(name, "statfs", say(N_("The answer was not understood.")))
        return
    free, total, block, free_files, files = map(int, words)
    notes.saw(FactName.FREE_BYTES, free * block, "statfs")
    notes.saw(FactName.TOTAL_BYTES, total * block, "statfs")
    # Some file systems, such as btrfs, do not count files and say 0 of 0.
    if files:
        notes.saw(FactName.FREE_FILES, free_files, "statfs")


_ROOM = ("free blocks", "blocks", "bytes of a block", "free files", "files")


def _mount(notes: Notes, host: Host, path: bytes) -> None:
    """Ask what is mounted there: the same path on another disk is another place."""
    try:
        told = _ask(
            host, "findmnt", "-n", "-r", "-o", "FSTYPE,SOURCE,TARGET,UUID", "--target", path
        )
    except ContinuityError as error:
        notes.cannot_tell(FactName.MOUNT, "findmnt", error.what)
        return
    words = told.stdout.splitlines()[-1].split(b" ") if told.stdout.strip() else []
    if told.code != 0 or len(words) < len(("type", "source", "target")):
        note = say(N_("The answer was not understood."))
        notes.cannot_tell(FactName.FILE_SYSTEM, "findmnt", note)
        notes.cannot_tell(FactName.MOUNT, "findmnt", note)
        return
    file_system, *identity = (shown(word) for word in words if word)
    notes.saw(FactName.FILE_SYSTEM, file_system, "findmnt")
    notes.saw(FactName.MOUNT, " ".join(identity), "findmnt")


def _newest(notes: Notes, host: Host, path: bytes) -> None:
    """Find when the newest point was written, by the clock of its machine."""
    folders = [b"%s/%s" % (path.rstrip(b"/"), name) for name in _POINTS]
    told = _ask(
        host,
        *("find", "-L"),
        *folders,
        *("-maxdepth", "1", "-type", "f", "-printf", "%T@\\n"),
        keep=_MOST_POINTS,
    )
    # One of the two folders is always missing, so the code tells nothing.
    times = [time for time in map(_seconds, told.stdout.split()) if time is not None]
    if times and not told.truncated:
        moment = datetime.fromtimestamp(max(times), UTC)
        notes.saw(FactName.NEWEST, text_from_time(moment), "find")
    else:
        notes.cannot_tell(FactName.NEWEST, "find", say(N_("No restore points were found there.")))


def _seconds(word: bytes) -> int | None:
    whole = word.partition(b".")[0]
    return int(whole) if whole.isdigit() and len(whole) < len("100000000000") else None


def _size(notes: Notes, host: Host, path: bytes) -> None:
    try:
        told = _ask(host, "du", "-s", "-B1", "--", path)
    except TimedOutError as error:
        notes.cannot_tell(FactName.SIZE_BYTES, "du", error.what)
        return
    size = told.stdout.split(b"\t")[0]
    if told.code == 0 and size.isdigit():
        notes.saw(FactName.SIZE_BYTES, int(size), "du")
    else:
        note = say(N_("Not everything there could be read."))
        notes.cannot_tell(FactName.SIZE_BYTES, "du", note)
