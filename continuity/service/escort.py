"""An escort for runs of runbooks: they go on by themselves, whether or not anybody looks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from continuity.answering.announcer import Announcer
from continuity.app import App
from continuity.config.runbook_document import document_from_kept_text
from continuity.domain.conduct import Conduct, StepRun, Waits
from continuity.domain.conduct_calling import call_after_silence
from continuity.domain.conduct_due import Due, may_be_stopped, what_is_due
from continuity.domain.conduct_frontier import Stand
from continuity.domain.failure import ContinuityError
from continuity.domain.runbook_document import RunbookDocument
from continuity.domain.text import Message
from continuity.hosts.process import Life, life_of, process_from_text
from continuity.service.child import Child, Nursery, begin_child, last_words
from continuity.workflows.holding import hold, runs_held
from continuity.workflows.looking import looked_last

_PATIENCE_SECONDS = 300.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Stride:
    """One time that a run was carried on: how it stands then, or what kept it from going on."""

    run: str
    state: str = ""
    trouble: Message | None = None


@dataclass(kw_only=True)
class _Going:
    """A run that is being carried on; the version it had, and for what it was begun."""

    run: str
    version: int
    due: Due
    child: Child


def _nobody_hears(_stride: Stride) -> None:
    return


@dataclass(kw_only=True)
class Escort:
    """Carries open runs on, each in a process of its own that may be killed without harm.

    What the database holds of a run decides what is done: two who carry on the same run, or
    somebody at a terminal, never do a step twice.
    """

    told: Callable[[Stride], None] = _nobody_hears
    under_way: list[_Going] = field(default_factory=list)
    _documents: dict[str, RunbookDocument] = field(default_factory=dict)
    _vain: dict[str, tuple[int, float]] = field(default_factory=dict)
    _silent_since: datetime | None = None

    def turn(self, app: App, nursery: Nursery) -> None:
        """Look once at all open runs, and begin what has to go on. Raises StoreError."""
        self.settle_finished(app)
        with app.bench.store.reading() as reading:
            runs = reading.conducts.open()
        held = self._held(app, runs) if runs else frozenset()
        names = {one.run for one in runs}
        self._vain = {run: seen for run, seen in self._vain.items() if run in names}
        for conduct in runs:
            if conduct.run in held:
                continue
            try:
                due = self._due(app, conduct)
            except ContinuityError as error:
                self._give_up(app, conduct, error.what)
                continue
            if due is not Due.NOTHING and self._may_begin(app, conduct, due):
                child = begin_child(nursery, _words(app, conduct), conduct.run)
                going = _Going(run=conduct.run, version=conduct.version, due=due, child=child)
                self.under_way.append(going)

    def _held(self, app: App, runs: Sequence[Conduct]) -> frozenset[str]:
        """Hold what people may have gone on with on paper, while nothing here was at work."""
        store = app.bench.store
        looked, silence = looked_last(store), app.workspace.settings.service.silence
        silent = looked is not None and app.bench.now() - looked > silence
        if looked is not None and silent and looked != self._silent_since:
            self._silent_since = looked
            left = [one for one in runs if one.latest is None or one.latest <= looked]
            hold(store, [one.run for one in left])
            self._ask_for_paper(app, left, looked)
        return runs_held(store)

    def _ask_for_paper(self, app: App, runs: Sequence[Conduct], since: datetime) -> None:
        announcer = Announcer(workspace=app.workspace, store=app.bench.store, now=app.bench.now)
        for conduct in runs:
            try:
                stand = self._stand(app, conduct)
            except ContinuityError:
                continue  # It is told of when it is looked at.
            call = call_after_silence(stand, since, app.workspace.settings.zone)
            with app.bench.store.transaction() as transaction:
                transaction.outbox.queue(announcer.notices(call, stand), app.bench.now())

    def _may_begin(self, app: App, conduct: Conduct, due: Due) -> bool:
        mine = [one.due for one in self.under_way if one.run == conduct.run]
        # While a step takes long, time passes for the rest of the run all the same.
        if Due.TIME in mine or (mine and due is Due.WORK):
            return False
        version, at = self._vain.get(conduct.run, (0, 0.0))
        return version != conduct.version or app.bench.monotonic() - at >= _PATIENCE_SECONDS

    def settle_finished(self, app: App) -> None:
        """Say what became of runs that were carried on."""
        for one in [going for going in self.under_way if going.child.is_over]:
            self.under_way.remove(one)
            plain = _printed(one.child)
            if plain is None or plain["version"] == one.version:
                # Nothing came of it: it is not tried again at once.
                self._vain[one.run] = (one.version, app.bench.monotonic())
            if plain is None:
                self.told(Stride(run=one.run, trouble=last_words(one.child)))
            elif plain["version"] != one.version:
                self.told(Stride(run=one.run, state=str(plain["state"])))

    def _give_up(self, app: App, conduct: Conduct, why: Message) -> None:
        if self._may_begin(app, conduct, Due.WORK):
            self._vain[conduct.run] = (conduct.version, app.bench.monotonic())
            self.told(Stride(run=conduct.run, trouble=why))

    def end(self, app: App, until: float) -> None:
        """Stop what may be done again, and wait for the rest until this monotonic time."""
        while self.under_way and app.bench.monotonic() < until:
            for one in self.under_way:
                if _may_be_stopped(app, one.run, self._stand):
                    one.child.stop.set()
            self._rest(app)
        for one in self.under_way:
            one.child.stop.set()
        while self.under_way:
            self._rest(app)

    def _rest(self, app: App) -> None:
        self.under_way[0].child.over.wait(1.0)
        self.settle_finished(app)

    def _due(self, app: App, conduct: Conduct) -> Due:
        waited_for = [one.child for one in conduct.steps if one.waits is Waits.RUN]
        if any(_is_over(app, name) for name in (*waited_for, conduct.parent) if name):
            return Due.WORK
        stand = self._stand(app, conduct)
        return what_is_due(stand, app.bench.now(), app.workspace.settings.zone, _is_gone)

    def _stand(self, app: App, conduct: Conduct) -> Stand:
        known = self._documents.get(conduct.hash)
        if known is None:
            with app.bench.store.reading() as reading:
                text = reading.conducts.text_of(conduct.hash) or ""
            root = app.workspace.root.absolute()
            known = document_from_kept_text(conduct.runbook, text, root)
            self._documents[conduct.hash] = known
        return Stand(document=known, conduct=conduct)


def _words(app: App, conduct: Conduct) -> tuple[str, ...]:
    # What belongs to a run that is over is ended by it.
    parent = conduct.parent
    run = parent if parent and _is_over(app, parent) else conduct.run
    return ("runbook", "carry-on", "--unattended", "--", run)


def _is_over(app: App, run: str) -> bool:
    with app.bench.store.reading() as reading:
        found = reading.conducts.find(run)
    return found is not None and found.over


def _is_gone(one: StepRun) -> bool:
    return life_of(process_from_text(one.process)) is Life.DEAD


def _may_be_stopped(app: App, run: str, stand_of: Callable[[App, Conduct], Stand]) -> bool:
    try:
        with app.bench.store.reading() as reading:
            found = reading.conducts.find(run)
        return found is None or may_be_stopped(stand_of(app, found))
    except ContinuityError:
        return False


def _printed(child: Child) -> Mapping[str, object] | None:
    if child.finished is None:
        return None
    try:
        plain = json.loads(child.finished.stdout)
    except ValueError:
        return None
    return plain if isinstance(plain, dict) and {"state", "version"} <= plain.keys() else None
