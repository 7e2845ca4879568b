"""The folder is the registry: every module beside this one that defines ``CHANNEL`` is found."""

from __future__ import annotations

from functools import cache

import continuity.notify
from continuity.domain.kinds import Kinds, kinds_in
from continuity.notify.channel import ChannelKind


@cache
def channel_kinds() -> Kinds[ChannelKind]:
    """Find all kinds by the name people write."""
    return kinds_in(continuity.notify, "CHANNEL", ChannelKind)
