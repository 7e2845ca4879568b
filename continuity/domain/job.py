"""What people write about one protected thing: where it is, who copies it, how it is proven."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, SerializeAsAny

from continuity.domain.text import N_, say
from continuity.domain.written import (
    Duration,
    ExpectedError,
    Name,
    SecretReference,
    Size,
    SourcePath,
    Written,
)
from continuity.domain.written_hours import Hours


class Source(Written):
    """What is protected. Each kind of source adds its own keys in its own file."""

    kind: Name = Field(default="files", description="what sort of thing is protected")
    host: Name = Field(default="local", description="host on which it lives")

    def identity(self) -> str:
        """Name what is protected, for sources that are no files: proof is void when it changes."""
        return ""


def _login(text: str) -> str:
    if not text.isprintable() or "," in text:
        raise ExpectedError(say(N_("one printable name without commas")))
    return text


class RestoreLogin(Written):
    """Who may replace the living one, where the account that copies it may not."""

    user: Annotated[str, AfterValidator(_login)] = Field(
        min_length=1, max_length=128, description="account that may make and rename databases"
    )
    password: SecretReference | None = Field(
        default=None, description="where its password is kept; none is asked for if absent"
    )


class ServedSource(Source):
    """Something that a server keeps and gives out for a password."""

    password: SecretReference | None = Field(
        default=None, description="where its password is kept; none is asked for if absent"
    )


class ReplaceableSource(ServedSource):
    """One that can be replaced on its own server, by another account if need be."""

    restore: RestoreLogin | None = Field(
        default=None, description="account for a restore over production; the same if absent"
    )


class Check(Written):
    """A question to what was restored. Each kind of check adds its own keys in its own file."""

    kind: Name = Field(description="what sort of question")
    name: str = Field(min_length=1, description="what the answer tells, read aloud by the owner")


class Timetable(Written):
    """When things are due: ``daily at 02:00``, ``every 6h`` or five cron fields."""

    backup: str | None = Field(
        default=None,
        description="when a copy is made",
        examples=["daily at 02:00", "every 6h", "0 2 * * 1-5"],
    )
    drill: str | None = Field(default=None, description="restore test of a sample")
    full_drill: str | None = Field(default=None, description="restore test of everything")
    read_back: str | None = Field(
        default=None, description="check of the repository, which reads a slice of it back"
    )
    zone: str | None = Field(default=None, description="IANA zone; the organisation's if absent")
    grace: Duration | None = Field(
        default=None, description="how late it may start before it is overdue; 2h if absent"
    )
    hours: Hours | None = Field(
        default=None, description="the service starts runs only then; at any time if absent"
    )
    test_hours: Hours | None = Field(
        default=None,
        description="the service starts restore tests and checks only then; within hours if absent",
    )
    start_within: Duration | None = Field(
        default=None,
        description="the service gives a slot up that starts later; at the next slot if absent",
    )


class SamplePolicy(Written):
    """What a drill restores: always these, what is due, and random ones."""

    random: int = Field(
        default=59, ge=0, le=1_000_000, description="59 clean of 59: at most 5 % bad"
    )
    due: int = Field(
        default=40,
        ge=0,
        description="files from the packs touched longest ago; without packs, proven longest ago",
    )
    within: Duration | None = Field(
        default=None, description="every file is proven once within this time"
    )
    always: tuple[SourcePath, ...] = Field(default=(), description="paths that are in every sample")
    canaries: tuple[SourcePath, ...] = Field(
        default=(), description="files that never change; a change means tampering"
    )
    largest: int = Field(default=2, ge=0, description="largest files in every sample")
    newest: int = Field(default=3, ge=0, description="newest files in every sample")
    independent: bool = Field(
        default=True, description="what is due is read a second way, where the storage allows it"
    )
    both_ways: int = Field(default=10, ge=0, description="random files restored and read as well")
    max_files: int | None = Field(default=None, gt=0, description="no more files than this")
    max_bytes: Size | None = Field(default=None, description="no more than this much")
    max_time: Duration | None = Field(default=None, description="no longer than this")


class ReadBack(Written):
    """How stored bytes are read back: within what time, and how much of them at a time."""

    within: Duration | None = Field(
        default=None, description="every stored byte is read back once within this time"
    )
    max_bytes: Size | None = Field(default=None, description="no more than this much at a time")
    max_requests: int | None = Field(
        default=None, gt=0, description="no more requests to the storage than this at a time"
    )
    max_time: Duration | None = Field(default=None, description="no longer than this at a time")


class Retention(Written):
    """Which restore points stay. The last ones and the last proven one always do."""

    last: int = Field(default=7, ge=1, description="the newest ones")
    daily: int = Field(default=14, ge=0, description="the last one of each of so many days")
    weekly: int = Field(default=8, ge=0, description="the last one of each of so many weeks")
    monthly: int = Field(default=12, ge=0, description="the last one of each of so many months")
    yearly: int = Field(default=0, ge=0, description="the last one of each of so many years")


class Plausibility(Written):
    """Bounds a backup must respect before it is believed."""

    min_files: int = Field(default=1, ge=1, description="fewer files than this are not believed")
    max_changed_percent: int = Field(
        default=60, ge=1, le=100, description="more change than this between two backups is suspect"
    )
    tolerance: int = Field(
        default=8, ge=1, description="allowed distance from the usual size, in median deviations"
    )


class Skip(Written):
    """A person's decision not to test for a while."""

    reason: str = Field(min_length=3, description="why it is not tested")
    by: Name = Field(description="person who decided it")
    until: date = Field(description="last day of it, such as 2027-03-31")


class Job(Written):
    """One protected thing of a system; the file's name is the job's name."""

    name: Name = Field(description="the same as the file's")
    title: str = Field(min_length=1, description="read aloud by its owner")
    system: Name = Field(description="business system it belongs to")
    source: SerializeAsAny[Source] = Field(description="what is protected")
    repository: Name = Field(description="where its copies are kept")
    schedule: Timetable = Field(default=Timetable(), description="when things are due")
    sample: SamplePolicy = Field(default=SamplePolicy(), description="what a drill restores")
    retention: Retention | None = Field(
        default=None, description="which restore points stay; all of them if absent"
    )
    plausibility: Plausibility = Field(
        default=Plausibility(), description="bounds a backup must respect before it is believed"
    )
    check_slices: int = Field(
        default=30,
        ge=1,
        description="the stored bytes are read back once in this many checks; see read_back.within",
    )
    read_back: ReadBack = Field(
        default=ReadBack(), description="by when stored bytes are read back, and on what budget"
    )
    checks: tuple[SerializeAsAny[Check], ...] = Field(
        default=(), description="questions that what was restored must answer in a drill"
    )
    runbook: Name | None = Field(default=None, description="what to do when it fails")
    skip: Skip | None = Field(default=None, description="a recorded decision not to test")
    options: dict[str, object] = Field(
        default_factory=dict, description="what only this engine understands"
    )
