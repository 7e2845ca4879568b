"""A session of GLPI, begun with the token of a user and begun again when it has expired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from continuity.domain.secret import Secret
from continuity.hosts.web import Ask, Web
from continuity.tickets.reading import text, understood


@dataclass
class Session:
    """Gives the header that every request has."""

    web: Web
    token: Secret
    _headers: Mapping[str, Secret] = field(default_factory=dict)

    def __call__(self, renew: bool) -> Mapping[str, Secret]:
        """Give the header; of a new session when there is none, or the last has expired."""
        if renew or not self._headers:
            who = Secret(f"user_token {self.token.reveal()}")
            ask = Ask(method="GET", path="initSession", headers={"Authorization": who})
            found = understood(self.web.site.name, self.web.read(ask).value(), "session_token")
            self._headers = {"Session-Token": Secret(text(found["session_token"]))}
        return self._headers
