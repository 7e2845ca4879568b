"""The life of one job as a state machine, beside a model that knows what is really recoverable."""

from __future__ import annotations

import shutil
import stat
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar, NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from continuity.config.plans import plans_from_workspace
from continuity.domain.assessment import Assessment, assess
from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.facts import Facts
from continuity.domain.folding import fold
from continuity.domain.manifest import Entry, Kind, Seal
from continuity.domain.portfolio import Portfolio
from continuity.domain.reason import gravity
from continuity.domain.run import RunKind
from continuity.domain.verdict import Verdict
from continuity.hosts.process import identify_self
from continuity.store.runs import Run
from continuity.workflows.facts import Known, read_facts, read_on
from continuity.workflows.planning import DrillRequest, plan_drill
from continuity.workflows.retire import retire
from continuity.workflows.running import Ended, new_run_id
from continuity.workflows.world import unwatched
from tests.support.firm import Clock, Wishes, a_firm, at_work, body_of
from tests.support.recoverable import Stuff, Tree, restored_by_restic, tree_of
from tests.support.sabotage import Harm, harm, live_files, mischief

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


class Life(RuleBasedStateMachine):
    """Backups, drills, changes, damage, kills and time in any order."""

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

    # What happens

    @rule()
    def back_up(self) -> None:
        self._start()
        source = tree_of(self.firm.source())
        suspect = self._disguised(source)
        ended = self.office.back_up()
        passed = ended.conclusion.verdict is Verdict.PASS
        point = body_of(ended).get("point")
        if isinstance(point, dict):
            self.held[str(point["id"])] = Held(
                source=source,
                data_time=datetime.fromisoformat(str(point["data_time"])),
                passed=passed,
                quarantined=body_of(ended)["quarantined"] is True,
            )
        assert isinstance(point, dict) or not passed
        assert not (passed and suspect), f"a backup passed although {suspect} changed in disguise"
        if passed:
            self._check_manifest(str(body_of(ended)["manifest"]["digest"]), source)
        elif not (suspect or self.damaged or self._quarantine()):
            assert not any(stuff.is_file() for stuff in source.values()), ended.conclusion

    @rule(act=mischief, one=picks, other=picks)
    def mischief_at_the_source(self, act: str, one: int, other: int) -> None:
        live_files(self.firm.source()).do(act, one, other)

    @precondition(lambda self: self.held)
    @rule(how=st.sampled_from(Harm), which=picks, what=picks)
    def damage(self, how: Harm, which: int, what: int) -> None:
        files = self.stored_files(list(self.held)[which % len(self.held)])
        if files:
            harm(files[what % len(files)], how, what)
            self.damaged = True

    @precondition(lambda self: len(self.held) > 1)
    @rule(which=picks)
    def somebody_deletes_a_point(self, which: int) -> None:
        self.delete_point(list(self.held)[which % len(self.held)])
        self.damaged = True

    @rule(span=spans)
    def wait(self, span: timedelta) -> None:
        self.clock.go_on(span)

    @precondition(lambda self: not self.killed)
    @rule(kind=st.sampled_from((RunKind.BACKUP, RunKind.DRILL, RunKind.RETENTION)))
    def kill(self, kind: RunKind) -> None:
        """Leave what a run leaves that was killed just after its start."""
        bench, protected = self.office.app.bench, self.office.protected()
        gone = replace(identify_self(), started=1)
        run_id = new_run_id(bench)
        body = {"repository": "erp", "engine": self.engine, "path_set": protected.path_set}
        with bench.store.transaction() as transaction:
            transaction.claim(
                Run(run_id=run_id, job="erp", kind=kind, started_at=bench.now(), holder=gone)
            )
            started = RecordKind(f"{kind.value}.started")
            transaction.append(Draft(kind=started, job="erp", run_id=run_id, body=body))
        self.killed.append(kind)

    @rule(act=mischief, one=picks, other=picks, wanted=st.sampled_from(("newest", "oldest")))
    def a_working_day(self, act: str, one: int, other: int, wanted: str) -> None:
        """Let a day pass as days should: work, a backup, a restore test."""
        live_files(self.firm.source()).do(act, one, other)
        self.clock.go_on(timedelta(hours=12))
        self.back_up()
        self.drill(full=False, wanted=wanted, one=other)

    @precondition(lambda self: self.held)
    @rule(how=st.sampled_from(Harm), which=picks, what=picks, full=st.booleans())
    def damage_and_drill(self, how: Harm, which: int, what: int, full: bool) -> None:
        self.damage(how, which, what)
        self.drill(full=full, wanted="id", one=which)

    @rule()
    def restart(self) -> None:
        self.stack.close()
        self.office = self.stack.enter_context(at_work(self.firm, self.clock))
        self._start()

    @precondition(lambda self: self._quarantine())
    @rule()
    def accept(self) -> None:
        """Let a person accept the newest backup."""
        newest = max(self.held, key=lambda name: self.held[name].data_time)
        body = {"by": "ana", "point": newest}
        draft = Draft(kind=RecordKind.BASELINE_ACCEPTED, job="erp", body=body)
        self.office.app.bench.store.append(draft)
        self.held[newest] = self.held[newest]._replace(passed=True, quarantined=False)

    @rule()
    def retain(self) -> None:
        self._start()
        office = self.office
        last = self._last_proven()
        ended = retire(office.app.bench, office.protected(), office.facts(), unwatched())
        removed = [] if ended is None else body_of(ended).get("removed", [])
        assert isinstance(removed, list)
        assert not (removed and self._quarantine())
        assert last not in removed
        for name in removed:
            del self.held[name]
        assert not removed or len(self.held) >= 2

    @rule(
        full=st.booleans(), wanted=st.sampled_from(("newest", "oldest", "random", "id")), one=picks
    )
    def drill(self, full: bool, wanted: str, one: int) -> None:
        self._start()
        if wanted == "id":
            wanted = list(self.held)[one % len(self.held)] if self.held else "newest"
        asked = DrillRequest(full=full, point=wanted, seed=str(one))
        if not self.held:
            assert self._drilled(asked).conclusion.verdict is Verdict.INCONCLUSIVE
            return
        office = self.office
        plan = plan_drill(office.app.bench, office.protected(), office.facts(), asked)
        compared = [entry for entry in plan.expected(office.app.bench.shelf) if _compared(entry)]
        source, there = self.held[plan.point.id].source, self.truth(plan.point.id)
        wrong = {
            entry.path
            for entry in compared
            if entry.path in source and not _same(there.get(entry.path), source[entry.path])
        }
        began = self.clock()
        ended = self._drilled(asked)
        self._judge(ended, wrong, bool(compared))
        if ended.conclusion.verdict is Verdict.PASS:
            self.proven.add(plan.point.id)
        for proof in office.app.bench.store.proofs("erp"):
            if proof.proven_at >= began:
                assert proof.sha256 == source[proof.path].sha256 == there[proof.path].sha256

    # What must hold after each step

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
        for place in (self.firm.sandbox, self.firm.state / "scratch"):
            assert not place.exists() or {entry.name for entry in place.iterdir()} <= {"cache"}

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

    # The model

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


def _same(found: Stuff | None, wanted: Stuff) -> bool:
    """Compare all that matters; when a directory last changed is no part of what it holds."""
    if found is not None and stat.S_ISDIR(wanted.kind):
        return (found.kind, found.mode) == (wanted.kind, wanted.mode)
    return found == wanted


def _compared(entry: Entry) -> bool:
    return entry.seal is Seal.SEALED


def _verdicts(assessment: Assessment) -> list[Verdict]:
    system = assessment.systems[0]
    rpo = system.rpo.verdict
    assert rpo is not None
    return [assessment.verdict, system.verdict, rpo, system.proof.verdict, system.jobs[0].verdict]


class LifeOfRsync(Life):
    """A job whose copies are plain trees, so that anybody can see what is in them."""

    engine = "rsync"

    def truth(self, point: str) -> Tree:
        generation = self.firm.repository() / "generations" / point
        inside = Path(f"{generation}{self.firm.source()}")
        return tree_of(inside, generation)

    def stored_files(self, point: str) -> list[Path]:
        generation = self.firm.repository() / "generations" / point
        return sorted(path for path in generation.rglob("*") if _is_plain(path))

    def delete_point(self, point: str) -> None:
        (self.firm.repository() / "points" / f"{point}.json").unlink(missing_ok=True)
        shutil.rmtree(self.firm.repository() / "generations" / point, ignore_errors=True)


class LifeOfRestic(Life):
    """A job whose copies only restic itself can read."""

    engine = "restic"

    def truth(self, point: str) -> Tree:
        if not self.damaged:
            return self.held[point].source
        with tempfile.TemporaryDirectory(dir=self.root) as place:
            return restored_by_restic(
                self.firm.repository(), self.root / "password", point, Path(place)
            )

    def stored_files(self, point: str) -> list[Path]:
        folders = ("data", "index", "snapshots")
        found = (self.firm.repository() / name for name in folders)
        return sorted(path for top in found for path in top.rglob("*") if _is_plain(path))

    def delete_point(self, point: str) -> None:
        (self.firm.repository() / "snapshots" / point).unlink(missing_ok=True)


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
