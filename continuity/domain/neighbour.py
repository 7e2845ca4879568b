"""What people write about other installations of Continuity that this one watches."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from continuity.domain.written import Duration, LocalPath, Name, WebAddress, Written


class Neighbour(Written):
    """Another installation: a client's, the provider's, or a second one of this firm."""

    title: str = Field(min_length=1, description="whose it is, read aloud by who watches it")
    address: WebAddress = Field(
        description="where it says whether it is well",
        examples=["https://copias.montelar.example/healthz"],
    )
    silence: Duration = Field(
        default=timedelta(minutes=15), description="no such answer for so long: a fault"
    )
    unwell: Duration = Field(
        default=timedelta(minutes=15), description="it says for so long that it is not: a fault"
    )
    system: Name | None = Field(
        default=None, description="business system whose owner is told; nobody's in particular"
    )
    ca_certificate: LocalPath | None = Field(
        default=None, description="PEM file of the authority that vouches for its address"
    )
