"""What an engine is asked for when somebody has to bring a copy back without Continuity."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One job's copies in one repository.

    ``point`` is the full id of the point to bring back, as this repository has it; where another id
    is had there, ``run`` is that of the backup that made it, and with neither the person chooses.
    ``ssh`` is a script in the kit that leads to the machine that keeps the repository, with who
    enters where; ``ca_file`` a certificate in the kit.
    """

    job: str
    location: str
    options: BaseModel
    point: str = ""
    run: str = ""
    ssh: tuple[str, str] | None = None
    ca_file: str | None = None
