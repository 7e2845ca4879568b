"""The recovery kit: for every job and every place of its copies, the stock commands in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from continuity.config.workspace import engine_options
from continuity.domain.by_hand import ByHand
from continuity.domain.failure import ContinuityError
from continuity.domain.job import Job
from continuity.domain.portrait import Portrait
from continuity.domain.system import Repository
from continuity.domain.text import N_, Message, say
from continuity.engines.by_hand import Asked
from continuity.engines.registry import engine_kinds
from continuity.offline.grounds import Grounds
from continuity.offline.points import Stand, stands_of
from continuity.offline.scripts import Script, script_bytes
from continuity.offline.secrets_kept import fetched, where_kept
from continuity.offline.sums import sums_of
from continuity.offline.ways import KNOWN_HOSTS, key_variable, script_name, target_of, ways_of
from continuity.sources.registry import source_kinds
from continuity.sources.source import LoadAsked
from continuity.workflows.manifests import PointRecord, recall_point


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """One script on paper. ``needs`` are variables and where what they hold is kept.

    ``load`` is the script that loads what was restored, empty for files; ``sums`` the file of sums.
    """

    stand: Stand
    title: str
    system: str
    engine: str
    location: str
    script: str
    hand: ByHand
    needs: tuple[tuple[str, Message], ...]
    sums: str
    load: str = ""
    loading: ByHand = field(default_factory=ByHand)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kit:
    """The files of the kit by name, and a sheet for each way back."""

    files: Mapping[str, bytes]
    sheets: tuple[Sheet, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Memory:
    """What is known of a point beyond its id."""

    sums: bytes = b""
    portrait: Portrait | None = None


def kit_of(grounds: Grounds) -> Kit:
    """Write the kit."""
    ways = ways_of(grounds.means.hosts)
    files: dict[str, bytes] = {**ways.scripts}
    if ways.scripts:
        files[KNOWN_HOSTS] = ways.known
    sheets: list[Sheet] = []
    for stand in stands_of(grounds):
        making = _Making(grounds, stand)
        files.update(making.files)
        sheets.append(making.sheet)
    return Kit(files=files, sheets=tuple(sheets))


class _Making:
    """One way back on its way into the kit."""

    def __init__(self, grounds: Grounds, stand: Stand) -> None:
        self._grounds = grounds
        self._stand = stand
        self._voice = grounds.voice
        self._job: Job = grounds.workspace.jobs[stand.job]
        self._repository: Repository = grounds.workspace.repositories[stand.repository]
        self._name = f"{stand.job}-{stand.repository}" if stand.is_copy else stand.job
        self.files: dict[str, bytes] = {}
        memory = _remembered(grounds, self._job, stand)
        self.sheet = self._made(memory)

    def _made(self, memory: _Memory) -> Sheet:
        sums = f"{self._name}.SHA256SUMS" if memory.sums else ""
        if sums:
            self.files[sums] = memory.sums
        asked = self._asked()
        hand = engine_kinds()[self._repository.engine].by_hand(asked)
        needs = tuple(self._needs(hand))
        script = f"{self._name}.sh"
        self.files[script] = script_bytes(
            Script(
                head=self._head(script),
                notes=tuple(
                    say(N_("{variable}: {where}"), variable=name, where=self._voice.sentence(where))
                    for name, where in needs
                ),
                hand=hand,
                fetching=tuple(self._fetching(hand)),
                secrets=self._secrets(hand),
                point=asked.point,
                check=sums,
            ),
            self._voice,
        )
        loading = source_kinds()[self._job.source.kind].by_hand(
            LoadAsked(job=self._job.name, source=self._job.source, portrait=memory.portrait)
        )
        load = f"{self._job.name}-load.sh" if loading.steps else ""
        if load:
            self.files[load] = script_bytes(
                Script(head=self._head(load), hand=loading, fills=False), self._voice
            )
        return Sheet(
            stand=self._stand,
            title=self._job.title,
            system=self._job.system,
            engine=self._repository.engine,
            location=self._repository.location,
            script=script,
            hand=hand,
            needs=needs,
            sums=sums,
            load=load,
            loading=loading,
        )

    def _asked(self) -> Asked:
        stand, repository = self._stand, self._repository
        there = self._job.model_copy(update={"repository": stand.repository})
        reach = (
            None if repository.host is None else self._grounds.means.hosts.reach(repository.host)
        )
        authority = self._authority(repository)
        return Asked(
            job=stand.job,
            location=repository.location,
            options=engine_options(self._grounds.workspace, there),
            point=stand.there,
            run=stand.run,
            ssh=None if reach is None else (script_name(reach.name), target_of(reach)),
            ca_file=authority,
        )

    def _authority(self, repository: Repository) -> str | None:
        if repository.ca_certificate is None:
            return None
        name = f"ca-{self._stand.repository}.pem"
        try:
            self.files[name] = Path(repository.ca_certificate).read_bytes()
        except OSError:
            # Whoever runs the script is told which file is missing.
            return repository.ca_certificate
        return name

    def _head(self, script: str) -> tuple[str, ...]:
        voice, stand = self._voice, self._stand
        lines = [
            self._job.title,
            voice.text(
                N_("Job {job}, repository {repository}. Written at {moment}."),
                job=stand.job,
                repository=stand.repository,
                moment=voice.moment(self._grounds.made_at),
            ),
        ]
        if stand.point is not None:
            template = N_("The point is of {moment}, and a restore test proved it.")
            if not stand.proven:
                template = N_("The point is of {moment}; NO restore test has proven it.")
            lines.append(voice.text(template, moment=voice.moment(stand.point.data_time)))
        else:
            lines.append(voice.text(N_("No point is known: choose one of those that are listed.")))
        return (*lines, f"sh {script} /…")

    def _needs(self, hand: ByHand) -> Iterator[tuple[str, Message]]:
        repository = self._repository
        if hand.password and repository.password is not None:
            yield hand.password, where_kept(repository.password)
        for variable, reference in repository.credentials.items():
            yield variable, where_kept(reference)
        if repository.host is not None:
            key = self._grounds.workspace.hosts[repository.host].key
            where = say(N_("a private key that enters there"))
            if key is not None:
                where = say(N_("file {path}"), path=key)
            yield key_variable(repository.host), where

    def _fetching(self, hand: ByHand) -> Iterator[bytes]:
        repository = self._repository
        if hand.password and repository.password is not None:
            yield fetched(hand.password, repository.password)
        for variable, reference in repository.credentials.items():
            yield fetched(variable, reference)

    def _secrets(self, hand: ByHand) -> tuple[str, ...]:
        own = (hand.password,) if hand.password else ()
        return (*own, *self._repository.credentials)


def _remembered(grounds: Grounds, job: Job, stand: Stand) -> _Memory:
    """Read the manifest and the portrait of a point; what is gone leaves the kit without them."""
    if stand.point is None:
        return _Memory()
    try:
        recalled = recall_point(grounds.bench, job.name, stand.point.id)
        sums = sums_of(job, grounds.bench.shelf.read(recalled.manifest))
    except ContinuityError:
        return _Memory()
    return _Memory(sums=sums, portrait=_portrait(grounds, recalled))


def _portrait(grounds: Grounds, recalled: PointRecord) -> Portrait | None:
    if not recalled.portrait:
        return None
    try:
        return grounds.bench.portraits.read(recalled.portrait)
    except ContinuityError:
        return None
