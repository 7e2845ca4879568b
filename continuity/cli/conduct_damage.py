"""What a restore in earnest finds damaged: told once, and put on record with its run."""

from __future__ import annotations

from dataclasses import dataclass, field

from continuity.app import App
from continuity.cli.language import sentence
from continuity.domain.failure import FailureClass
from continuity.domain.run import Conclusion
from continuity.domain.text import N_, Message, say
from continuity.domain.verdict import Verdict
from continuity.workflows.finding_damage import Scene, record_damage
from continuity.workflows.hands import Order
from continuity.workflows.places import places_of
from continuity.workflows.world import Protected


@dataclass(frozen=True, kw_only=True, slots=True)
class Damages:
    """Which repositories one restore finds damaged; ``names`` are those that are on record."""

    app: App
    protected: Protected
    order: Order
    names: set[str] = field(default_factory=set)

    def tell(self, repository: str, what: Message) -> None:
        """Put on record that a repository is damaged, once however often it is tried."""
        if repository in self.names:
            return
        own, *copies = (place.subject for place in places_of(self.protected))
        subject = next(one for one in (own, *copies) if one.repository == repository)
        scene = Scene(
            job=self.order.job,
            repository=repository,
            engine=subject.engine,
            run=self.order.run,
            copy_of="" if subject is own else own.repository,
        )
        reason = say(
            N_("A restore, in the run {run}, found {repository} damaged: {reason}"),
            run=self.order.run,
            repository=repository,
            reason=sentence(what),
        )
        remedy = say(
            N_("Do not prune it. Nothing in it counts as proven until this passes: {command}"),
            command=self.test_of(repository),
        )
        found = Conclusion(
            verdict=Verdict.FAIL, failure=FailureClass.INTEGRITY, reason=reason, remedy=remedy
        )
        record_damage(self.app.bench, scene, found)
        self.names.add(repository)

    def test_of(self, repository: str) -> str:
        """Write the restore test that shows whether it is whole again."""
        return f"continuity drill {self.order.job} --copy {repository}"
