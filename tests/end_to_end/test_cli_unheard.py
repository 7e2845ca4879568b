"""The program when nobody takes what it prints: a reader who left, a full disk, a closed stream."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.support.firm import Firm, Wishes, a_firm
from tests.support.programs import ROOT
from tests.support.terminal import argv, environ_of, filled, run

PASS, INCONCLUSIVE = 0, 3


def two_jobs(root: Path) -> Firm:
    return filled(a_firm(root, Wishes(engines={"erp": "rsync", "mail": "rsync"})))


def proven(firm: Firm) -> list[str]:
    return [told["verdict"] for told in run(firm, "drill", "--json").objects()]


def into(stream: int, firm: Firm, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        argv(firm, *arguments),
        cwd=ROOT,
        env=environ_of(firm),
        stdin=subprocess.DEVNULL,
        stdout=stream,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr.decode()


def test_every_job_is_backed_up_though_a_full_disk_takes_no_output_and_that_is_no_success(
    tmp_path: Path,
) -> None:
    firm = two_jobs(tmp_path)
    full = os.open("/dev/full", os.O_WRONLY)
    code, said = into(full, firm, "backup")
    helped, _why = into(full, firm, "--help")
    os.close(full)

    assert (code, helped) == (INCONCLUSIVE, INCONCLUSIVE)
    assert said == "What was to be printed could not be written: No space left on device\n"
    assert proven(firm) == ["PASS", "PASS"]


def test_every_job_is_backed_up_though_the_reader_left_and_the_code_is_that_of_the_work(
    tmp_path: Path,
) -> None:
    firm = two_jobs(tmp_path)
    ours, theirs = os.pipe()
    os.close(ours)
    backup = into(theirs, firm, "backup", "--json")
    os.close(theirs)

    assert backup == (PASS, "")
    assert proven(firm) == ["PASS", "PASS"]


def test_a_stream_closed_beforehand_is_no_defect(tmp_path: Path) -> None:
    firm = two_jobs(tmp_path)
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" >&-', "sh", *argv(firm, "schedule")],
        cwd=ROOT,
        env=environ_of(firm),
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (PASS, b"")
