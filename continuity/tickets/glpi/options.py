"""What a company says about its GLPI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, JsonValue

from continuity.domain.text import N_, say
from continuity.domain.ticket import Severity
from continuity.domain.written import ExpectedError, WebAddress, Written

Level = Annotated[int, Field(ge=1, le=5)]
Number = Annotated[int, Field(ge=0)]
_LEVELS: dict[Severity, Level] = {
    Severity.S1: 5,
    Severity.S2: 4,
    Severity.S3: 3,
    Severity.S4: 2,
    Severity.S5: 1,
}


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ExpectedError(say(N_("an IANA zone such as Europe/Madrid"))) from None
    return name


class GlpiOptions(Written):
    """Where tickets are made, and how they are weighed."""

    kind: Literal["glpi"] = Field(default="glpi", description="tickets of GLPI")
    address: WebAddress = Field(
        description="the server, without apirest.php", examples=["https://glpi.acme.example"]
    )
    zone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="UTC",
        description="IANA zone of its times, which it tells without one",
        examples=["Europe/Madrid"],
    )
    urgencies: Mapping[Severity, Level] = Field(
        default=_LEVELS, description="the urgency of a severity: 1 very low to 5 very high"
    )
    impacts: Mapping[Severity, Level] = Field(
        default=_LEVELS, description="the impact of a severity: 1 very low to 5 very high"
    )
    entity: Number | None = Field(default=None, description="number of the entity")
    category: Number | None = Field(default=None, description="number of the category")
    requester: Number | None = Field(default=None, description="number of the user who asks")
    group: Number | None = Field(default=None, description="number of the group that gets them")
    fields: Mapping[str, JsonValue] = Field(
        default={}, description="other fields of a new ticket", examples=[{"locations_id": 3}]
    )
