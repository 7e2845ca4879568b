"""An access token of OAuth, kept until shortly before it expires."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from continuity.domain.secret import Secret
from continuity.hosts.web import Ask, Body, Web
from continuity.tickets.reading import number, text, understood

# Given up a little early, so that none expires on its way.
_EARLY = 60.0


@dataclass
class Token:
    """Asks for an access token with the secret of a client."""

    web: Web
    client: str
    secret: Secret
    _headers: Mapping[str, Secret] = field(default_factory=dict)
    _until: float = 0.0

    def __call__(self, renew: bool) -> Mapping[str, Secret]:
        """Give the header; a new one when it is refused or old."""
        if renew or time.monotonic() >= self._until:
            self._ask()
        return self._headers

    def _ask(self) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client,
            "client_secret": self.secret.reveal(),
        }
        body = Body(
            content=urlencode(form).encode(), media_type="application/x-www-form-urlencoded"
        )
        answer = self.web.read(Ask(method="POST", path="oauth_token.do", body=body))
        found = understood(self.web.site.name, answer.value(), "access_token")
        self._until = time.monotonic() + number(found.get("expires_in")) - _EARLY
        self._headers = {"Authorization": Secret(f"Bearer {text(found['access_token'])}")}
