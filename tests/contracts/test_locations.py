"""Every sort of storage: what a look tells, and what it tells when it cannot know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from continuity.domain.failure import FailureClass
from continuity.domain.location import FactName
from continuity.domain.secret import Secret
from continuity.engines.engine import Slice
from continuity.locations.registry import kind_of_location, location_kinds
from tests.support.engines import bench, copied, ignore
from tests.support.programs import ResticLine, restic_of
from tests.support.remote_restic import Remote, served_over
from tests.support.storages import REST_CREDENTIALS, certificate, rest_server
from tests.support.visits import looked, values, visit

SERVED = ("local", "rest", "s3", "sftp")
LINES = (ResticLine.FLOOR, ResticLine.RECENT)


@pytest.fixture(params=SERVED)
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Remote]:
    """A restic repository with one snapshot on storage of each sort."""
    program = restic_of(ResticLine.RECENT)
    (tmp_path / "source").mkdir()
    (tmp_path / "source/ledger.csv").write_bytes(b"1;2;3\n")
    if request.param == "local":
        table = bench("restic", tmp_path / "bench", program)
        copied(table.initialised(), tmp_path / "source")
        yield Remote(
            location=str(table.repository),
            kept=table.repository,
            program=program,
            scratch=tmp_path,
            start=lambda: None,
            stop=lambda: None,
        )
        return
    with served_over(request.param, tmp_path / "served", program) as remote:
        copied(remote.initialised(), tmp_path / "source")
        yield remote


def test_every_sort_of_storage_is_tried_here() -> None:
    assert sorted(kind.name for kind in location_kinds().values()) == sorted(SERVED)


def test_storage_that_nobody_can_look_at_has_no_witness() -> None:
    assert kind_of_location("rclone:remote:bucket") is None


def test_a_repository_is_seen_with_its_size(served: Remote) -> None:
    facts = looked(visit(served.location, served.credentials))

    size = facts[FactName.SIZE_BYTES].value
    assert facts[FactName.REACHABLE].value is True
    assert isinstance(size, int)
    assert size > 0


def test_every_fact_has_an_age_and_a_source(served: Remote) -> None:
    asked = visit(served.location, served.credentials)

    facts = looked(asked).values()

    assert {fact.at for fact in facts} == {asked.at}
    assert [fact.name for fact in facts if not fact.source] == []


def test_what_is_unknown_says_why(served: Remote) -> None:
    facts = looked(visit(served.location, served.credentials)).values()

    assert [fact.name for fact in facts if fact.value is None and fact.note is None] == []


def test_a_repository_that_is_gone_is_not_reached(served: Remote) -> None:
    nowhere = served.location.replace("erp", "other").replace("repository", "other")
    if served.location.startswith("s3"):
        nowhere = served.location.replace("vault", "other")

    fact = looked(visit(nowhere, served.credentials))[FactName.REACHABLE]

    assert (fact.value, fact.failure) == (False, FailureClass.UNREACHABLE)
    assert fact.note is not None


def test_a_look_leaves_a_sound_repository(served: Remote) -> None:
    for _ in range(2):
        looked(visit(served.location, served.credentials))

    assert served.open().check(Slice(k=1, n=1), 60, ignore).sound


@pytest.mark.parametrize("sort", ["s3", "rest"])
def test_a_server_that_is_down_is_a_fact_and_no_crash(sort: str, tmp_path: Path) -> None:
    with served_over(sort, tmp_path / "served", restic_of(ResticLine.RECENT)) as remote:
        remote.stop()

        facts = looked(visit(remote.location, remote.credentials))

    assert list(facts) == [FactName.REACHABLE]
    assert facts[FactName.REACHABLE].failure is FailureClass.UNREACHABLE


@pytest.mark.parametrize("sort", ["s3", "rest"])
def test_refused_credentials_are_told_and_not_shown(sort: str, tmp_path: Path) -> None:
    with served_over(sort, tmp_path / "served", restic_of(ResticLine.RECENT)) as remote:
        remote.initialised()
        wrong = {name: "mistyped-secret" for name in remote.credentials}
        asked = visit(remote.location, wrong)

        fact = looked(asked)[FactName.REACHABLE]

    assert fact.failure is FailureClass.AUTHENTICATION
    assert "mistyped-secret" not in str(fact)


def test_room_files_and_mount_of_a_directory_are_seen(tmp_path: Path) -> None:
    found = values(visit(str(tmp_path)))

    free, total = found[FactName.FREE_BYTES], found[FactName.TOTAL_BYTES]
    assert isinstance(free, int)
    assert isinstance(total, int)
    assert 0 < free <= total
    assert found[FactName.FILE_SYSTEM]
    assert found[FactName.MOUNT]


def test_a_directory_whose_name_is_an_option_or_has_a_newline_is_looked_at(tmp_path: Path) -> None:
    strange = tmp_path / "-rf\n$(touch pwned)"
    strange.mkdir()

    found = values(visit(str(strange)))

    assert found[FactName.REACHABLE] is True
    assert isinstance(found[FactName.FREE_BYTES], int)


def test_storage_whose_machine_is_not_named_is_unknown() -> None:
    asked = replace(visit("sftp:nas:/srv/vault"), host=None)

    fact = looked(asked)[FactName.REACHABLE]

    assert fact.value is None
    assert fact.note is not None


@pytest.mark.parametrize("line", LINES, ids=str)
def test_an_append_only_server_is_known_by_what_it_refuses(
    line: ResticLine, tmp_path: Path
) -> None:
    with rest_server(tmp_path / "rest", append_only=True) as server:
        remote = _rest(f"rest:{server.url}/erp", tmp_path, line)
        engine = remote.initialised()
        (tmp_path / "file").write_bytes(b"content")
        copied(engine, tmp_path / "file")
        before = len(list(remote.kept.glob("data/*/*")))

        found = [values(visit(remote.location, REST_CREDENTIALS)) for _ in range(3)]

        assert [one[FactName.APPEND_ONLY] for one in found] == [True] * 3
        assert len(list(remote.kept.glob("data/*/*"))) == before + 1
        assert engine.check(Slice(k=1, n=1), 60, ignore).sound
        assert copied(engine, tmp_path / "file").complete


def test_a_server_that_deletes_is_not_append_only_and_keeps_nothing_of_it(tmp_path: Path) -> None:
    with rest_server(tmp_path / "rest") as server:
        remote = _rest(f"rest:{server.url}/erp", tmp_path, ResticLine.RECENT)
        remote.initialised()

        found = values(visit(remote.location, REST_CREDENTIALS))

        assert found[FactName.APPEND_ONLY] is False
        assert list(remote.kept.glob("data/*/*")) == []


def test_a_rest_server_behind_an_unknown_authority_is_not_reached(tmp_path: Path) -> None:
    pair = certificate(tmp_path / "tls")
    with rest_server(tmp_path / "rest", tls=pair) as server:
        remote = _rest(f"rest:{server.url}/erp", tmp_path, ResticLine.RECENT)
        remote.initialised()

        doubted = looked(visit(remote.location, REST_CREDENTIALS))[FactName.REACHABLE]
        trusted = values(visit(remote.location, REST_CREDENTIALS, ca_certificate=pair[0]))

    assert doubted.value is False
    assert "TLS" in str(doubted.note)
    assert trusted[FactName.REACHABLE] is True


def test_a_login_in_the_address_is_used(tmp_path: Path) -> None:
    with rest_server(tmp_path / "rest") as server:
        _rest(f"rest:{server.url}/erp", tmp_path, ResticLine.RECENT).initialised()
        user, password = (Secret(text).reveal() for text in REST_CREDENTIALS.values())
        login = f"{user}:{password.replace('/', '%2F').replace('+', '%2B')}"

        found = values(visit(f"rest:{server.url.replace('//', f'//{login}@')}/erp"))

    assert found[FactName.REACHABLE] is True


def _rest(location: str, place: Path, line: ResticLine) -> Remote:
    return Remote(
        location=location,
        kept=place / "rest/erp",
        program=restic_of(line),
        scratch=place / "scratch",
        start=lambda: None,
        stop=lambda: None,
        credentials=REST_CREDENTIALS,
    )
