"""Files of another machine that are replaced while things break: what people read, what stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.faults import Row
from tests.support.overseas import RUN, Overseas, fill, overseas, seen, told
from tests.support.terminal import run

pytestmark = [
    pytest.mark.tool("rsync"),
    pytest.mark.tool("perl"),
    pytest.mark.timeout(300),
]

ON_SWAP = 'case "$3" in swap)'


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Overseas]:
    with overseas(tmp_path) as found:
        yield found


def whole(there: Overseas) -> None:
    """Demand that nothing was replaced, and that nothing of ours is left."""
    assert (there.source / "ransom").read_text() == "pay"
    assert there.left() == []


@pytest.mark.tool("restic")
@pytest.mark.parametrize("engine", ["rsync", "restic"])
def test_files_of_another_machine_are_replaced_by_two_people_and_put_back_again(
    tmp_path: Path, engine: str
) -> None:
    with overseas(tmp_path, engine) as there:
        harmed = seen(there.source)
        done = there.over()
        stood = seen(there.source)
        kept, state = seen(there.aside), there.state()
        left = there.left()
        there.acts("abort", "--undo", "--note", "the wrong day", by="ana")
        between = seen(there.source)
        back = there.acts("confirm", "back", "--system", "billing")

        assert (done.code, state, left) == (0, "done", [there.aside.name]), done
        assert (there.source / "ransom").read_text() == "pay", back
        assert kept == harmed == seen(there.source)
        assert between == stood == seen(Path(f"{there.source}.new-{RUN}-over"))
        assert there.left() == [f"{there.source.name}.new-{RUN}-over"]
        assert run(there.firm, "audit", "verify").code == 0
    fill(tmp_path / "again")

    contents = [value[3] for value in stood.values() if isinstance(value, tuple)]
    assert stood.keys() == seen(tmp_path / "again").keys()
    assert contents.count(b"the ledger\n") == 2
    assert b"pay" not in contents


@pytest.mark.fault("there-over-cable-pulled")
def test_a_connection_that_is_lost_on_the_way_replaces_nothing(there: Overseas, row: Row) -> None:
    there.install(
        "rsync",
        'case "$*" in *--sender*|--version) exec $real "$@";; esac\n'
        'head -c 100000 | $real "$@" >/dev/null 2>&1 &\n'
        "p=$PPID; while [ $p -gt 1 ]; do read -r line </proc/$p/stat; set -- ${line##*) }\n"
        "grep -q ^sshd /proc/$p/comm && kill -9 $p && break; p=$2; done",
    )
    told(row, there.over())
    whole(there)


@pytest.mark.fault("there-over-disk-full")
def test_a_disk_that_fills_up_there_replaces_nothing(there: Overseas, row: Row) -> None:
    there.install(
        "rsync",
        'case "$*" in *--sender*|--version) exec $real "$@";; esac\n'
        'echo "rsync: write failed on x: No space left on device (28)" >&2; exit 11',
    )
    told(row, there.over())
    whole(there)


@pytest.mark.fault("there-over-without-room")
def test_a_disk_without_room_there_is_seen_before_anything_is_restored(
    there: Overseas, row: Row
) -> None:
    settings = there.firm.workspace / "config/continuity.yaml"
    settings.write_text(settings.read_text().replace("1 MiB", "8000000 GiB"))
    told(row, there.over())
    whole(there)


@pytest.mark.fault("there-over-altered-on-the-way")
def test_what_does_not_arrive_as_it_was_sealed_replaces_nothing(there: Overseas, row: Row) -> None:
    there.install("sync", 'find "${!#}" -name large -exec truncate -s 9 {} +; exec $real "$@"')
    told(row, there.over())
    whole(there)


@pytest.mark.fault("there-over-a-link")
def test_a_place_that_has_become_a_link_is_not_followed(there: Overseas, row: Row) -> None:
    there.source.rename(there.firm.root / "elsewhere")
    there.source.symlink_to(there.firm.root / "elsewhere")
    told(row, there.over())
    whole(there)

    assert there.source.is_symlink()


@pytest.mark.fault("there-over-out-of-reach")
def test_while_the_machine_is_out_of_reach_nobody_knows_and_then_it_is_looked_up(
    there: Overseas, row: Row
) -> None:
    there.install("perl", f'{ON_SWAP} kill_caller;; esac\nexec $real "$@"')
    there.over()
    assert there.server is not None
    there.server.stop()
    told(row, there.acts("carry-on"))
    unknown = there.state()
    there.server.start()
    there.uninstall()
    there.acts("carry-on")

    assert (unknown, there.state()) == ("unknown", "done")


def test_production_that_is_gone_altogether_comes_back_there(there: Overseas) -> None:
    there.source.rename(there.firm.root / "stolen")
    done = there.over()

    assert there.state() == "done", done
    assert (there.source / "deep/er/book").read_text() == "the ledger\n"
    assert there.left() == []
