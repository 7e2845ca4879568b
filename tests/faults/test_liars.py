"""Programs that lie, hang, babble, are too old, or are not there."""

from __future__ import annotations

import shutil
import signal
import time

import pytest

from tests.support.faults import Row
from tests.support.ran import ended, is_alive
from tests.support.worlds import World

pytestmark = [pytest.mark.tool("restic"), pytest.mark.tool("rsync")]

# Which command a call of restic is: the first word that is one, wherever options stand.
_WORD = """\
word=; for each in "$@"; do case $each in
    version|cat|backup|restore|ls|snapshots|list|init) word=$each; break;; esac; done
case $word in version|cat) exec "$real" "$@";; esac
"""
_NOTHING = "exit 0"
_SUMMARY = (
    """echo '{"message_type":"summary","snapshot_id":"12345678","files_new":1,"files_changed":0,"""
    """"dirs_new":1,"dirs_changed":0,"data_added":9,"total_files_processed":47,"""
    """"total_bytes_processed":99}'"""
)
_OTHER_BYTES = """\
"$real" "$@"; code=$?
[ $word = restore ] && find "$root/sandbox" -type f -name '0*.csv' -exec sh -c \
    'for one; do touch -r "$one" /tmp/when.$$; printf x | dd of="$one" conv=notrunc status=none
     touch -r /tmp/when.$$ "$one"; rm /tmp/when.$$; done' sh {} +
exit $code"""
_LEAVES_OUT = """\
if [ $word = backup ]; then exec "$real" --exclude '*.csv' "$@"; fi
exec "$real" "$@\""""
_BABBLE = "head -c 100000 /dev/urandom; exit 0"
_GIGABYTES = """yes "$(head -c 30000 /dev/urandom | base64 -w0)" | head -c 2000000000; exit 0"""
_ONE_LINE = "head -c 300000000 /dev/zero; exit 0"
_SCREAMS = "head -c 1000000000 /dev/zero >&2; exit 1"
_CODE = "echo 'something new' >&2; exit 77"
_CRASH = "kill -SEGV $$"


def restic_that(script: str) -> str:
    """Write a restic that opens repositories honestly and does all else by this script."""
    return _WORD + script


def lies(slug: str, work: str, script: str) -> object:
    return pytest.param(work, script, marks=pytest.mark.fault(slug), id=f"{slug}-{work}")


@pytest.mark.parametrize(
    ("work", "script"),
    [
        lies("restic-does-nothing", "backup", _NOTHING),
        lies("restic-claims-a-snapshot", "backup", f"[ $word = backup ] && {_SUMMARY}; exit 0"),
        lies("restic-leaves-files-out", "backup", _LEAVES_OUT),
        lies("restic-restores-nothing", "drill", _NOTHING),
        lies("restic-restores-other-bytes", "drill", _OTHER_BYTES),
        lies("restic-babbles-in-a-backup", "backup", _BABBLE),
        lies("restic-babbles-in-a-drill", "drill", _BABBLE),
        lies("restic-prints-gigabytes", "backup", _GIGABYTES),
        lies("restic-prints-an-endless-line", "backup", _ONE_LINE),
        lies("restic-screams", "drill", _SCREAMS),
        lies("restic-code-unknown", "backup", _CODE),
        lies("restic-code-unknown-in-a-drill", "drill", _CODE),
        lies("restic-crashes", "backup", _CRASH),
    ],
)
def test_a_lying_restic_convinces_nobody(world: World, row: Row, work: str, script: str) -> None:
    world.install("restic", restic_that(script))

    ran = world.run(work, "--json", "erp", timeout=100)

    row.red_in(world, "erp", ran)
    assert not list(world.sandbox.iterdir())


_RSYNC = 'case " $* " in *" --version "*) exec "$real" "$@";; esac\n'
_LAST = 'for last in "$@"; do :; done\n'


@pytest.mark.parametrize(
    ("work", "script"),
    [
        lies("rsync-does-nothing", "backup", "exit 0"),
        lies(
            "rsync-leaves-files-out",
            "backup",
            """exec "$real" --exclude '*.csv' "$@\"""",
        ),
        lies(
            "rsync-cuts-files",
            "backup",
            f"""{_LAST}"$real" "$@"; code=$?
            find "$last" -name '07.csv' | while read -r one; do touch -r "$one" "$root/when"
            rm "$one"; echo cut >"$one"; touch -r "$root/when" "$one"; done
            exit $code""",
        ),
        lies(
            "rsync-copies-other-bytes",
            "backup",
            f"""{_LAST}"$real" "$@"; code=$?
            find "$last" -name '07.csv' | while read -r one; do touch -r "$one" "$root/when"
            rm "$one"; head -c 2000 /dev/zero >"$one"; touch -r "$root/when" "$one"; done
            exit $code""",
        ),
        lies("rsync-restores-nothing", "drill", "exit 0"),
        lies(
            "rsync-restores-other-bytes",
            "drill",
            f"""{_LAST}"$real" "$@"; code=$?
            find "$last" -name '0*.csv' | while read -r one; do touch -r "$one" "$root/when"
            head -c 2000 /dev/zero >"$one"; touch -r "$root/when" "$one"; done
            exit $code""",
        ),
        lies("rsync-babbles", "backup", "head -c 100000 /dev/urandom; exit 0"),
        lies("rsync-code-unknown", "backup", "echo 'something new' >&2; exit 77"),
    ],
)
def test_a_lying_rsync_convinces_nobody(world: World, row: Row, work: str, script: str) -> None:
    world.install("rsync", _RSYNC + script)
    if row.slug in {"rsync-copies-other-bytes", "rsync-cuts-files"}:
        (world.source / "accounts/07.csv").write_bytes(b"news" * 500)
    if row.slug == "rsync-copies-other-bytes":
        assert world.backup("files").code == 0
        work = "drill"

    ran = world.run(work, "--json", "files")

    row.red_in(world, "files", ran)


@pytest.mark.fault("restic-hangs")
def test_a_restic_that_hangs_is_given_up(world: World, row: Row) -> None:
    world.edit(
        "config/repositories.yaml", "engine: restic", "engine: restic\n  options: {patience: 2s}"
    )
    world.install("restic", '[ "$1" = version ] && exec "$real" "$@"\nsleep 1000')

    ran = world.backup("erp")

    row.red_in(world, "erp", ran)


@pytest.mark.fault("restic-ignores-signals")
def test_a_restic_that_ignores_signals_is_killed_when_a_person_stops_the_drill(
    world: World, row: Row
) -> None:
    world.install("restic", restic_that('trap "" INT TERM; echo $$ >"$root/pid"\nsleep 1000'))
    drill = world.start("drill", "--json", "erp")
    pid = int(_awaited(world, "pid"))
    drill.send_signal(signal.SIGINT)

    ran = ended(drill, timeout=30)

    row.red_in(world, "erp", ran)
    row.recorded_in(world)
    assert not is_alive(pid)
    assert not list(world.sandbox.iterdir())


def _awaited(world: World, name: str) -> str:
    """Wait until a script has written a line into this file of the world."""
    until = time.monotonic() + 30
    path = world.root / name
    while time.monotonic() < until:
        if path.exists() and path.read_text().endswith("\n"):
            return path.read_text()
        time.sleep(0.02)
    raise AssertionError(f"{path} was not written")


def says(slug: str, job: str, said: str) -> object:
    return pytest.param(job, said, marks=pytest.mark.fault(slug), id=slug)


@pytest.mark.parametrize(
    ("job", "said"),
    [
        says("restic-too-old", "erp", "restic 0.9.6 compiled with go1.12"),
        says("rsync-too-old", "files", "rsync  version 3.0.9  protocol version 30"),
        says("restic-is-another-program", "erp", "I am another program"),
        says("rsync-is-another-program", "files", "openrsync: protocol version 29"),
    ],
)
@pytest.mark.parametrize("work", ["backup", "drill"])
def test_a_program_too_old_is_not_used(
    world: World, row: Row, work: str, job: str, said: str
) -> None:
    world.install({"erp": "restic", "files": "rsync"}[job], f"echo '{said}'")

    ran = world.run(work, "--json", job)

    row.red_in(world, job, ran)


@pytest.mark.parametrize(
    ("job", "name"),
    [
        pytest.param("erp", "restic", marks=pytest.mark.fault("restic-not-installed")),
        pytest.param("files", "rsync", marks=pytest.mark.fault("rsync-not-installed")),
    ],
)
@pytest.mark.parametrize("work", ["backup", "drill"])
def test_a_program_that_is_not_installed_is_named(
    world: World, row: Row, work: str, job: str, name: str
) -> None:
    world.bin.mkdir()
    for tool in ("sync", "sh"):
        (world.bin / tool).symlink_to(shutil.which(tool) or "")

    ran = world.run(work, "--json", job, env={"PATH": str(world.bin)})

    row.red_in(world, job, ran)
    assert name in ran.told
