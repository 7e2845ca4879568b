"""Hold signals back while a program is being started, so that none is left to itself."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_Handler = Callable[[int, FrameType | None], object] | int


class Interrupts:
    """Signals held back from the moment this is made until ``deliver``.

    Only the main thread gets signals; in another one this does nothing.
    """

    def __init__(self) -> None:
        self._held: list[int] = []
        self._handlers: dict[int, _Handler] = {}
        if threading.current_thread() is not threading.main_thread():
            return
        for number in _SIGNALS:
            handler = signal.getsignal(number)
            if handler is not None:
                self._handlers[number] = handler
                signal.signal(number, self._hold)

    def _hold(self, number: int, _frame: FrameType | None) -> None:
        self._held.append(number)

    def deliver(self) -> None:
        """Give the signals back to who handled them before, with those that came meanwhile."""
        handlers, self._handlers = self._handlers, {}
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for number in dict.fromkeys(self._held):
            signal.raise_signal(number)
