"""Requests to a real server that has good and bad days."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from continuity.domain.delivery import Confirmed, Outcome, Rejected, Retryable, Uncertain
from continuity.domain.failure import AuthenticationError, UnreachableError
from continuity.domain.secret import Secret
from continuity.hosts.web import Ask, Body, Site, Web
from continuity.hosts.web_answer import Answer, BusyError, LostError, RefusedError
from continuity.hosts.web_writes import write
from tests.simulators.simulator import Reply, Request, Simulator, simulator, told

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TOKEN = "tok-5f2e9c/+7"
READ = Ask(method="GET", path="things")
WRITE = Ask(method="POST", path="things", body=Body(content=b"{}", media_type="application/json"))


class Echo:
    """Keeps what was sent to it; some paths lead elsewhere."""

    def __init__(self) -> None:
        self.kept: list[Request] = []

    def answer(self, request: Request) -> Reply:
        moved = {"/moved": "/things", "/away": "http://localhost:1/things", "/round": "/round"}
        if request.path in moved:
            code = 307 if request.method == "POST" else 302
            return Reply(status=code, headers={"Location": moved[request.path]})
        if request.path == "/found-elsewhere":
            return Reply(status=302, headers={"Location": "/things"})
        if request.method == "POST":
            self.kept.append(request)
        return told({"id": "7"}, status=200 if request.method == "GET" else 201)


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def server(echo: Echo) -> Iterator[Simulator]:
    with simulator(echo) as running:
        yield running


@pytest.fixture
def site(server: Simulator) -> Site:
    return Site(
        name="Tracker",
        address=server.address,
        now=lambda: NOW,
        headers={"Authorization": Secret(f"Bearer {TOKEN}")},
        read_seconds=5,
        whole_seconds=10,
    )


def hasty(site: Site) -> Site:
    return replace(site, read_seconds=1.5, whole_seconds=3)


def made(answer: Answer) -> Outcome | None:
    value = answer.value()
    return Confirmed(id=str(value["id"])) if isinstance(value, dict) else None


def test_a_write_that_was_answered_is_confirmed(site: Site, echo: Echo) -> None:
    outcome = write(Web(site), WRITE, made)

    assert outcome == Confirmed(id="7")
    assert echo.kept[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_nobody_there_means_that_it_surely_did_not_arrive(site: Site) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = replace(site, address=f"http://127.0.0.1:{taken.getsockname()[1]}")

        outcome = write(Web(nobody), WRITE, made)

    assert isinstance(outcome, Retryable)
    assert "Tracker cannot be reached" in str(outcome.reason)


def test_a_name_that_nobody_knows_means_that_it_surely_did_not_arrive(site: Site) -> None:
    outcome = write(Web(replace(site, address="http://nowhere.invalid")), WRITE, made)

    assert isinstance(outcome, Retryable)


def test_a_server_without_tls_is_not_trusted_and_hears_nothing(site: Site, echo: Echo) -> None:
    secure = replace(site, address=str(site.address).replace("http:", "https:"))

    outcome = write(Web(secure), WRITE, made)

    assert isinstance(outcome, Retryable)
    assert "cannot be trusted over TLS" in str(outcome.reason)
    assert echo.kept == []


@pytest.mark.parametrize("knob", ["drops", "mute", "drip", "huge", "web_page"])
def test_a_write_whose_answer_is_lost_is_uncertain(
    knob: str, site: Site, server: Simulator, echo: Echo
) -> None:
    setattr(server.nasty, knob, 1)

    outcome = write(Web(hasty(site) if knob == "drip" else site), WRITE, made)

    assert isinstance(outcome, Uncertain)
    assert len(echo.kept) == 1


def test_a_write_that_is_answered_too_late_is_uncertain(site: Site, server: Simulator) -> None:
    server.nasty.slow_seconds = 2.5

    outcome = write(Web(hasty(site)), WRITE, made)

    assert isinstance(outcome, Uncertain)


def test_a_write_that_may_be_repeated_is_never_uncertain(site: Site, server: Simulator) -> None:
    server.nasty.drops, server.nasty.storm = 1, 0
    lost = write(Web(site), replace(WRITE, repeatable=True), made)
    server.nasty.storm = 1
    stormy = write(Web(site), replace(WRITE, repeatable=True), made)

    assert isinstance(lost, Retryable)
    assert isinstance(stormy, Retryable)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_in_trouble_leaves_a_write_uncertain(
    status: int, site: Site, server: Simulator
) -> None:
    server.nasty.storm, server.nasty.storm_status = 1, status

    outcome = write(Web(site), WRITE, made)

    assert isinstance(outcome, Uncertain)
    assert f"({status})" in str(outcome.reason)


@pytest.mark.parametrize(
    ("headers", "after"),
    [
        ({}, None),
        ({"Retry-After": "90"}, timedelta(seconds=90)),
        ({"Retry-After": "Mon, 02 Mar 2026 09:05:00 GMT"}, timedelta(minutes=5)),
        ({"Retry-After": "Mon, 02 Mar 2026 08:05:00 GMT"}, timedelta(0)),
        ({"Retry-After": "99999999"}, timedelta(days=1)),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "soon"}, None),
        ({"X-RateLimit-Reset": str(int(NOW.timestamp()) + 60)}, timedelta(minutes=1)),
        ({"X-RateLimit-Reset": "2026-03-02T09:01Z"}, timedelta(minutes=1)),
        ({"RateLimit-Reset": "30"}, timedelta(seconds=30)),
    ],
)
def test_how_long_to_wait_is_what_the_server_says(
    headers: dict[str, str], after: timedelta | None, site: Site, server: Simulator
) -> None:
    server.nasty.throttled, server.nasty.throttle_headers = 1, headers

    outcome = write(Web(site), WRITE, made)

    assert isinstance(outcome, Retryable)
    assert outcome.after == after


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 410, 413, 422])
def test_what_the_server_does_not_take_is_rejected(
    status: int, site: Site, server: Simulator
) -> None:
    server.nasty.storm, server.nasty.storm_status = 1, status

    outcome = write(Web(site), WRITE, made)

    assert isinstance(outcome, Rejected)
    assert f"({status})" in str(outcome.reason)


def test_refused_credentials_are_named_and_not_shown(site: Site, server: Simulator) -> None:
    server.nasty.locked_out = 2
    with_login = replace(site, headers={}, login=("anna", Secret(TOKEN)))

    outcomes = [write(Web(one), WRITE, made) for one in (site, with_login)]

    assert [type(outcome) for outcome in outcomes] == [Rejected, Rejected]
    assert [word for word in ("tok-5f", "9c/", "YW5uYTp0b2") if word in repr(outcomes)] == []


def test_an_address_that_is_a_secret_is_not_shown(site: Site) -> None:
    hidden = "http://127.0.0.1:1/services/T0001/Bsecret"
    secretly = replace(site, address=Secret(hidden))

    with pytest.raises(UnreachableError) as caught:
        Web(secretly).read(Ask(method="GET", path=""))

    assert "Bsecret" not in repr(caught.value) + repr(secretly)
    assert "Bsecret" not in Web(secretly).shown("cannot POST /services/T0001/Bsecret here")


def test_the_same_site_may_send_to_another_of_its_addresses(site: Site, echo: Echo) -> None:
    answer = Web(site).read(replace(READ, path="moved"))
    outcome = write(Web(site), replace(WRITE, path="moved"), made)

    assert answer.value() == {"id": "7"}
    assert outcome == Confirmed(id="7")
    assert [request.content for request in echo.kept] == [b"{}"]


@pytest.mark.parametrize("path", ["away", "round", "found-elsewhere"])
def test_a_write_is_never_carried_elsewhere_and_never_becomes_a_read(
    path: str, site: Site, echo: Echo
) -> None:
    outcome = write(Web(site), replace(WRITE, path=path), made)

    assert isinstance(outcome, Rejected)
    assert echo.kept == []


def test_reading_says_which_way_it_failed(site: Site, server: Simulator) -> None:
    nasty, web = server.nasty, Web(replace(site, address=server.address))

    nasty.cuts = 1
    with pytest.raises(LostError):
        web.read(READ)
    nasty.throttled = 1
    with pytest.raises(BusyError):
        web.read(READ)
    nasty.storm = 1
    with pytest.raises(UnreachableError):
        web.read(READ)
    nasty.locked_out = 1
    with pytest.raises(AuthenticationError):
        web.read(READ)
    nasty.storm, nasty.storm_status = 1, 404
    with pytest.raises(RefusedError):
        web.read(READ)


class Pass:
    """Gives a new number whenever the old one is not taken any more."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, renew: bool) -> dict[str, Secret]:
        self.number += renew
        return {"X-Pass": Secret(f"pass-{self.number}")}


def test_a_session_that_expired_is_begun_again_once(
    site: Site, server: Simulator, echo: Echo
) -> None:
    web = Web(replace(site, session=Pass()))
    server.nasty.locked_out = 1
    outcome = write(web, WRITE, made)
    server.nasty.locked_out = 2
    refused = write(web, WRITE, made)

    assert outcome == Confirmed(id="7")
    assert [request.headers["x-pass"] for request in echo.kept] == ["pass-1"]
    assert isinstance(refused, Rejected)
    assert "pass-2" not in repr(refused)


def test_a_way_in_that_is_lost_leaves_nothing_uncertain(site: Site, server: Simulator) -> None:
    elsewhere = Web(replace(site, address=server.address))

    def log_in(renew: bool) -> dict[str, Secret]:
        server.nasty.cuts = 1
        elsewhere.send(READ)
        return {}

    outcome = write(Web(replace(site, session=log_in)), WRITE, made)

    assert isinstance(outcome, Retryable)


@pytest.mark.parametrize(
    "address", ["", "tracker", "ftp://x/", "http://", "http://a b/", "http://[/"]
)
def test_an_address_that_is_none_is_a_refusal_and_no_crash(address: str, site: Site) -> None:
    outcome = write(Web(replace(site, address=address)), WRITE, made)

    assert isinstance(outcome, Rejected | Retryable)
