"""What each place of offline copies has, as the record tells; nothing here makes or brings one."""

from __future__ import annotations

from collections.abc import Mapping

from continuity.domain.offline_signals import OFFLINE_KINDS, Shelved, shelved_from_records
from continuity.store.store import Store


def shelved(store: Store) -> Mapping[str, Shelved]:
    """Read from the record what each place has."""
    return shelved_from_records(store.records(kinds=OFFLINE_KINDS))
