"""Tell the story: a firm backs up, proves, measures; then things break, and each is found."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from continuity.cli.language import _, choose_language, language, speak
from continuity.cli.output import show, table
from continuity.cli.wording import duration, size
from continuity.cli.wording import number as number_of
from demo.branch import grown
from demo.firm import found_firm
from demo.outside import Listeners, listening
from demo.program import Program
from demo.sabotage import flip_byte, largest_pack, some_file
from demo.shop import LiveShop
from demo.trial import Trial, rows
from demo.unattended import left_alone


def main() -> int:
    """Play all of it; 0 only when everything sound was proven and every sabotage was found."""
    options = _options()
    speak(options.lang or choose_language([], os.environ))
    began = time.monotonic()
    home = Path(tempfile.mkdtemp(prefix="continuity-demo-"))
    try:
        trials = _play(home)
    finally:
        if options.keep:
            show(_("The workspace stays at {place}.").format(place=home))
        else:
            shutil.rmtree(home, ignore_errors=True)
    _heading(_("What was tried, and what Continuity said"))
    table(rows(trials))
    show()
    found = all(trial.as_expected for trial in trials)
    show(
        _("All as it should be, in {time}.").format(time=duration(time.monotonic() - began))
        if found
        else _("NOT as it should be: look at the rows marked with “!”.")
    )
    return 0 if found else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run demo", description=__doc__)
    parser.add_argument("--lang", choices=("es", "en"))
    parser.add_argument("--keep", action="store_true", help="leave the workspace for a look")
    return parser.parse_args()


def _play(home: Path) -> list[Trial]:
    firm = home / "firm"
    firm.mkdir()
    files, total = found_firm(firm)
    program = Program(firm, language())
    _heading(_("1. A firm of 45 people"))
    show(
        _(
            "Suministros Montelar has seven systems: billing, mail, shared folders, domain"
            " controller, web shop, payroll and tills. Here they hold {files} real files of this"
            " machine ({size}) and a database that is being written to right now."
        ).format(files=number_of(files), size=size(total))
    )
    with LiveShop(firm / "data" / "erp" / "empresa.db"):
        program.told("check")
        trials = _protect(program)
    trials += _measure(program)
    trials.append(_leave(program))
    trials += _grow(home, program)
    trials += _break_copies(home, firm)
    trials += _break_sources(program, firm)
    trials += _answer(home, program)
    _heading(_("7. Nobody types any more: the service runs by itself for two minutes"))
    trials += left_alone(firm, program)
    _heading(_("8. Where the firm stands now"))
    program.told("status")
    trials.append(Trial(_("The record of evidence"), program.told("audit", "verify"), 0))
    return trials


def _leave(program: Program) -> Trial:
    show(
        _(
            "For the day on which this machine is gone too, the plan goes elsewhere: runbooks,"
            " phones, and the exact commands that bring every job back with stock programs."
        )
    )
    return Trial(_("Offline copies at two places"), program.told("bundle", "publish"), 0)


def _protect(program: Program) -> list[Trial]:
    _heading(_("2. Back up, with restic and rsync, and seal what the files were"))
    backup = program.told("backup")
    _heading(_("3. Prove it: restore into a sandbox and compare every byte"))
    return [
        Trial(_("Backup of every job"), backup, 0),
        Trial(_("Sample of billing restored"), program.told("drill", "erp"), 0),
    ]


def _measure(program: Program) -> list[Trial]:
    drill = Trial(_("Everything restored, recovery timed"), program.told("drill", "--full"), 0)
    status = Trial(_("Verdict on all systems"), program.told("status"), 0)
    program.told("forecast")
    program.told("forecast", "--lose", "site:oficina")
    return [drill, status]


def _grow(home: Path, program: Program) -> list[Trial]:
    _heading(_("4. Beyond this machine: a server over SSH, a bucket on S3, a PostgreSQL database"))
    with grown(home, program.workspace) as branch:
        stranger = program.told("backup", "web-nube")
        show(_("Nobody has accepted that machine's key yet, so nothing was believed."))
        program.told("hosts", "accept", "web", "--fingerprint", branch.fingerprint)
        program.told("hosts")
        jobs = ("pedidos-db", "web-nube", "web-disco")
        backup = program.told("backup", *jobs)
        drill = program.told("drill", *jobs, "--full")
        program.told("locations")
        show(_("In the bucket, one byte of the largest data pack flips."))
        flip_byte(largest_pack(branch.copies))
        rotten = [program.told("drill", name, "--full") for name in ("pedidos-db", "web-nube")]
        show(_("The server goes down."))
        branch.cut()
        away = program.told("backup", "web-disco")
    return [
        Trial(_("A machine that nobody has accepted"), stranger, 3),
        Trial(_("Backup of a database and a remote server"), backup, 0),
        Trial(_("The database revived, everything compared"), drill, 0),
        Trial(_("One flipped byte in a bucket"), 1 if 1 in rotten else max(rotten), 1),
        Trial(_("A server that is down"), away, 3),
    ]


def _break_copies(home: Path, firm: Path) -> list[Trial]:
    _heading(_("5. Sabotage: four quiet disasters that a green “backup completed” would hide"))
    copy = home / "copy"
    shutil.copytree(firm, copy, symlinks=True)
    sabotaged = Program(copy, language())
    show(_("In a copy of everything, one byte of one data pack of the restic repository flips."))
    flip_byte(largest_pack(copy / "repositories" / "exterior"))
    show(_("Three jobs keep their data there; the one that is hit must be found and named."))
    jobs = ("erp-exterior", "nominas", "tienda-online")
    pack = [sabotaged.told("drill", name, "--full") for name in jobs]
    show(_("In the same copy, one byte of a file in the rsync copy rots; size and time stay."))
    generation = (copy / "repositories" / "disco-ficheros" / "latest").resolve()
    flip_byte(some_file(generation))
    rot = sabotaged.told("drill", "ficheros", "--full")
    return [
        Trial(_("One flipped byte in a restic pack"), 1 if 1 in pack else max(pack), 1),
        Trial(_("Rot in an rsync copy"), rot, 1),
    ]


def _break_sources(program: Program, firm: Path) -> list[Trial]:
    show(_("At the source, one byte of the payroll changes; size and time stay."))
    flip_byte(some_file(firm / "data" / "nominas"))
    silent = program.told("backup", "nominas")
    show(_("The disk of the tills is not mounted: an empty folder stands in its place."))
    tills = firm / "data" / "tpv"
    tills.rename(tills.with_name("tpv-disk"))
    tills.mkdir()
    void = program.told("backup", "tpv")
    return [
        Trial(_("A source that changed in silence"), silent, 1),
        Trial(_("An empty mount point"), void, 1),
    ]


def _answer(home: Path, program: Program) -> list[Trial]:
    _heading(_("6. A failure becomes one incident, one ticket, one mail, and ends only by proof"))
    firm = program.workspace
    generation = (firm / "repositories" / "disco-ficheros" / "latest").resolve()
    sound = home / "sound"
    shutil.copytree(generation, sound, symlinks=True)
    with listening(firm) as heard:
        show(_("In the copy of the shared folders, one byte of a file rots."))
        flip_byte(some_file(generation))
        failed = program.told("drill", "ficheros", "--full")
        show(heard.letter)
        _tickets(heard)
        number = next(one for one in heard.numbers if one)
        program.told("incidents", "ack", number, "--by", "marcos-salgado")
        show(_("The copy is put back as it was, and the same test is asked again."))
        shutil.rmtree(generation)
        shutil.copytree(sound, generation, symlinks=True)
        program.told(
            "incidents",
            "resolve",
            number,
            "--by",
            "marcos-salgado",
            "--note",
            _("The copy was put back."),
        )
        proven = program.told("incidents", "retest", number)
        _tickets(heard)
        told = len(heard.mailbox.mails)
        show(_("Mails in all: {count}.").format(count=number_of(told)))
    closed = heard.closed == [number]
    return [
        Trial(_("A failure that people hear of"), failed, 1),
        Trial(_("The same test, after the repair"), proven, 0),
        Trial(_("Its ticket is closed by proof"), 0 if closed else 1, 0),
    ]


def _tickets(heard: Listeners) -> None:
    show(_("In the tracker:"))
    for line in heard.tickets:
        show(f"  {line}")


def _heading(text: str) -> None:
    show()
    show(text)
    show("─" * min(len(text), 79))


if __name__ == "__main__":
    sys.exit(main())
