"""What must hold of one job at any time, beside a model that knows what is really recoverable."""

from __future__ import annotations

import shutil
import stat
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar, NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from continuity.config.plans import plans_from_workspace
from continuity.domain.assessment import Assessment, assess
from continuity.domain.facts import Facts
from continuity.domain.folding import fold
from continuity.domain.manifest import Entry, Kind, Seal
from continuity.domain.portfolio import Portfolio
from continuity.domain.reason import gravity
from continuity.domain.run import RunKind
from continuity.domain.verdict import Verdict
from continuity.workflows.facts import Known, read_facts, read_on
from continuity.workflows.planning import DrillRequest
from continuity.workflows.running import Ended
from tests.support.firm import Clock, Wishes, a_firm, at_work, body_of
from tests.support.recoverable import Stuff, Tree

RPO = timedelta(hours=24)
PROVE = timedelta(days=7)
WAITS = (timedelta(hours=1), timedelta(hours=30), timedelta(days=3), timedelta(days=40))

FILES = {
    b"ledger.csv": b"a;b;c\n" * 400,
    b"empty": b"",
    b"folder/letter": b"Dear Sir",
    b"folder/deeper/note": b"x" * 9_000,
    b"[brackets]*?": b"brackets",
    b"line\nfeed": b"line feed",
    b" blank": b"blank",
    b"\xff not text": b"\x00\xff",
    b"-dash": b"dash",
    b"#hash": b"hash",
}

picks = st.integers(0, 1_000)
spans = st.sampled_from((0, 1, 9, 26, 80, 200)).map(lambda hours: timedelta(hours=hours))


class Held(NamedTuple):
    """A restore point as the model knows it: the source at that time, and what was said of it."""

    source: Tree
    data_time: datetime
    passed: bool
    quarantined: bool


class Model(RuleBasedStateMachine):
    """What is known without asking the program, and what may never be otherwise."""

    engine: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="life-"))
        self.stack = ExitStack()
        self.clock = Clock(datetime.now(UTC))
        self.held: dict[str, Held] = {}
        self.proven: set[str] = set()
        self.drills: list[tuple[datetime, bool]] = []
        self.killed: list[RunKind] = []
        self.damaged = False
        self.facts = Facts()
        self.known: Known | None = None

    @initialize()
    def open(self) -> None:
        self.firm = a_firm(
            self.root,
            Wishes(
                engines={"erp": self.engine},
                system={"rpo": "24h", "prove": "7d"},
                job={
                    "sample": {"random": 3, "due": 2, "largest": 1, "newest": 1},
                    "retention": {"last": 2, "daily": 0, "weekly": 0, "monthly": 0},
                    # What is drawn here must not look odd, or hardly any backup would count.
                    "plausibility": {"max_changed_percent": 100, "tolerance": 1000},
                },
            ),
        )
        top = bytes(self.firm.source())
        for name, content in FILES.items():
            path = Path((top + b"/" + name).decode("utf-8", "surrogateescape"))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        (self.firm.source() / "link").symlink_to("ledger.csv")
        (self.firm.source() / "twin").hardlink_to(self.firm.source() / "ledger.csv")
        (self.firm.source() / "hollow").mkdir()
        self.office = self.stack.enter_context(at_work(self.firm, self.clock))

    def teardown(self) -> None:
        self.stack.close()
        shutil.rmtree(self.root)

    @invariant()
    def the_record_holds_together(self) -> None:
        store, now = self.office.app.bench.store, self.clock()
        for record in store.records(after=self.facts.sequence):
            self.facts = fold(self.facts, record)
        at_once = read_facts(store, now)
        self.known = at_once if self.known is None else read_on(store, self.known, now)

        assert at_once.doubt is None
        assert at_once.facts == self.facts == self.known.facts

    @invariant()
    def nothing_is_left_behind(self) -> None:
        runs = {record.run_id for record in self.office.records()}
        # What an engine remembers from run to run is kept there too.
        for place in (self.firm.sandbox, self.firm.state / "scratch"):
            names = {entry.name for entry in place.iterdir()} if place.exists() else set()
            assert not names & runs
            assert place != self.firm.sandbox or not names

    @invariant()
    def what_is_called_proven_is(self) -> None:
        judged = self._assess()
        proof = judged.systems[0].jobs[0].proof

        assert set(proof.proven_points) <= self.proven
        assert not proof.fresh or (self.drills and self.drills[-1][1])
        if judged.systems[0].rpo.verdict is Verdict.PASS:
            at, passed = self.drills[-1]
            newest = max(held.data_time for held in self.held.values() if held.passed)
            assert passed
            assert self.clock.moment - at < PROVE
            assert self.clock.moment - newest <= RPO

    @invariant()
    def an_open_run_is_not_green(self) -> None:
        if {RunKind.BACKUP, RunKind.DRILL} & set(self.killed):
            assert self._assess().verdict is not Verdict.PASS

    @invariant()
    def waiting_heals_nothing(self) -> None:
        before = _verdicts(self._assess())
        for wait in WAITS:
            after = _verdicts(self._assess(wait))
            assert [gravity(verdict) for verdict in before] <= [gravity(v) for v in after]
            assert all(
                gravity(one) <= gravity(other) for one, other in zip(before, after, strict=True)
            )
            before = after

    def truth(self, point: str) -> Tree:
        """Tell what of a point is really there, without asking the program."""
        raise NotImplementedError

    def stored_files(self, point: str) -> list[Path]:
        """List files of the repository that could rot."""
        raise NotImplementedError

    def delete_point(self, point: str) -> None:
        """Delete a point behind everybody's back."""
        raise NotImplementedError

    def _start(self) -> None:
        """Do what every command does first."""
        self.office.clear_up()
        if RunKind.DRILL in self.killed:
            self.drills.append((self.clock.moment, False))
        self.killed.clear()

    def _drilled(self, asked: DrillRequest) -> Ended:
        ended = self.office.drill(
            full=asked.full, point=asked.point, size=asked.size, seed=asked.seed
        )
        passed = ended.conclusion.verdict is Verdict.PASS
        self.drills.append((ended.record.recorded_at, passed))
        return ended

    def _judge(self, ended: Ended, wrong: set[bytes], compared: bool) -> None:
        verdict = ended.conclusion.verdict
        if wrong or not compared:
            assert verdict is not Verdict.PASS, f"green although {wrong} is not right"
        elif self.engine == "rsync" or not self.damaged:
            assert verdict is Verdict.PASS, ended.conclusion
        findings = body_of(ended).get("findings")
        if isinstance(findings, list):
            assert len(wrong) <= len(findings)

    def _last_proven(self) -> str | None:
        facts = self.office.facts()
        last = facts.drills[-1] if facts.drills else None
        return last.point if last is not None and last.verdict is Verdict.PASS else None

    def _quarantine(self) -> bool:
        return any(held.quarantined for held in self.held.values())

    def _disguised(self, source: Tree) -> list[bytes]:
        """Find files whose content alone is not what it was in the last believed backup."""
        believed = [held for held in self.held.values() if not held.quarantined]
        if not believed:
            return []
        before = max(believed, key=lambda held: held.data_time).source
        return [
            path
            for path, stuff in source.items()
            if path in before
            and stuff.is_file()
            and before[path].is_file()
            and (stuff.size, stuff.mtime_ns) == (before[path].size, before[path].mtime_ns)
            and stuff.content != before[path].content
        ]

    def _check_manifest(self, digest: str, source: Tree) -> None:
        entries = list(self.office.app.bench.shelf.read(digest))
        files = {entry.path: entry.sha256 for entry in entries if entry.kind is Kind.FILE}

        assert files == {path: stuff.sha256 for path, stuff in source.items() if stuff.is_file()}

    def _assess(self, wait: timedelta = timedelta(0)) -> Assessment:
        systems, jobs = plans_from_workspace(self.office.app.workspace)
        facts = read_facts(self.office.app.bench.store, self.clock.moment).facts
        return assess(Portfolio(systems=systems, jobs=jobs, facts=facts), self.clock.moment + wait)


def is_same(found: Stuff | None, wanted: Stuff) -> bool:
    """Compare all that matters; when a directory last changed is no part of what it holds."""
    if found is not None and stat.S_ISDIR(wanted.kind):
        return (found.kind, found.mode) == (wanted.kind, wanted.mode)
    return found == wanted


def is_compared(entry: Entry) -> bool:
    return entry.seal is Seal.SEALED


def _verdicts(assessment: Assessment) -> list[Verdict]:
    system = assessment.systems[0]
    rpo = system.rpo.verdict
    assert rpo is not None
    return [assessment.verdict, system.verdict, rpo, system.proof.verdict, system.jobs[0].verdict]
