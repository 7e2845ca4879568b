"""What `status` remembers between two starts never changes what it says."""

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from continuity.app import Standing, portfolio_of
from continuity.domain.verdict import Verdict
from continuity.workflows.remembering import recall
from tests.support.billing import BOOK
from tests.support.databases import SqliteFile
from tests.support.story import REPOSITORY, Story, backup, begin, drill
from tests.support.workspaces import write_files

HOUR = timedelta(hours=1)
HEAVY = ("pydantic", "sqlalchemy", "ruamel", "rich", "alembic", "click", "cryptography", "yaml")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A story that no test changes, already remembered."""
    story = begin(tmp_path_factory.mktemp("kept") / "firm")
    story.passed("erp", 5 * HOUR)
    story.record(4 * HOUR, backup("post", 4 * HOUR), drill("post", 4 * HOUR, verdict="FAIL"))
    known(story)
    return story


@pytest.fixture
def story(told: Story, tmp_path: Path) -> Story:
    """That story, already remembered."""
    story = told.copied(tmp_path / "firm")
    known(story)
    return story


def known(story: Story) -> Standing:
    return portfolio_of(story.root, story.environ)


def known_afresh(story: Story) -> Standing:
    """What is known without anything remembered."""
    return portfolio_of(story.root, {})


def memory_of(story: Story) -> Path:
    (memory,) = story.memories()
    return memory


def test_what_is_remembered_is_what_would_be_read(kept: Story) -> None:
    memory = recall(memory_of(kept))

    assert memory is not None
    assert memory.portfolio == known_afresh(kept).portfolio


def test_only_its_owner_may_read_what_is_remembered(kept: Story) -> None:
    memory = memory_of(kept)

    assert memory.stat().st_mode & 0o777 == 0o600
    assert memory.parent.stat().st_mode & 0o777 == 0o700


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_memory_is_never_believed(
    kept: Story, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    sound = memory_of(kept).read_bytes()
    place = tmp_path_factory.getbasetemp() / "damaged.json"
    at = data.draw(st.integers(0, len(sound) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != sound[at]))
    damaged = data.draw(
        st.sampled_from([sound[:at] + bytes([other]) + sound[at + 1 :], sound[:at], sound + b" "])
    )
    place.write_bytes(damaged)
    place.chmod(0o600)

    assert recall(place) is None


@pytest.mark.parametrize("content", [b"", b"{}", b"0" * 64, b"0" * 64 + b"{}", b"[" * 100_000])
def test_the_answer_is_the_same_over_anything_in_its_place(story: Story, content: bytes) -> None:
    memory_of(story).write_bytes(content)

    assert known(story) == known_afresh(story)
    assert recall(memory_of(story)) is not None


def test_a_memory_that_others_could_have_written_is_not_believed(story: Story) -> None:
    memory_of(story).chmod(0o666)

    assert recall(memory_of(story)) is None


def test_a_memory_behind_a_link_is_not_believed(story: Story) -> None:
    memory = memory_of(story)
    memory.rename(memory.with_name("elsewhere"))
    memory.symlink_to("elsewhere")

    assert recall(memory) is None


def test_a_pipe_in_its_place_stops_nobody(story: Story) -> None:
    memory = memory_of(story)
    memory.unlink()
    os.mkfifo(memory, 0o600)

    assert known(story) == known_afresh(story)


def test_a_new_record_is_seen_at_once(story: Story) -> None:
    story.record(timedelta(0), drill("erp", timedelta(0), verdict="FAIL", failure="integrity"))

    said = story.run("status")

    assert "1 FAIL" in said.out
    assert said.code == 1
    assert known(story) == known_afresh(story)


def test_a_changed_job_is_seen_at_once(story: Story) -> None:
    write_files(story.root, {"jobs/erp.yaml": (story.root / "jobs/erp.yaml").read_text() + "#\n"})
    write_files(story.root, {"jobs/extra.yaml": "name: extra\n"})

    assert {problem.file for problem in known(story).problems} == {"jobs/extra.yaml"}
    assert known(story) == known_afresh(story)


def test_a_changed_target_is_judged_at_once(story: Story) -> None:
    systems = story.root / "config" / "systems.yaml"
    assert story.run("status", "--system", "billing").code == 0

    systems.write_text(systems.read_text().replace("rpo: 24h", "rpo: 30m"))

    assert story.run("status", "--system", "billing").code == 1


def test_an_altered_record_is_never_green_though_its_end_is_as_remembered(story: Story) -> None:
    SqliteFile(story.database).tamper(
        "UPDATE evidence SET body = replace(body, 'PASS', 'FAIL') WHERE sequence = 2"
    )

    said = story.run("status")

    assert "PASS" not in said.out.replace("counts as passed", "")
    assert "audit verify" in said.out
    assert said.code == 1


def test_a_record_with_a_gap_is_never_green(story: Story) -> None:
    SqliteFile(story.database).tamper("DELETE FROM evidence WHERE sequence = 3")

    said = story.run("status", "--json")

    assert '"PASS"' not in said.out
    assert said.code == 1


def test_a_database_that_is_none_is_an_error_and_no_old_answer(story: Story) -> None:
    story.database.write_bytes(b"no database at all")

    said = story.run("status")

    assert said.code == 3
    assert said.out == ""
    assert "record.db" in said.err


def test_a_database_that_is_gone_means_that_nothing_is_known(story: Story) -> None:
    story.database.unlink()

    assert "3 systems: 3 INCONCLUSIVE" in story.run("status").out


def test_time_goes_on_while_nothing_changes(tmp_path: Path) -> None:
    story = begin(tmp_path / "firm")
    story.passed("erp", 24 * HOUR - timedelta(seconds=6))
    known(story)

    before = known(story).assess().systems[0].verdict
    time.sleep(6)
    after = known(story).assess().systems[0].verdict

    assert (before, after) == (Verdict.PASS, Verdict.FAIL)


def test_a_runbook_that_is_spoilt_is_seen_also_when_the_record_goes_on(story: Story) -> None:
    book = story.root / "runbooks/billing-down.md"
    write_files(story.root, {"runbooks/billing-down.md": BOOK.read_text()})
    sound = [known_afresh(story).problems, known(story).problems]
    story.passed("erp", HOUR)
    gone_on = known(story)
    expected = known_afresh(story)
    book.write_text(BOOK.read_text().replace("primary: luis", "primary: nobody"))
    spoilt = known(story)

    assert sound[0] == sound[1]
    assert gone_on == expected
    assert {problem.file for problem in spoilt.problems} >= {"runbooks/billing-down.md"}
    assert spoilt == known_afresh(story)


@pytest.mark.parametrize("environ", [{}, {"HOME": "relative"}, {"XDG_CACHE_HOME": "/dev/null"}])
def test_without_a_place_to_remember_the_answer_is_the_same(
    kept: Story, environ: dict[str, str]
) -> None:
    assert portfolio_of(kept.root, environ) == known(kept)


def test_two_workspaces_are_never_mixed_up(story: Story, tmp_path: Path) -> None:
    other = begin(tmp_path / "other")
    (tmp_path / "other.cache").symlink_to(story.cache)

    assert known(other) == known_afresh(other)
    assert known(story) == known_afresh(story)
    assert len(story.memories()) == 2


def test_a_copy_of_the_state_is_judged_by_its_own_record_and_never_remembered(story: Story) -> None:
    remembered = memory_of(story).read_bytes()
    empty = story.root.parent / "a copy of nothing"

    said = story.run("status", CONTINUITY_STATE=str(empty))

    assert "3 systems: 3 INCONCLUSIVE" in said.out
    assert memory_of(story).read_bytes() == remembered


def loaded(story: Story) -> set[str]:
    """What a second `status` loads of what costs time."""
    program = (
        "import sys; from continuity.cli.entry import main;"
        f"main(['--workspace', {str(story.root)!r}, 'status']);"
        f"print(*(name for name in {HEAVY!r} if name in sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env=story.environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(done.stderr.split())


def test_status_loads_no_heavy_library_when_nothing_changed(kept: Story) -> None:
    assert loaded(kept) == set()


def test_the_way_past_the_command_library_says_the_same(kept: Story) -> None:
    plain = ["status", "--system", "billing", "--json"]
    library = ["status", "--system=billing", "--json"]

    told = [kept.run(*words).out.splitlines()[2:] for words in (plain, library)]

    assert [line for line in told[0] if "seconds" not in line and "_at" not in line] == [
        line for line in told[1] if "seconds" not in line and "_at" not in line
    ]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["status", "--sytem", "billing"], 2),
        (["status", "--system"], 2),
        (["status", "extra"], 2),
        (["status", "--help"], 0),
        (["--debug", "status", "--system", "billing"], 0),
    ],
)
def test_whatever_is_not_plain_goes_to_the_command_library(
    kept: Story, words: list[str], code: int
) -> None:
    assert kept.run(*words).code == code
