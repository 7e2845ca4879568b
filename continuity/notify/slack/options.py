"""What people write about Slack."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from continuity.domain.written import WebAddress, Written


class SlackOptions(Written):
    """Where a bot writes; a webhook, which is a secret, knows its channel by itself."""

    kind: Literal["slack"] = Field(default="slack", description="messages in Slack")
    channel: str | None = Field(
        default=None,
        pattern=r"^[CG][A-Z0-9]{2,30}$",
        description="id of the channel in which the bot of the secret `token` writes",
        examples=["C0123456789"],
    )
    address: WebAddress = Field(
        default="https://slack.com/api", description="address of Slack's own interface"
    )
