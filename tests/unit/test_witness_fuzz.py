"""The fuzz target itself: it reaches every region, and drawn bytes break nothing."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.fuzz.target import REGIONS, sound, throw

_SCRAPS = st.sampled_from(
    [
        b"",
        b"{}",
        b"[]",
        b"{",
        b'{"nodes":null}',
        b'{"nodes":[]}',
        b'{"packs":null}',
        b"\x02",
        b"\x28\xb5\x2f\xfd",
        b"(\xb5/\xfd \x00\x01\x00\x00",
        b'{"nodes":[{}]}',
        b"\xff" * 40,
        b'{"packs":[{"id":"","blobs":[]}]}',
        b"9" * 5_000,
        b"[" * 5_000,
        b'{"time":"","tree":""}',
    ]
)


@given(st.integers(0, len(REGIONS) - 1), st.lists(st.binary(max_size=60) | _SCRAPS, max_size=4))
@example(4, [b'{"nodes":[{"name":"\\\\U00110000","type":"file"}]}'])
def test_nothing_that_is_thrown_breaks_the_reader(region: int, pieces: list[bytes]) -> None:
    throw(bytes([region]) + b"".join(pieces))


@pytest.mark.parametrize("region", range(len(REGIONS)), ids=REGIONS)
def test_what_every_region_begins_with_is_sound(region: int) -> None:
    right: list[bytes] = []
    throw(sound(region), right.append)

    assert right == [b"some content"]


@given(st.integers(0, len(REGIONS) - 1), st.integers(0, 2_000), st.integers(1, 255))
def test_a_changed_byte_never_gives_another_content(region: int, where: int, change: int) -> None:
    thrown = bytearray(sound(region))
    thrown[1 + where % (len(thrown) - 1)] ^= change
    right: list[bytes] = []
    throw(bytes(thrown), right.append)

    assert right in ([], [b"some content"], [b""])
