"""Names and links that try to be something else, and everything that a file system can hold."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tests.support.faults import Row
from tests.support.programs import ResticLine, restic_of
from tests.support.worlds import World

pytestmark = [pytest.mark.tool("restic"), pytest.mark.tool("rsync")]

both = pytest.mark.parametrize("job", ["erp", "files"])

NAMES = (
    *(b"new\nline", b"carriage\rreturn", b"tab\t", b" leading", b"trailing "),
    *(b"\x1b[2Jescape", b"\x7f"),
    *(b"#comment", b"$HOME", b"!not", b"-rf", b"--delete", b"+ plus", b"- minus", b"back\\slash"),
    *(b"'quote'", b'"double"', b"`id`", b"$(id)", b"%s{count}%n", b"{path}", b"[red]markup"),
    *(b"a[1].txt", b"a1.txt", b"a*.txt", b"a?.txt", b"...", b"..a", b"~", b"con:aux"),
    *(b"caf\xc3\xa9", b"caf\xe9", b"\xff\xfe", b"\xe2\x80\xaecod.exe", b"\xf0\x9f\x92\xa9"),
    *(b"x" * 255, "ñ".encode() * 127),
)


def plant(source: Path) -> int:
    """Make every hostile thing there is, and give how many files can be compared."""
    place = os.fsencode(source) + b"/hostile"
    os.mkdir(place)
    for number, name in enumerate(NAMES):
        with open(place + b"/" + name, "wb") as file:
            file.write(b"content %d" % number)
    deep = place
    for name in (b"new\ndirectory", b"a[b]", b"caf\xe9", b"d" * 200):
        deep += b"/" + name
        os.mkdir(deep)
        with open(deep + b"/inside", "wb") as file:
            file.write(name)
    for name, target in (
        *((b"shadow", b"/etc/shadow"), (b"loop", b"loop"), (b"up", b"../../..")),
        *((b"void", b"nowhere"), (b"self", b"."), (b"odd", b"\n[$"), (b"long", b"l" * 4_000)),
    ):
        os.symlink(target, place + b"/link-" + name)
    os.mkfifo(place + b"/fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(place + b"/socket"))
    os.mkdir(place + b"/empty directory")
    open(place + b"/empty file", "wb").close()
    with open(place + b"/sparse", "wb") as sparse:
        sparse.truncate(50_000_000)
    os.link(place + b"/a1.txt", place + b"/hard link")
    os.chmod(place + b"/-rf", 0o4700)
    return len(NAMES)


@both
@pytest.mark.fault("hostile-names")
def test_hostile_names_and_links_are_copied_and_proven(world: World, row: Row, job: str) -> None:
    count = plant(world.source)
    backed_up = world.backup(job)
    assert backed_up.result["verdict"] == "PASS", backed_up

    drilled = world.full_drill(job)

    row.told_by(drilled)
    assert drilled.result["classes"]["match"] > 60 + count
    assert drilled.result["classes"]["unverifiable"] <= 3
    assert world.drill(job).result["verdict"] == "PASS"


@pytest.mark.fault("restic-loses-a-link-target")
def test_a_link_that_an_old_restic_cannot_keep_is_found(world: World, row: Row) -> None:
    world.install("restic", f'exec {restic_of(ResticLine.FLOOR)} "$@"')
    os.symlink(b"\xff\xfe", os.fsencode(world.source) + b"/letters/odd-link")
    assert world.backup("erp").code == 0

    drilled = world.full_drill("erp")

    row.red_in(world, "erp", drilled)


@pytest.mark.fault("hostile-name-damaged")
@pytest.mark.parametrize("name", [b"new\nline", b"\x1b[2Jescape", b"caf\xe9", b"[red]markup"])
def test_damage_of_a_hostile_name_is_named_so_that_no_terminal_is_tricked(
    world: World, row: Row, name: bytes
) -> None:
    plant(world.source)
    assert world.backup("files").code == 0
    copy = os.fsencode(world.disk) + b"/latest" + os.fsencode(world.source) + b"/hostile/" + name
    with open(copy, "r+b") as file:
        file.write(b"CONTENT")

    drilled = world.full_drill("files")

    row.red_in(world, "files", drilled)
    human = world.run("drill", "--full", "files").stdout
    assert "\x1b[2J" not in human
    assert "new\nline" not in human


_DISGUISED = ("link", "directory", "fifo")


@pytest.mark.parametrize("disguise", _DISGUISED)
@pytest.mark.fault("copy-became-something-else")
def test_a_copy_that_became_something_else_is_found_and_nothing_is_followed(
    world: World, row: Row, disguise: str
) -> None:
    copy = Path(f"{world.disk}/latest{world.source}/letters/old")
    victim = copy / "03.txt"
    victim.unlink()
    match disguise:
        case "link":
            victim.symlink_to("/etc/shadow")
        case "directory":
            victim.mkdir()
            (victim / "inside").write_text("more")
        case _:
            os.mkfifo(victim)

    drilled = world.full_drill("files")

    row.red_in(world, "files", drilled)
