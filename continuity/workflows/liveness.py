"""Try channels with a message that a person has to confirm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from continuity.domain.delivery import Confirmed, Outcome
from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.examined import Examined
from continuity.domain.failure import ConfigurationError
from continuity.domain.letter import Letter
from continuity.domain.liveness import (
    LIVENESS_KINDS,
    LivenessTest,
    code_from_bytes,
    examine_liveness,
    found_by_code,
    hash_of_code,
    liveness_from_records,
)
from continuity.domain.outlet import Outlet
from continuity.domain.text import N_, plain_from_message, say
from continuity.domain.ticket import Severity
from continuity.notify.channel import Channel
from continuity.speech.speaker import Speaker
from continuity.store.store import Store
from continuity.workflows.world import Workbench

_RANDOM_BYTES = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """What is tried: a channel, and whoever is to see it; ``to`` is empty where it knows itself."""

    name: str
    kind: str
    channel: Channel
    speaker: Speaker
    to: str = ""
    person: str = ""


def try_channel(bench: Workbench, trial: Trial) -> Outcome:
    """Send a code by a channel and record that this was done; the code is nowhere else."""
    code = code_from_bytes(bench.entropy(_RANDOM_BYTES))
    outcome = trial.channel.send(_letter(bench, trial, code), trial.to)
    body: dict[str, object] = {
        "channel": trial.name,
        "kind": trial.kind,
        "outcome": type(outcome).__name__.lower(),
        "code_hash": hash_of_code(code),
    }
    if not isinstance(outcome, Confirmed):
        body["reason"] = plain_from_message(outcome.reason)
    people = {"actor": bench.actor} | ({"to": trial.person} if trial.person else {})
    bench.store.append(Draft(kind=RecordKind.CHANNEL_TESTED, body=body, personal=people))
    return outcome


def _letter(bench: Workbench, trial: Trial, code: str) -> Letter:
    speaker, name = trial.speaker, trial.name
    subject = say(N_("Test of the channel {name}: code {code}"), name=name, code=code)
    happened = say(
        N_("Nothing happened. This is the monthly test of the channel {name}."), name=name
    )
    means = say(N_("Whoever sees this will also see it when something is wrong."))
    expected = say(
        N_("Say that you saw it, where Continuity runs: continuity channels confirm {code}"),
        code=code,
    )
    return Letter(
        number=speaker.text(N_("TEST")),
        severity=Severity.S5,
        subject=f"[Continuity] {speaker.sentence(subject)}",
        happened=speaker.sentence(happened),
        means=speaker.sentence(means),
        doing="",
        expected=speaker.sentence(expected),
        url="",
        facts=((speaker.text(N_("Code")), code),),
        footer=bench.organisation,
        thread=f"test-{name}",
        key=f"test-{name}-{hash_of_code(code)}",
        language=speaker.language,
    )


def confirm_seen(bench: Workbench, code: str) -> LivenessTest:
    """Record that a person saw the message with a code.

    Raises ConfigurationError when no message of the last month has it.
    """
    test = found_by_code(read_tests(bench.store), code, bench.now())
    if test is None:
        raise ConfigurationError(
            say(N_("No test of the last 31 days has this code.")),
            remedy=say(N_("Read the code in the message again, or send a new one.")),
        )
    bench.store.append(
        Draft(
            kind=RecordKind.CHANNEL_CONFIRMED,
            body={"channel": test.channel, "test": test.sequence},
            personal={"actor": bench.actor},
        )
    )
    return test


def read_tests(store: Store) -> tuple[LivenessTest, ...]:
    """Read from the record when channels were tried."""
    return liveness_from_records(store.records(kinds=LIVENESS_KINDS))


def examine_channels(
    bench: Workbench, outlets: Mapping[str, Outlet], names: Iterable[str]
) -> Iterator[Examined]:
    """Say of each channel whether a person lately saw something by it."""
    tests = read_tests(bench.store)
    for name in names:
        yield examine_liveness(name, outlets[name].kind, tests, bench.now())
