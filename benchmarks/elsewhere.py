"""The survey of another machine, over SSH, against what its own programs do plainly."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rows import Compared, Goal, Row, unmeasured
from benchmarks.running import in_turn, run
from benchmarks.sets import SETS, made, scaled
from benchmarks.tools import HERE, Bench, emptied
from continuity.hosts.reach import Reach
from continuity.hosts.remote_files import RemoteFiles
from continuity.hosts.reuse import SurveyTally
from continuity.hosts.ssh_host import SshHost
from continuity.hosts.transport import transport_from_reach
from continuity.hosts.walk import Scope
from demo.servers import ADDRESS, machine

_PLAIN = "find -print0 | xargs -0 sha256sum there"
_FILES = 200_000
_FOLDER = 500
_TIMES = Goal(bound=1.5)
_MEGABYTES = Goal(bound=150)
_SSHD = "/usr/sbin:/sbin:/usr/bin"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Away:
    """This machine as another one."""

    reach: Reach
    place: Path

    def survey(self, root: Path) -> dict[str, float]:
        """Survey in a process of its own, from its start to its exit; tells what it took."""
        reach = self.reach
        ran = run(
            (
                *(sys.executable, "-m", "benchmarks.elsewhere", reach.address, str(reach.port)),
                *(reach.user, str(reach.key), reach.known_hosts, self.place, root),
            ),
            cwd=HERE,
        )
        return {**json.loads(ran.out), "seconds": ran.seconds, "peak": ran.peak}

    def plainly(self, root: Path) -> float:
        """Let the machine sum the same files, and send the sums here."""
        transport = transport_from_reach(self.reach)
        asked = f"find '{root}' -type f -print0 | xargs -0 sha256sum"
        return run((*transport.words, transport.target, asked)).seconds


def measure_elsewhere(bench: Bench) -> Iterator[Row]:
    """Survey set A, and many files with nothing in them."""
    work = "survey of A on another machine, nothing known of it"
    if shutil.which("sshd", path=_SSHD) is None:
        yield unmeasured("survey-elsewhere", work, _PLAIN, "no sshd is installed")
        return
    with emptied(bench.scratch / "elsewhere") as place:
        place.mkdir()
        with _started(place) as away:
            source = made(scaled(SETS["A"], bench.share), bench.cache)
            yield _against_plain(bench, away, source, work)
            yield _memory(bench, away, place / "many")


def _against_plain(bench: Bench, away: _Away, source: Path, work: str) -> Row:
    took = in_turn(
        bench.repetitions,
        lambda: away.survey(source)["seconds"],
        lambda: away.plainly(source),
    )
    return Compared(
        key="survey-elsewhere", work=work, against=_PLAIN, ours=took[0], theirs=took[1]
    ).ratio(_TIMES)


def _memory(bench: Bench, away: _Away, root: Path) -> Row:
    count = max(round(_FILES * bench.share), 1)
    for number in range(count):
        folder = root / f"folder-{number // _FOLDER:04}"
        if number % _FOLDER == 0:
            folder.mkdir(parents=True)
        (folder / f"document-{number:07}.dat").touch()
    told = away.survey(root)
    return Row(
        key="survey-elsewhere-memory",
        work=f"survey of {count:,} empty files elsewhere: the most memory",
        against="",
        figure=told["peak"] / 1e6,
        unit="MB",
        goal=_MEGABYTES,
        ours=told["seconds"],
    )


@contextmanager
def _started(place: Path) -> Iterator[_Away]:
    with machine(place / "sshd") as server:
        kind, key, *_ = (place / "sshd/host_key.pub").read_text().split()
        known = place / "known_hosts"
        known.write_text(f"[{ADDRESS}]:{server.port} {kind} {key}\n")
        reach = Reach(
            name="away",
            address=ADDRESS,
            port=server.port,
            user=server.user,
            key=server.key,
            known_hosts=known,
        )
        yield _Away(reach=reach, place=place / "survey")


def main() -> None:
    """Survey one directory of another machine, and tell how many entries it has."""
    address, port, user, key, known, place, root = sys.argv[1:]
    host = SshHost(
        Reach(
            name="away",
            address=address,
            port=int(port),
            user=user,
            key=Path(key),
            known_hosts=Path(known),
        )
    )
    files, tally = RemoteFiles(host, Path(place)), SurveyTally()
    began = time.monotonic()
    entries = sum(1 for _ in files.survey(Scope(roots=(os.fsencode(root),)), tally))
    took = time.monotonic() - began
    files.settled()
    host.close()
    sys.stdout.write(json.dumps({"entries": entries, "read": tally.read_files, "inside": took}))


if __name__ == "__main__":
    main()
