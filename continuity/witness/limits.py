"""How much of anything is believed: a repository is somebody else's file until it is proven."""

from __future__ import annotations

from typing import Final

SEAL_BYTES: Final = 32
"""What sealing adds to a content: the nonce before it and the code behind it, 16 bytes each."""

KEY_FILE_BYTES: Final = 1 << 16
KEYS: Final = 20
"""As many key files are tried; each costs its derivation."""

SCRYPT_MEMORY: Final = 1 << 29
SCRYPT_WORK: Final = 1 << 25
"""N times r times p; restic's own choice takes about 2^20."""

CONFIG_BYTES: Final = 1 << 16
SNAPSHOT_BYTES: Final = 1 << 26
INDEX_BYTES: Final = 1 << 27
SNAPSHOTS: Final = 1_000_000
INDEX_FILES: Final = 1_000_000

DATA_BYTES: Final = 1 << 24
"""A piece of a file; the format cuts them at 8 MiB."""
TREE_BYTES: Final = 1 << 28
"""One directory with all its entries: about half a million of them."""
OPEN_BYTES: Final = 1 << 28
"""The directories on the way to an entry, together; they are all open."""
LEAST_ENTRY_BYTES: Final = 140
"""No entry of a directory is shorter; its times alone take about half of that."""
PACK_BYTES: Final = (1 << 32) - 1

WHOLE_PACK_BYTES: Final = 1 << 28
"""As much is held of a pack that is read back; the format's programs make them of 128 MiB."""

FEW_VALUES: Final = 1 << 17
VALUE_BYTES: Final = 12
"""So long is a value of JSON on the average where there are many; ids are 64 digits each.

A value of one digit takes fifty times its length in memory.
"""
ID_VALUE_BYTES: Final = 32
"""In a single entry with many values, these are the ids of a file's pieces."""

DEPTH: Final = 2_000
ENTRIES: Final = 50_000_000
"""A few trees can name each other so often that they unfold without an end."""

SPAN_BYTES: Final = 1 << 23
"""As much is read at once, unless one piece alone is longer."""
GAP_BYTES: Final = 1 << 16
"""So much is read and thrown away rather than asked for separately."""
