"""The words of runbooks, for people, in any language."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from datetime import timedelta

from continuity.domain.ladder import text_from_recipient
from continuity.domain.probe import Probe
from continuity.domain.step_kinds import (
    ApprovalStep,
    CommandStep,
    GroupStep,
    NotifyStep,
    RestoreStep,
    RunbookStep,
    Step,
    VerifyStep,
    WaitStep,
)
from continuity.domain.text import N_, shown
from continuity.domain.written import text_from_duration
from continuity.speech.speaker import Speaker

WORDS: Mapping[str, str] = {
    "manual": N_("by hand"),
    "decision": N_("decision"),
    "approval": N_("approval"),
    "command": N_("command"),
    "restore": N_("restore"),
    "verify": N_("verification"),
    "wait": N_("waiting"),
    "notify": N_("message"),
    "runbook": N_("other runbook"),
    "group": N_("together"),
    "internal": N_("internal"),
    "provider": N_("provider"),
    "joint": N_("both sides"),
    "shadow": N_("the provider does it, the firm confirms"),
    "read": N_("changes nothing"),
    "reversible": N_("can be taken back"),
    "destructive": N_("DESTRUCTIVE"),
    "draft": N_("draft"),
    "active": N_("active"),
    "retired": N_("retired"),
    "recovery": N_("recovery"),
    "containment": N_("containment"),
    "communication": N_("communication"),
    "crisis": N_("crisis"),
    "note": N_("a note"),
    "output": N_("the output"),
    "file": N_("a file"),
    "photo": N_("a photo"),
    "checksum": N_("a checksum"),
    "reading": N_("the measured value"),
    "ticket": N_("the ticket"),
    "access": N_("access"),
    "key": N_("key"),
    "device": N_("device"),
    "contract": N_("contract"),
    "document": N_("document"),
}


def word(speaker: Speaker, name: str) -> str:
    """Give the word people use for a value of the format."""
    return speaker.text(WORDS[name])


def span(time: timedelta) -> str:
    """Write a duration as it is written in files."""
    return text_from_duration(time)


def what_it_does(speaker: Speaker, step: Step) -> Iterator[str]:
    """Say what a step does beyond what all steps have."""
    match step:
        case CommandStep():
            argv = _plain(shlex.join(step.argv))
            yield speaker.text(N_("On {host}: {argv}")).format(host=step.host or "local", argv=argv)
        case RestoreStep():
            yield from _restored(speaker, step)
        case VerifyStep():
            yield from _asked(speaker, step.probe)
            yield from _patience(speaker, step)
        case WaitStep():
            until = step.until if step.lasts is None else span(step.lasts)
            yield speaker.text(N_("Wait: {until}")).format(until=until)
        case _:
            yield from _among_people(speaker, step)


def _among_people(speaker: Speaker, step: Step) -> Iterator[str]:
    match step:
        case NotifyStep():
            whom = ", ".join(text_from_recipient(one) for one in step.audience)
            text = _plain(" ".join(step.template.split()))
            yield speaker.text(N_("To {whom}: {text}")).format(whom=whom, text=text)
        case ApprovalStep():
            yield speaker.plural(
                "{count} person of: {roles}",
                "{count} different people of: {roles}",
                step.minimum,
            ).format(count=step.minimum, roles=", ".join(step.roles))
        case RunbookStep():
            yield speaker.text(N_("Follow the runbook {runbook}.")).format(runbook=step.runbook)
        case GroupStep():
            yield _grouped(speaker, step)
        case _:
            return


def _patience(speaker: Speaker, step: VerifyStep) -> Iterator[str]:
    yield speaker.text(N_("Every {every}, for at most {until}.")).format(
        every=span(step.every), until=span(step.until)
    )
    if step.stable_for is not None:
        yield speaker.text(N_("It must stay so for {span}.")).format(span=span(step.stable_for))


def _restored(speaker: Speaker, step: RestoreStep) -> Iterator[str]:
    targets = {
        "sandbox": speaker.text(N_("the sandbox")),
        "parallel": speaker.text(N_("beside the data")),
        "production": speaker.text(N_("OVER THE DATA")),
    }
    if step.target == "previous":
        told = N_("What was moved aside of {job} is put back IN ITS PLACE.")
        yield speaker.text(told).format(job=step.job)
        return
    yield speaker.text(N_("Job {job}, point {point}, into: {target}")).format(
        job=step.job, point=step.point, target=targets[step.target]
    ) + (f" ({_plain(step.place)})" if step.place else "")
    if step.repository is not None:
        yield speaker.text(N_("From the repository {name}.")).format(name=step.repository)
    if step.include:
        yield speaker.text(N_("Only: {paths}")).format(paths=", ".join(map(_plain, step.include)))


def _asked(speaker: Speaker, probe: Probe) -> Iterator[str]:
    if probe.asked is not None:
        yield speaker.text(N_("A person answers: {question}")).format(question=_plain(probe.asked))
    if probe.http is not None:
        yield speaker.text(N_("Page {url} answers {status}.")).format(
            url=_plain(probe.http.url), status=probe.http.status
        )
    if probe.tcp is not None:
        yield speaker.text(N_("{host} takes connections on port {port}.")).format(
            host=probe.tcp.host, port=probe.tcp.port
        )
    if probe.sql is not None:
        yield speaker.text(N_("The database of {job} answers: {query}")).format(
            job=probe.sql.job, query=_plain(probe.sql.query)
        )
    for file in (probe.file, probe.checksum):
        if file is not None:
            yield speaker.text(N_("The file {path} is as it should be.")).format(
                path=_plain(file.path)
            )
    if probe.command is not None:
        yield speaker.text(N_("Ends as it should: {argv}")).format(
            argv=_plain(shlex.join(probe.command.argv))
        )


def _grouped(speaker: Speaker, step: GroupStep) -> str:
    names = ", ".join(step.steps)
    if step.parallel:
        return speaker.text(N_("At the same time: {steps}")).format(steps=names)
    return speaker.text(N_("One after the other: {steps}")).format(steps=names)


def _plain(text: str) -> str:
    return shown(os.fsencode(text))
