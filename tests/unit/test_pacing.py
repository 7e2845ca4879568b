"""Reading under a limit: no faster than it, and no byte is another one."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from continuity.locations.pacing import Paced


class Shelf:
    """Objects in memory."""

    lanes = 4

    def list(self, folder: str) -> Iterator[tuple[str, int]]:
        return iter([(f"{folder}/a", 9)])

    def read(self, name: str, offset: int, length: int) -> bytes:
        return name.encode() * length

    def size(self, name: str) -> int:
        return len(name)

    def close(self) -> None:
        self.lanes = 0


class Hands:
    """A clock that goes on only by rests, and by what reading itself takes."""

    def __init__(self) -> None:
        self.now = 0.0

    def rest(self, seconds: float) -> None:
        assert seconds >= 0
        self.now += seconds


@given(
    st.lists(st.tuples(st.integers(0, 5_000), st.floats(0, 2)), max_size=40), st.integers(1, 900)
)
def test_whatever_is_read_takes_as_long_as_the_limit_says_and_no_longer(
    reads: list[tuple[int, float]], rate: int
) -> None:
    hands = Hands()
    paced = Paced(Shelf(), rate, lambda: hands.now, hands.rest)
    taken = sum(len(paced.read("x", 0, length)) for length, _ in reads)

    assert taken == sum(length for length, _ in reads)
    assert abs(hands.now - taken / rate) <= 1e-6 * (1 + taken / rate)


@given(
    st.lists(st.tuples(st.integers(0, 5_000), st.floats(0, 2)), max_size=40), st.integers(1, 900)
)
def test_a_pause_in_between_is_not_made_up_for_later(
    reads: list[tuple[int, float]], rate: int
) -> None:
    hands = Hands()
    paced = Paced(Shelf(), rate, lambda: hands.now, hands.rest)
    for length, pause in reads:
        before = hands.now
        hands.now += pause
        paced.read("x", 0, length)

        assert hands.now - before - pause >= length / rate - 1e-6


def test_everything_else_is_as_it_was() -> None:
    shelf = Shelf()
    paced = Paced(shelf, 10)

    assert (paced.lanes, paced.size("abc"), list(paced.list("data"))) == (4, 3, [("data/a", 9)])
    paced.close()
    assert shelf.lanes == 0
