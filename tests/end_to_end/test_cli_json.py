"""The JSON of `continuity backup` and `continuity drill`, key by key."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.firm import Firm, Wishes, a_firm
from tests.support.terminal import (
    filled,
    in_spanish,
    rot,
    run,
    run_on_terminal,
)

PASS, FAIL = 0, 1


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
    "answers",
    "unasked",
    "isolation",
    "repository",
    "copy_of",
    "confidence",
    "pack_confidence",
    "ways",
    "packs",
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


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return filled(a_firm(tmp_path, Wishes(system={"rto": "4h"})))


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
    assert set(told["confidence"]) == {
        "level",
        "upper_bound",
        "restored",
        "read",
        "sentence",
    }
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


def test_json_on_a_terminal_is_nothing_but_json(firm: Firm) -> None:
    said = run_on_terminal(firm, "backup", "--json")

    assert said.objects()[0]["verdict"] == "PASS"
