"""What the checks of a job say of good and of broken content."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from continuity.domain.failure import ContinuityError, IsolationError, ToolError
from continuity.domain.job import Check
from continuity.sandbox.checks.registry import check_kinds
from continuity.sandbox.isolation import Isolation
from tests.support.asked_checks import answer, nothing, written

pytestmark = [pytest.mark.tool("bwrap"), pytest.mark.tool("setpriv"), pytest.mark.tool("prlimit")]

both = pytest.mark.parametrize("level", list(Isolation))


def test_every_kind_of_check_is_found_with_its_options() -> None:
    kinds = check_kinds()

    assert {"archive", "command", "http", "image", "port", "sqlite"} <= set(kinds)
    for name, kind in kinds.items():
        assert kind.name == name
        assert kind.subjects
        for field in kind.options.model_fields.values():
            assert field.description


# Commands.


@both
def test_a_command_that_ends_as_it_should_is_right(tmp_path: Path, level: Isolation) -> None:
    check = written("command", argv=["grep", "-c", "total", "{tree}/srv/ledger"], contains="2")

    found = answer(
        tmp_path, lambda srv: (srv / "ledger").write_bytes(b"total 1\ntotal 2\n"), check, level
    )

    assert (found.name, found.kind, found.passed) == ("it works", "command", True)
    assert str(found.expected) == "exit code 0 and “2”"
    assert str(found.found) == "exit code 0"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"argv": ["sh", "-c", "echo broken >&2; exit 3"]}, "exit code 3: broken"),
        ({"argv": ["true"], "exit_code": 4}, "exit code 0: -"),
        ({"argv": ["echo", "no"], "contains": "yes"}, "exit code 0, and the text is not there"),
        ({"argv": ["sh", "-c", "kill -SEGV $$"]}, "exit code 139"),
        ({"argv": ["touch", "{tree}/srv/new"]}, "Read-only file system"),
    ],
)
def test_a_command_that_does_not_is_wrong(
    tmp_path: Path, keys: Mapping[str, object], said: str
) -> None:
    found = answer(tmp_path, nothing, written("command", **keys))

    assert found.passed is False
    assert said in str(found.found)


@pytest.mark.parametrize(
    "argv", [["no-such-program"], ["/opt/program"], ["{tree}/srv/absent"], ["{tree}/srv/text"]]
)
def test_a_command_that_cannot_be_started_is_no_answer(tmp_path: Path, argv: list[str]) -> None:
    with pytest.raises(ContinuityError):
        answer(
            tmp_path,
            lambda srv: (srv / "text").write_bytes(b"no program"),
            written("command", argv=argv),
        )


def test_a_restored_program_is_run_when_the_job_says_so(tmp_path: Path) -> None:
    def fill(srv: Path) -> None:
        (srv / "selftest").write_bytes(b"#!/bin/sh\nexit 0\n")
        (srv / "selftest").chmod(0o700)

    assert answer(tmp_path, fill, written("command", argv=["{tree}/srv/selftest"])).passed


# Services.

SITE = ["/usr/bin/python3", "-m", "http.server", "8080", "--directory", "{tree}/srv"]


def _site(srv: Path) -> None:
    (srv / "index.html").write_bytes(b"<h1>Welcome</h1>")


def test_a_service_that_answers_is_right(tmp_path: Path) -> None:
    check = written("http", start=SITE, port=8080, contains="Welcome")

    found = answer(tmp_path, _site, check)

    assert (found.passed, str(found.found)) == (True, "status 200")
    assert answer(tmp_path / "p", _site, written("port", start=SITE, port=8080)).passed


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"path": "/absent"}, "status 404"),
        ({"contains": "Goodbye"}, "status 200, and the text is not there"),
        ({"start": ["sh", "-c", "exit 3"]}, "the service ended with code 3"),
        ({"start": ["sleep", "60"], "wait": "1s"}, "no answer within 1 s"),
    ],
)
def test_a_service_that_does_not_is_wrong(
    tmp_path: Path, keys: Mapping[str, object], said: str
) -> None:
    check = written("http", **{"start": SITE, "port": 8080, **keys})

    found = answer(tmp_path, _site, check)

    assert (found.passed, str(found.found)) == (False, said)


def test_a_service_may_leave_its_server_in_the_background(tmp_path: Path) -> None:
    start = ["sh", "-c", f"cd {{tree}}/srv; setsid {' '.join(SITE[:4])} >/dev/null 2>&1 &"]

    assert answer(tmp_path, _site, written("http", start=start, port=8080)).passed


def test_a_service_that_cannot_be_started_is_no_answer(tmp_path: Path) -> None:
    check = written("port", start=["no-such-server"], port=8080)

    with pytest.raises(ToolError, match="no-such-server: No such file"):
        answer(tmp_path, nothing, check)


@pytest.mark.parametrize("kind", ["port", "http"])
def test_no_service_is_started_where_the_live_one_might_answer(tmp_path: Path, kind: str) -> None:
    with pytest.raises(IsolationError, match="network of its own"):
        answer(tmp_path, _site, written(kind, start=SITE, port=8080), Isolation.B)


@pytest.mark.parametrize(
    "check",
    [
        written("sqlite", path="/srv/absent"),
        written("archive", paths=["/srv/absent"]),
        written("image", paths=["/srv/absent"]),
    ],
    ids=lambda check: check.kind,
)
def test_what_the_restore_point_does_not_hold_is_no_answer(tmp_path: Path, check: Check) -> None:
    with pytest.raises(ToolError, match="/srv/absent is not in the restore point"):
        answer(tmp_path, nothing, check)
