"""A provider and the firms whose digests it collects, each with its own keys and drop."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any  # JSON, or what a library leaves without types

from tests.support.story import Said, Story, begin

DAY_AND_GRACE = {"every": "24h", "grace": "12h"}


@dataclass(frozen=True, kw_only=True)
class Provider:
    """The provider's workspace, and where each client's digests arrive."""

    story: Story

    def drop(self, name: str) -> Path:
        return self.story.root / "drops" / name

    def clients(self, *more: str) -> Said:
        return self.story.run("clients", *more)

    def told(self) -> dict[str, Any]:
        """Give what it says of each client."""
        said = self.clients("--json")
        assert said.out, said
        return {one["name"]: one for one in json.loads(said.out)["clients"]}


def a_provider(root: Path, **firms: Story) -> Provider:
    """Write a provider that knows the public keys of these firms."""
    provider = Provider(story=begin(root))
    clients = {}
    for name, firm in firms.items():
        provider.drop(name).mkdir(parents=True)
        clients[name] = {
            "title": f"Firm {name}",
            "keys": [public_key(firm)],
            "drop": str(provider.drop(name)),
            **DAY_AND_GRACE,
        }
    (root / "config/clients.yaml").write_text(json.dumps(clients))
    return provider


def public_key(firm: Story) -> str:
    return (firm.root / "state/keys/checkpoint.key.pub").read_text().strip()


def digest_of(firm: Story, to: Path) -> bytes:
    """Let a firm make a digest, and give it."""
    said = firm.run("report", "--digest-out", str(to))
    assert said.code == 0, said
    return to.read_bytes()
