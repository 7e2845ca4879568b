"""`continuity backup` and `continuity drill` as operators and programs meet them."""

from __future__ import annotations

import gettext
import json
import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.firm import PASSWORD, Firm, Wishes, a_firm
from tests.support.programs import ROOT, missing
from tests.support.sabotage import Harm, harm

BACKUP_KEYS = {
    "verdict",
    "job",
    "run_id",
    "restore_point",
    "files",
    "bytes",
    "added_bytes",
    "manifest",
    "seconds",
    "evidence",
    "incident",
    "reason",
    "failure",
    "remedy",
}
DRILL_KEYS = {
    "verdict",
    "level",
    "job",
    "run_id",
    "restore_point",
    "sample",
    "classes",
    "findings",
    "confidence",
    "phases",
    "rto",
    "evidence",
    "incident",
    "reason",
    "failure",
    "remedy",
}
POINT_KEYS = {"id", "data_time", "usable_time"}
SAMPLE_KEYS = {"seed", "size", "random", "due", "always", "population", "bytes"}
CLASSES = {"match", "corrupt", "missing", "extra", "metadata", "drifted", "unverifiable"}
PASS, FAIL, USAGE, INCONCLUSIVE, INTERRUPTED = 0, 1, 2, 3, 130


class Said(NamedTuple):
    """What the program answered."""

    code: int
    out: str
    err: str

    def objects(self) -> list[dict[str, Any]]:
        """Read one JSON object after the other."""
        decoder, text, found = json.JSONDecoder(), self.out.strip(), []
        while text:
            value, end = decoder.raw_decode(text)
            found.append(value)
            text = text[end:].lstrip()
        return found


def environ_of(firm: Firm, **more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(firm.root), "LANG": "C.UTF-8", **more}


def argv(firm: Firm, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "continuity", "-w", str(firm.workspace), *arguments]


def run(firm: Firm, *arguments: str, **environ: str) -> Said:
    done = subprocess.run(
        argv(firm, *arguments),
        cwd=ROOT,
        env=environ_of(firm, **environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode())


def run_on_terminal(firm: Firm, *arguments: str, **environ: str) -> Said:
    """Run on a terminal of 80 columns; both streams are one there."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        argv(firm, *arguments),
        cwd=ROOT,
        env=environ_of(firm, **{"TERM": "xterm", **environ}),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        close_fds=True,
    ) as process:
        os.close(theirs)
        text = _read_all(ours, process)
    os.close(ours)
    return Said(process.returncode, text, "")


def _read_all(ours: int, process: subprocess.Popen[bytes]) -> str:
    read = b""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        ready, _, _ = select.select([ours], [], [], 0.2)
        try:
            chunk = os.read(ours, 65_536) if ready else b""
        except OSError:
            break
        read += chunk
        if not chunk and process.poll() is not None:
            break
    return read.decode()


def filled(firm: Firm, count: int = 30) -> Firm:
    for job in firm.jobs:
        for number in range(count):
            (firm.source(job) / f"file {number:02d}").write_text(f"{job} {number}\n")
    return firm


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return filled(a_firm(tmp_path, Wishes(system={"rto": "4h"})))


def in_spanish(template: str) -> str:
    """Look a text up in the catalogue, or give the test up while it is not translated."""
    catalogue = gettext.translation(
        "continuity", ROOT / "continuity/locales", languages=["es"], fallback=True
    )
    translated = catalogue.gettext(template)
    if translated == template:
        missing(f"no Spanish for {template!r}")
    return translated


def rot(firm: Firm, job: str = "erp") -> None:
    """Flip a byte of every file of the newest copy."""
    newest = max((firm.repository(job) / "generations").iterdir())
    for path in Path(f"{newest}{firm.source(job)}").iterdir():
        harm(path, Harm.FLIP, 1)


def test_the_json_of_a_backup_has_every_key(firm: Firm) -> None:
    said = run(firm, "backup", "erp", "--json")
    (told,) = said.objects()

    assert (said.code, said.err) == (PASS, "")
    assert set(told) == BACKUP_KEYS
    assert (told["verdict"], told["job"], told["files"]) == ("PASS", "erp", 30)
    assert set(told["restore_point"]) == POINT_KEYS
    assert set(told["manifest"]) == {"sealed", "unsealed", "unstable"}
    assert set(told["evidence"]) == {"sequence", "hash"}
    assert told["seconds"] > 0
    assert [told[key] for key in ("incident", "reason", "failure", "remedy")] == [None] * 4


def test_the_json_of_a_drill_has_every_key(firm: Firm) -> None:
    run(firm, "backup")
    sample = run(firm, "drill", "erp", "--json", "--seed", "s", "--size", "9")
    whole = run(firm, "drill", "erp", "--json", "--full")
    (told,), (everything,) = sample.objects(), whole.objects()

    assert (sample.code, whole.code) == (PASS, PASS)
    for one in (told, everything):
        assert set(one) == DRILL_KEYS
        assert set(one["restore_point"]) == POINT_KEYS
        assert set(one["classes"]) == CLASSES
        assert set(one["rto"]) == {"kind", "seconds", "target_seconds", "met"}
        assert [set(phase) for phase in one["phases"]] == [{"name", "seconds"}] * 5
        assert one["findings"] == []
    assert set(told["sample"]) >= SAMPLE_KEYS
    assert set(told["sample"]["population"]) == {"files", "bytes"}
    assert (told["sample"]["seed"], told["sample"]["random"]) == ("s", 9)
    assert set(told["confidence"]) == {"level", "upper_bound", "sentence"}
    assert told["rto"]["kind"] is None
    assert (told["level"], everything["level"]) == ("L3", "L4")
    assert (everything["sample"], everything["confidence"]) == (None, None)
    assert everything["rto"]["kind"] == "MEASURED"
    assert everything["rto"]["target_seconds"] == 14_400
    assert everything["rto"]["met"] is True


def test_the_json_of_a_failed_drill_names_what_is_wrong(firm: Firm) -> None:
    run(firm, "backup")
    rot(firm)
    said = run(firm, "drill", "--json", "--full")
    (told,) = said.objects()

    assert said.code == FAIL
    assert set(told) == DRILL_KEYS
    assert (told["verdict"], told["failure"]) == ("FAIL", "checksum-mismatch")
    assert told["classes"]["corrupt"] == len(told["findings"]) == 30
    assert all(set(finding) == {"path", "class", "detail"} for finding in told["findings"])
    assert all("SHA-256" in finding["detail"] for finding in told["findings"])
    assert told["reason"]
    assert told["remedy"]


def test_a_broken_job_stops_no_other_and_the_worst_verdict_is_the_exit_code(
    tmp_path: Path,
) -> None:
    jobs = {"a-first": "rsync", "b-broken": "rsync", "c-last": "rsync"}
    firm = filled(a_firm(tmp_path, Wishes(engines=jobs)))
    shutil.rmtree(firm.source("b-broken"))
    backup = run(firm, "backup", "--json")
    drill = run(firm, "drill", "--json")

    assert [(told["job"], told["verdict"]) for told in backup.objects()] == [
        ("a-first", "PASS"),
        ("b-broken", "FAIL"),
        ("c-last", "PASS"),
    ]
    assert backup.code == FAIL
    assert [told["verdict"] for told in drill.objects()] == ["PASS", "INCONCLUSIVE", "PASS"]
    assert drill.code == INCONCLUSIVE


def test_a_job_that_cannot_be_read_stops_no_other_and_is_not_passed_over(tmp_path: Path) -> None:
    firm = filled(a_firm(tmp_path, Wishes(engines={"erp": "rsync", "mail": "rsync"})))
    (firm.workspace / "jobs/mail.yaml").write_text("name: mail\nrepositry: mail\n")
    said = run(firm, "backup", "--json")
    named = run(firm, "backup", "mail")

    assert [(told["job"], told["verdict"]) for told in said.objects()] == [
        ("erp", "PASS"),
        ("mail", "INCONCLUSIVE"),
    ]
    assert said.code == INCONCLUSIVE
    assert named.code == USAGE


def test_an_unknown_job_is_refused_with_the_names_there_are_before_anything_runs(
    firm: Firm,
) -> None:
    for command in ("backup", "drill"):
        said = run(firm, command, "erp", "nonsense")

        assert said.code == USAGE
        assert said.out == ""
        assert "nonsense" in said.err
        assert "erp" in said.err
    assert not firm.repository().exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("drill", "erp", "--size", "-1"),
        ("drill", "erp", "--size", "many"),
        ("drill", "erp", "--point", "latest"),
        ("backup", "erp", "--nonsense"),
        ("backup", "erp", "--accept", "nothing"),
        ("nonsense",),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(arguments: tuple[str, ...], firm: Firm) -> None:
    run(firm, "backup")
    said = run(firm, *arguments)

    assert said.code == USAGE
    assert said.out == ""
    assert said.err


def test_a_workspace_that_is_none_is_a_usage_error(tmp_path: Path) -> None:
    firm = a_firm(tmp_path)
    shutil.rmtree(firm.workspace / "config")
    said = run(firm, "backup")

    assert said.code == USAGE
    assert "continuity check" in said.err


@pytest.mark.parametrize("lang", ["en", "es"])
def test_texts_fit_into_eighty_columns_in_both_languages(lang: str, firm: Firm) -> None:
    said = [
        run(firm, "--lang", lang, "drill"),
        run(firm, "--lang", lang, "backup"),
        run(firm, "--lang", lang, "drill"),
        run(firm, "--lang", lang, "drill", "--full"),
    ]
    rot(firm)
    shutil.rmtree(firm.source())
    said += [run(firm, "--lang", lang, "drill", "--full"), run(firm, "--lang", lang, "backup")]
    lines = [line for one in said for line in (one.out + one.err).splitlines()]
    # A path is never broken, so that it can be copied.
    long = [line for line in lines if len(line) > 80 and str(firm.root) not in line]

    codes = [one.code for one in said]
    assert codes == [INCONCLUSIVE, PASS, PASS, PASS, FAIL, FAIL]
    assert long == []


def test_the_language_is_that_of_the_machine_unless_one_is_asked_for(firm: Firm) -> None:
    spanish = in_spanish("What to do: {remedy}").partition("{")[0]
    told = {
        "machine": run(firm, "drill", LANG="es_ES.UTF-8").out,
        "asked": run(firm, "--lang", "en", "drill", LANG="es_ES.UTF-8").out,
    }

    assert spanish in told["machine"]
    assert "What to do: " in told["asked"]


def test_json_is_the_same_in_every_language_but_for_its_sentences(firm: Firm) -> None:
    in_spanish("What to do: {remedy}")
    run(firm, "backup")
    rot(firm)
    (english,) = run(firm, "--lang", "en", "drill", "--json", "--seed", "s").objects()
    (spanish,) = run(firm, "--lang", "es", "drill", "--json", "--seed", "s").objects()

    assert set(english) == set(spanish)
    for key in ("verdict", "classes", "failure", "level", "restore_point"):
        assert english[key] == spanish[key]
    assert english["reason"] != spanish["reason"]


def test_a_terminal_shows_progress_and_colour_and_a_pipe_neither(firm: Firm) -> None:
    shown = run_on_terminal(firm, "backup")
    piped = run(firm, "backup")
    plain = run_on_terminal(firm, "backup", NO_COLOR="1")

    assert [one.code for one in (shown, piped, plain)] == [PASS] * 3
    assert "erp: " in shown.out
    assert "32m" in shown.out
    assert "\x1b" not in piped.out + piped.err
    assert piped.err == ""
    assert "32m" not in plain.out
    assert "PASS" in plain.out


def test_json_on_a_terminal_is_nothing_but_json(firm: Firm) -> None:
    said = run_on_terminal(firm, "backup", "--json")

    assert said.objects()[0]["verdict"] == "PASS"


def test_names_from_a_hostile_source_cannot_steer_the_terminal(firm: Firm) -> None:
    evil = firm.source() / "evil\x1b]0;owned\x07\x1b[31m\nPASS  erp"
    evil.write_text("one")
    run(firm, "backup")
    newest = max((firm.repository() / "generations").iterdir())
    harm(Path(f"{newest}{evil}"), Harm.FLIP, 1)
    said = run(firm, "drill", "--full")

    assert said.code == FAIL
    assert "evil\\x1b]0;owned\\x07\\x1b[31m\\x0aPASS" in said.out.replace("\n", "")
    assert "\x1b" not in said.out
    assert not [line for line in said.out.splitlines() if line.startswith("PASS")]


@pytest.mark.tool("restic")
def test_a_password_is_never_seen_in_processes_output_or_state(tmp_path: Path) -> None:
    firm = filled(a_firm(tmp_path, Wishes(engines={"erp": "restic"})))
    seen: list[bytes] = []
    output = b""
    for arguments in (("backup",), ("drill", "--json"), ("drill", "--full")):
        with subprocess.Popen(
            argv(firm, *arguments),
            cwd=ROOT,
            env=environ_of(firm),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            while process.poll() is None:
                seen += _command_lines()
            assert process.stdout is not None
            output += process.stdout.read()
        assert process.returncode == PASS
    kept = [path for path in firm.state.rglob("*") if path.is_file()]

    assert any(b"restic\0" in line for line in seen)
    assert not [line for line in seen if PASSWORD.encode() in line]
    assert PASSWORD.encode() not in output
    assert not [path for path in kept if PASSWORD.encode() in path.read_bytes()]


def _command_lines() -> list[bytes]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                found.append((folder / "cmdline").read_bytes())
            except OSError:
                continue
    return found


def test_a_stopped_backup_says_so_and_is_recorded(firm: Firm) -> None:
    big = firm.source() / "big"
    with big.open("wb") as stream:
        for _ in range(300):
            stream.write(os.urandom(1 << 20))
    with subprocess.Popen(
        argv(firm, "backup"),
        cwd=ROOT,
        env=environ_of(firm),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        until = time.monotonic() + 30
        while not firm.repository().exists() and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(2)
        _out, err = process.communicate(timeout=30)
    (told,) = run(firm, "backup", "--json").objects()

    assert process.returncode == INTERRUPTED
    assert "INCONCLUSIVE" in err
    assert told["verdict"] == "PASS"
    partial = [path.name for path in (firm.repository() / "generations").iterdir()]
    assert len(partial) == 1


@pytest.mark.parametrize("command", ["backup", "drill"])
@pytest.mark.parametrize("lang", ["en", "es"])
def test_help_has_examples_and_exit_codes(command: str, lang: str, firm: Firm) -> None:
    said = run(firm, "--lang", lang, command, "--help")

    assert said.code == PASS
    assert f"continuity {command}" in said.out
    assert "130" in said.out
    assert all(len(line) <= 80 for line in said.out.splitlines())
