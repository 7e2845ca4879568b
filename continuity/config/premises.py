"""What of this installation belongs into a copy of itself, and which keys must be elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from continuity.config.loading import load_tolerant
from continuity.config.opening import Means, store_address
from continuity.config.secret_references import references_in, references_inside
from continuity.config.workspace import Workspace
from continuity.domain.job import Job
from continuity.domain.written import SecretReference
from continuity.sources.premises import Premises


def premises_of(means: Means, job: Job) -> Premises:
    """Tell where everything is; what opens the job's own repository stays out of the copy.

    What people wrote is read anew: a part whose secret is gone was left out of the workspace, and
    the gap must be seen. Raises WorkspaceError.
    """
    workspace = load_tolerant(means.workspace.root).workspace
    withheld = {reference for _name, reference in _openers(workspace, job)}
    wanted = {reference for _name, reference in references_in(workspace)} - withheld
    files = {Path(one.file) for one in wanted if one.file is not None}
    files |= {Path(host.key) for host in workspace.hosts.values() if host.key is not None}
    files -= {Path(one.file) for one in withheld if one.file is not None}
    inside = {path for path in files if path.is_relative_to(workspace.root)}
    others = [f"file {path}" for path in files - inside]
    others += [_named(one) for one in withheld | wanted if one.file is None or one in withheld]
    return Premises(
        workspace=workspace.root,
        state=Path(workspace.settings.store.state),
        address=partial(store_address, workspace, means.environ),
        secrets=tuple(sorted(inside)),
        elsewhere=tuple(sorted(set(others))),
    )


def _openers(workspace: Workspace, job: Job) -> Iterator[tuple[str, SecretReference]]:
    for name, repository in workspace.repositories.items():
        if job.repository in (name, repository.copy_of):
            yield from references_inside(name, repository)


def _named(reference: SecretReference) -> str:
    """Name where it is kept; the arguments of a program stay out, one may be the secret itself."""
    way, where = next(iter(reference.model_dump(exclude_none=True).items()))
    return f"{way} {where if isinstance(where, str) else where[0]}"
