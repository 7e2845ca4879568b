"""What a company says about its issues on GitHub."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from continuity.domain.ticket import Severity
from continuity.domain.written import WebAddress, Written

Label = Annotated[str, Field(min_length=1, max_length=50)]


class GithubOptions(Written):
    """Where issues are made, and the labels that carry what GitHub has no field for."""

    kind: Literal["github"] = Field(default="github", description="issues of GitHub")
    address: WebAddress = Field(
        default="https://api.github.com", description="the API; a company's own ends with /api/v3"
    )
    repository: str = Field(
        pattern=r"^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$", description="owner/name", examples=["acme/it"]
    )
    label: Label = Field(default="continuity", description="every issue has it")
    severities: Mapping[Severity, Label] = Field(
        default={}, description="a label for a severity; it must exist"
    )
    states: Mapping[Literal["in-progress", "on-hold"], Label] = Field(
        default={}, description="a label for a state that GitHub does not have; it must exist"
    )
