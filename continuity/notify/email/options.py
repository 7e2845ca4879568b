"""What people write about the way mail takes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from continuity.domain.written import LocalPath, Written
from continuity.hosts.smtp import Security

MailAddress = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,190}$")
]


class EmailOptions(Written):
    """Through which server mail goes, and as whose."""

    kind: Literal["email"] = Field(default="email", description="mail to each person's address")
    sender: MailAddress = Field(
        description="address that it comes from; the server must be allowed to send for its domain",
        examples=["continuity@acme.example"],
    )
    sender_name: str = Field(
        default="Continuity",
        pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,100}$",
        description="name beside that address",
    )
    reply_to: MailAddress | None = Field(
        default=None, description="address for answers; the sender's if absent"
    )
    host: str = Field(pattern=r"^[A-Za-z0-9.:-]+$", description="name of the mail server")
    port: int = Field(default=587, gt=0, lt=65_536, description="465 with tls, 587 with starttls")
    security: Security = Field(default=Security.STARTTLS, description="how the way is protected")
    user: str = Field(default="", description="who logs in; nobody if absent")
    ca_certificate: LocalPath | None = Field(
        default=None,
        description="PEM file of the authority that vouches for the server, beside the system's",
    )
