"""What is in the repository: its id, its snapshots, and what a snapshot lists."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from continuity.domain.failure import DamagedError, NoSpaceError, ToolError, UnreachableError
from continuity.domain.snapshot import Listed, Snapshot
from continuity.domain.text import N_, say
from continuity.engines.restic.answers import (
    Gathered,
    Node,
    is_full_id,
    listed_from_node,
    not_understood,
    read_line,
    read_snapshots,
    snapshot_from_line,
)
from continuity.engines.restic.calls import Call, Caller
from continuity.engines.restic.failures import kind_of_words, last_words
from continuity.hosts.host import Finished

_ANSWER_BYTES = 64 << 20
_NODE = msgspec.json.Decoder(Node)


class _Config(msgspec.Struct, frozen=True):
    id: str


def read_identity(caller: Caller) -> str:
    """Give the id in the repository's config, which only the right password opens."""
    text = caller.ask("cat", "config")
    try:
        config = msgspec.json.decode(text, type=_Config)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise not_understood() from error
    if not is_full_id(config.id):
        raise not_understood()
    return config.id


def list_snapshots(caller: Caller) -> tuple[Snapshot, ...]:
    """List all snapshots, oldest first.

    restic leaves a snapshot that it cannot read out of the list and exits 0 all the same (seen
    with 0.14, 0.18 and 0.19). Raises DamagedError then.
    """
    before = _snapshot_files(caller)
    gathered = Gathered(_ANSWER_BYTES)
    call = Call(words=("snapshots", "--json"), timeout=caller.patience, lock=False)
    finished = caller.run(call, gathered.take)
    if finished.code != 0:
        raise caller.refusal(finished)
    found = tuple(snapshot_from_line(line) for line in read_snapshots(gathered.answer()))
    unlisted = (before & _snapshot_files(caller)) - {snapshot.id for snapshot in found}
    if unlisted or kind_of_words(finished.stderr.splitlines()) is DamagedError:
        raise caller.perhaps_of_cache(_unreadable_snapshot(finished))
    return tuple(sorted(found, key=lambda snapshot: (snapshot.time, snapshot.id)))


def _snapshot_files(caller: Caller) -> frozenset[str]:
    """Name the snapshots that lie in a local repository; nothing for a remote one."""
    if caller.local is None:
        return frozenset()
    try:
        names = [entry.name for entry in (caller.local / "snapshots").iterdir()]
    except OSError:
        return frozenset()
    return frozenset(name for name in names if is_full_id(name))


def full_id(caller: Caller, begun: str) -> str | None:
    """Complete an id that restic reported, short before 0.17; None when it has to be asked.

    A local repository shows by itself which snapshots are there: no need to believe.
    """
    if caller.local is None:
        return begun if is_full_id(begun) else None
    found = [name for name in _snapshot_files(caller) if name.startswith(begun)]
    return found[0] if len(found) == 1 else None


def list_content(caller: Caller, snapshot: str) -> Iterator[Listed]:
    """List a snapshot, in restic's own order, which is tree order.

    Nothing is handed over before restic has ended well, so that a listing cannot end early; until
    then it waits on disk (60 MB for 200,000 files).
    """
    with tempfile.TemporaryFile(dir=caller.scratch) as spool:
        finished = _spool(caller, snapshot, spool)
        spool.seek(0)
        header = read_line(spool.readline(), Node)
        if header is None or header.id != snapshot:
            raise _no_snapshot(caller, finished)
        nodes = (_NODE.decode(line) for line in spool)
        listed = (listed_from_node(node) for node in nodes if node.struct_type == "node")
        yield from (entry for entry in listed if entry is not None)


def _spool(caller: Caller, snapshot: str, spool: BinaryIO) -> Finished:
    seen = 0

    def keep(line: bytes) -> None:
        nonlocal seen
        if line.startswith(b"{"):
            # Decoded here as well: garbage must be known before the first entry is believed.
            _NODE.decode(line)
            spool.write(line + b"\n")
            seen += 1

    call = Call(words=("ls", "--json", snapshot), timeout=caller.patience)
    try:
        finished = caller.run(call, keep)
        spool.flush()
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise not_understood() from error
    except OSError as error:
        raise _no_spool(error) from error
    if finished.code != 0 or seen == 0:
        raise _refused_listing(caller, finished)
    return finished


def _refused_listing(caller: Caller, finished: Finished) -> Exception:
    # restic 0.14 exits 0 for a snapshot that is not there or cannot be read.
    return caller.refusal(finished) if finished.code != 0 else _no_snapshot(caller, finished)


def _no_snapshot(caller: Caller, finished: Finished) -> Exception:
    lines = finished.stderr.splitlines()
    if kind_of_words(lines) is DamagedError:
        return caller.perhaps_of_cache(_unreadable_snapshot(finished))
    return UnreachableError(
        say(N_("restic does not list this restore point: {line}"), line=last_words(lines)),
        remedy=say(N_("See who removed it, and whether this is the right repository.")),
    )


def _unreadable_snapshot(finished: Finished) -> DamagedError:
    line = last_words(finished.stderr.splitlines())
    return DamagedError(
        say(N_("A snapshot in the restic repository cannot be read: {line}"), line=line),
        remedy=say(N_("Stop removing old copies, copy the repository, then follow the runbook.")),
    )


def _no_spool(error: OSError) -> Exception:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NoSpaceError(
            say(N_("There is no room to keep a snapshot's listing.")),
            remedy=say(N_("Free space on the disk of the workspace's state.")),
        )
    return ToolError(
        say(N_("A snapshot's listing could not be kept: {reason}."), reason=error.strerror or "")
    )
