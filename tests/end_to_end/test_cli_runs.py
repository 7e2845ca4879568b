"""`continuity backup` and `continuity drill` as operators meet them."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.firm import PASSWORD, Firm, Wishes, a_firm
from tests.support.programs import ROOT
from tests.support.sabotage import Harm, harm
from tests.support.terminal import (
    argv,
    environ_of,
    filled,
    in_spanish,
    rot,
    run,
    run_on_terminal,
)

PASS, FAIL, USAGE, INCONCLUSIVE, INTERRUPTED = 0, 1, 2, 3, 130


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return filled(a_firm(tmp_path, Wishes(system={"rto": "4h"})))


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
    looked = run(firm, "schedule", "mial", "--json")

    assert [(told["job"], told["verdict"]) for told in said.objects()] == [
        ("erp", "PASS"),
        ("mail", "INCONCLUSIVE"),
    ]
    assert said.code == INCONCLUSIVE
    assert named.code == USAGE
    assert "mail is written, but something it needs cannot be used" in named.err
    assert (looked.code, looked.out) == (USAGE, "")


def test_a_mistyped_name_is_answered_with_what_was_meant(firm: Firm) -> None:
    job, command = run(firm, "drill", "erpp"), run(firm, "statsu")

    assert "Did you mean erp?" in job.err
    assert "Did you mean 'status'?" in command.err


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
    assert "continuity init" in said.err


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
