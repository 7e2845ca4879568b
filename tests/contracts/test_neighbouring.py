"""Another installation is asked over HTTP, and nothing but its own words is believed."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from continuity.domain.delivery import Confirmed, Rejected
from continuity.domain.neighbour import Neighbour
from continuity.domain.neighbour_signals import Heard
from continuity.domain.ping import Ping, PingError
from continuity.domain.text import say
from continuity.service.listener import Page, listening
from continuity.workflows.neighbouring import ask_all, note_beat, standings_of, watcher_of
from tests.support.databases import Clock, SqliteFile, opened

_ILL = {"well": False, "trouble": "The state database is locked\x1b[2J by another process."}

PAGES = {
    "well": (Page(content=b'{"well": true}'), Heard.WELL),
    "ill": (Page(content=json.dumps(_ILL).encode(), status=503), Heard.UNWELL),
    "a page of something else": (Page(content=b"<h1>It works!</h1>"), Heard.SILENT),
    "well, and an error": (Page(content=b'{"well": true}', status=500), Heard.SILENT),
    "ill, and fine": (Page(content=b'{"well": false}'), Heard.SILENT),
    "a list": (Page(content=b'["well"]'), Heard.SILENT),
    "a word for yes": (Page(content=b'{"well": "yes"}'), Heard.SILENT),
    "far too much": (Page(content=b'{"well": true, "x": "' + b"x" * 200_000), Heard.SILENT),
}


def nobody(_ping: Ping) -> None:
    raise PingError("not found")


def neighbour(port: int) -> Neighbour:
    return Neighbour(title="The second one", address=f"http://127.0.0.1:{port}/healthz")


@pytest.mark.parametrize("name", sorted(PAGES))
def test_only_what_continuity_itself_says_is_believed(tmp_path: Path, name: str) -> None:
    page, expected = PAGES[name]
    with (
        listening(nobody, "127.0.0.1", 0, {"/healthz": lambda: page}) as port,
        opened(SqliteFile(tmp_path / "record.db")) as store,
    ):
        (standing,) = ask_all(store, {"second": neighbour(port)}, Clock()).values()

    assert standing.heard is expected
    assert "\x1b" not in standing.said


def test_one_that_is_gone_is_silent_and_remembered_so(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        gone = {"second": neighbour(taken.getsockname()[1])}
        clock = Clock()
        with opened(SqliteFile(tmp_path / "record.db")) as store:
            first = ask_all(store, gone, clock)
            later = ask_all(store, gone, clock)
            kept = standings_of(store, {**gone, "never-asked": neighbour(1)})

    assert first["second"].heard is Heard.SILENT
    assert later["second"].since == first["second"].since
    assert list(kept) == ["second"]


def test_whether_the_sign_of_life_is_taken_is_remembered(tmp_path: Path) -> None:
    with opened(SqliteFile(tmp_path / "record.db")) as store:
        clock = Clock()
        assert watcher_of(store, "outside") is None

        note_beat(store, "outside", Confirmed(), clock)
        taken = watcher_of(store, "outside")
        note_beat(store, "outside", Rejected(reason=say("unknown check")), clock)
        refused = watcher_of(store, "outside")

    assert taken is not None
    assert refused is not None
    assert (taken.heard, refused.heard) == (Heard.WELL, Heard.SILENT)
    assert refused.said == "unknown check"
