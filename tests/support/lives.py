"""The life of one job as a state machine: what happens, in any order."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.run import RunKind
from continuity.domain.verdict import Verdict
from continuity.hosts.process import identify_self
from continuity.store.runs import Run
from continuity.workflows.planning import DrillRequest, plan_drill
from continuity.workflows.retire import retire
from continuity.workflows.running import new_run_id
from continuity.workflows.world import unwatched
from tests.support.firm import at_work, body_of
from tests.support.life_model import Held, Model, is_compared, is_same, picks, spans
from tests.support.recoverable import Tree, restored_by_restic, tree_of
from tests.support.sabotage import Harm, harm, live_files, mischief


class Life(Model):
    """Backups, drills, changes, damage, kills and time in any order."""

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
        compared = [entry for entry in plan.expected(office.app.bench.shelf) if is_compared(entry)]
        source, there = self.held[plan.point.id].source, self.truth(plan.point.id)
        wrong = {
            entry.path
            for entry in compared
            if entry.path in source and not is_same(there.get(entry.path), source[entry.path])
        }
        began = self.clock()
        ended = self._drilled(asked)
        self._judge(ended, wrong, bool(compared))
        if ended.conclusion.verdict is Verdict.PASS:
            self.proven.add(plan.point.id)
        for proof in office.app.bench.store.proofs("erp"):
            if proof.proven_at >= began:
                assert proof.sha256 == source[proof.path].sha256 == there[proof.path].sha256


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
