"""Bad nights and bad months, told to a real store by a clock that is told the time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from continuity.domain.announcing import CHANNEL, TICKET, Lane, Voice
from continuity.domain.duty import Duty, Side
from continuity.domain.escalation import Scene, changes_from, due_rungs
from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.failure import FailureClass
from continuity.domain.incident import Change, Incident
from continuity.domain.ladder import Ladder, Recipient, Rung, Track, When, Whom
from continuity.domain.observing import Roster
from continuity.domain.text import N_, Message, plain_from_message, say
from continuity.store.store import Store, open_store
from continuity.workflows.responding import Desk, respond

_BEGIN = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
_MINUTE, _LOOK, _DAY = timedelta(minutes=1), timedelta(minutes=3), timedelta(days=1)
_JOBS = tuple(f"job-{number:02d}" for number in range(1, 31))
_ROSTER = Roster(
    organisation="simulated",
    system_of=dict.fromkeys(_JOBS, "billing"),
    repository_of=dict.fromkeys(_JOBS, "nas"),
    criticality_of={"billing": "high"},
)
_LANES = (Lane(name=f"{TICKET}:simulated"), Lane(name=f"{CHANNEL}:simulated", personal=True))
_LADDER = Ladder(
    name="simulated",
    track=Track.TECHNICAL,
    rungs=(
        Rung(when=When.UNACKNOWLEDGED, to=(Recipient(whom=Whom.OWNER),)),
        Rung(
            when=When.UNACKNOWLEDGED,
            to=(Recipient(whom=Whom.EVERYONE),),
            after=timedelta(minutes=30),
        ),
    ),
    repeat=1,
)
_SCENE = Scene(duty=Duty(zone="UTC", sides={"owner": Side.INTERNAL}), owners=("owner",))
_LOT = 10
_AT_ONCE = 100
_RECURRENCES = 10_000
_MOST_MESSAGES = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Weather:
    """What came of one bad time: how many answers, incidents, tickets and messages.

    ``speaking`` are the incidents that people ever heard of.
    """

    title: Message
    answers: int
    incidents: int
    speaking: int
    tickets: int
    entries: int
    messages: int

    @property
    def as_promised(self) -> bool:
        """Whether it was one incident, one ticket and a handful of messages."""
        one_each = (self.speaking, self.tickets) == (1, 1)
        return one_each and self.messages <= _MOST_MESSAGES


@dataclass(kw_only=True)
class _Clock:
    """A clock that stands until somebody waits."""

    moment: datetime = _BEGIN

    def now(self) -> datetime:
        return self.moment


@dataclass(kw_only=True)
class _Stage:
    """A store of its own, and the clock that it goes by."""

    store: Store
    clock: _Clock
    answers: int = 0

    @property
    def desk(self) -> Desk:
        return Desk(
            store=self.store,
            now=self.clock.now,
            roster=_ROSTER,
            voice=Voice(lanes=lambda _incident: _LANES),
            passing=_climbed,
        )

    def tell(self, *drafts: Draft) -> None:
        self.store.append(*drafts)
        self.answers += len(drafts)
        respond(self.desk)

    def wait(self, span: timedelta) -> None:
        """Let time pass; a few minutes after what was told, somebody looks again."""
        self.clock.moment += _LOOK
        respond(self.desk)
        self.clock.moment += span - _LOOK


def _climbed(incident: Incident, now: datetime) -> tuple[Change, ...]:
    """Call the owner at once and everybody later, twice, as where no ladder was written."""
    return changes_from(due_rungs(incident, (_LADDER,), _SCENE, now), now)


def simulate_storm(address: Callable[[str], str]) -> Iterator[Weather]:
    """Live through each bad time in a store of its own; ``address`` makes one for a name."""
    for name, (title, act) in _ACTS.items():
        clock = _Clock()
        with open_store(address(name), clock.now) as store:
            stage = _Stage(store=store, clock=clock)
            act(stage)
            yield _weather(title, stage)


def _weather(title: Message, stage: _Stage) -> Weather:
    with stage.store.reading() as reading:
        incidents = reading.incidents.all()
        rows = [row.notice for row in reading.outbox.all()]
    tickets = [row for row in rows if row.lane.startswith(TICKET)]
    return Weather(
        title=title,
        answers=stage.answers,
        incidents=len(incidents),
        speaking=len({row.incident for row in rows}),
        tickets=len({row.incident for row in tickets}),
        entries=len(tickets),
        messages=len(rows) - len(tickets),
    )


def _ran(
    job: str,
    failure: FailureClass | None,
    run_id: str,
    kind: RecordKind = RecordKind.BACKUP_FINISHED,
) -> Draft:
    body: dict[str, object] = {"verdict": "PASS", "point": {"id": run_id}, "classes": {"match": 1}}
    if failure is not None:
        reason = plain_from_message(say(N_("The simulated repository does not answer.")))
        body = {"verdict": "INCONCLUSIVE", "failure": failure.value, "reason": reason}
    return Draft(kind=kind, job=job, run_id=run_id, body={**body, "repository": "nas"})


def _night(stage: _Stage, number: int, failure: FailureClass | None) -> None:
    """Ten jobs run at a time, each lot is looked at when it ends."""
    for start in range(0, len(_JOBS), _LOT):
        lot = _JOBS[start : start + _LOT]
        stage.tell(*(_ran(job, failure, f"{job}-{number}") for job in lot))
        stage.wait(_LOT * _MINUTE)
    stage.wait(_DAY - len(_JOBS) * _MINUTE)


def _dead_for(nights: int) -> Callable[[_Stage], None]:
    def act(stage: _Stage) -> None:
        for number in range(nights):
            _night(stage, number, FailureClass.UNREACHABLE)
        _night(stage, nights, None)

    return act


def _flaps(stage: _Stage) -> None:
    for number in range(60):
        failure = FailureClass.UNREACHABLE if number % 2 == 0 else None
        stage.tell(_ran(_JOBS[0], failure, f"flap-{number}"))
        stage.wait(_DAY / 4)
    for number in range(20):
        stage.tell(_ran(_JOBS[0], None, f"steady-{number}"))
        stage.wait(_DAY / 4)


def _recurs(stage: _Stage) -> None:
    failure = FailureClass.CHECKSUM_MISMATCH
    for start in range(0, _RECURRENCES, _AT_ONCE):
        numbers = range(start, start + _AT_ONCE)
        stage.tell(
            *(
                _ran(_JOBS[0], failure, f"again-{number}", RecordKind.DRILL_FINISHED)
                for number in numbers
            )
        )
        stage.wait(_MINUTE * _AT_ONCE)


_ACTS: dict[str, tuple[Message, Callable[[_Stage], None]]] = {
    "night": (say(N_("30 jobs on one dead NAS, for two nights")), _dead_for(2)),
    "month": (say(N_("the same for a month")), _dead_for(30)),
    "flapping": (say(N_("a repository that comes and goes")), _flaps),
    "recurring": (say(N_("10,000 recurrences of one failed test")), _recurs),
}
