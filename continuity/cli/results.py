"""The results of runs as the JSON that other programs read, and as lines that people read."""

from __future__ import annotations

from collections.abc import Mapping

from continuity.cli.answers import plain_answers
from continuity.cli.columns import plain
from continuity.cli.jobs import Result
from continuity.cli.language import _, sentence
from continuity.cli.output import show, show_below, verdict_text
from continuity.domain.incident_plain import local_number
from continuity.domain.plain import flag_in, list_in, mapping_in, number_in, text_in
from continuity.domain.text import message_from_plain

_CLASSES = ("match", "corrupt", "missing", "extra", "metadata", "drifted", "unverifiable")


def plain_backup(result: Result) -> dict[str, object]:
    """Give the object that `backup --json` prints for one job."""
    body = body_of(result)
    manifest = mapping_in(body, "manifest")
    point = mapping_in(body, "point")
    return {
        **_head(result),
        "restore_point": _point(point),
        "files": number_in(point, "files"),
        "bytes": number_in(point, "bytes"),
        "added_bytes": number_in(body, "added_bytes"),
        "manifest": {key: number_in(manifest, key) for key in ("sealed", "unsealed", "unstable")},
        "seconds": number_in(body, "milliseconds") / 1_000,
        **_tail(result),
    }


def plain_drill(result: Result) -> dict[str, object]:
    """Give the object that `drill --json` prints for one job."""
    body = body_of(result)
    classes = mapping_in(body, "classes")
    return {
        **_head(result),
        "level": text_in(body, "level") or None,
        "repository": text_in(body, "repository") or None,
        "copy_of": text_in(body, "copy_of") or None,
        "restore_point": _point(mapping_in(body, "point")),
        "sample": _sample(body),
        "classes": {name: number_in(classes, name) for name in _CLASSES},
        "findings": [
            {**finding, "detail": detail_of(finding)}
            for finding in list_in(body, "findings")
            if isinstance(finding, Mapping)
        ],
        "confidence": _confidence(body),
        "pack_confidence": _with_sentence(mapping_in(body, "pack_confidence")),
        "ways": _with_sentence(mapping_in(body, "ways")),
        "packs": dict(mapping_in(body, "packs")) or None,
        "phases": phases_of(body),
        "rto": _recovery(body),
        **plain_answers(body),
        **_tail(result),
    }


def body_of(result: Result) -> Mapping[str, object]:
    """Give what was recorded of a run; nothing when it could not even start."""
    return {} if result.ended is None else result.ended.record.body


def phases_of(body: Mapping[str, object]) -> list[dict[str, object]]:
    """Give the phases of a run in seconds."""
    return [
        {"name": text_in(phase, "name"), "seconds": number_in(phase, "milliseconds") / 1_000}
        for phase in list_in(body, "phases")
        if isinstance(phase, Mapping)
    ]


def detail_of(finding: Mapping[str, object]) -> str:
    """Say in the language in use what is wrong with one path."""
    return sentence(message_from_plain(mapping_in(finding, "detail")))


def show_conclusion(result: Result, told: str) -> None:
    """Print the verdict and what was done, then why it is not PASS and what to do."""
    conclusion = result.conclusion
    show(f"{verdict_text(conclusion.verdict, 12)}  {plain(result.job)}  {told}".rstrip())
    if conclusion.reason is not None:
        show_below(sentence(conclusion.reason))
    if conclusion.remedy is not None:
        show_below(_("What to do: {remedy}").format(remedy=sentence(conclusion.remedy)))
    if result.incident is not None:
        number = local_number(result.incident)
        command = f"continuity incidents show {result.incident}"
        show_below(_("Incident {number}: {command}").format(number=number, command=command))


def _head(result: Result) -> dict[str, object]:
    return {
        "verdict": result.conclusion.verdict.value,
        "job": result.job,
        "run_id": None if result.ended is None else result.ended.run_id,
    }


def _tail(result: Result) -> dict[str, object]:
    conclusion = result.conclusion
    record = None if result.ended is None else result.ended.record
    return {
        "evidence": None if record is None else {"sequence": record.sequence, "hash": record.hash},
        "incident": result.incident,
        "failure": None if conclusion.failure is None else conclusion.failure.value,
        "reason": None if conclusion.reason is None else sentence(conclusion.reason),
        "remedy": None if conclusion.remedy is None else sentence(conclusion.remedy),
    }


def _point(point: Mapping[str, object]) -> dict[str, str] | None:
    if not text_in(point, "id"):
        return None
    return {key: text_in(point, key) for key in ("id", "data_time", "usable_time")}


def _recovery(body: Mapping[str, object]) -> dict[str, object]:
    recovery = mapping_in(body, "rto")
    measured = flag_in(body, "full") and text_in(recovery, "kind") == "MEASURED"
    seconds = number_in(recovery, "milliseconds") / 1_000
    target = number_in(recovery, "target_milliseconds") / 1_000
    return {
        "kind": "MEASURED" if measured else None,
        "seconds": seconds if measured else None,
        "target_seconds": target or None,
        "met": seconds <= target if measured and target else None,
    }


def _confidence(body: Mapping[str, object]) -> dict[str, object] | None:
    confidence = mapping_in(body, "confidence")
    if not confidence:
        return None
    return {
        "level": text_in(confidence, "level"),
        "upper_bound": number_in(confidence, "upper_bound_ppm") / 1_000_000,
        "restored": number_in(confidence, "restored"),
        "read": number_in(confidence, "read"),
        "sentence": sentence(message_from_plain(mapping_in(confidence, "sentence"))),
    }


def _with_sentence(stated: Mapping[str, object]) -> dict[str, object] | None:
    if not stated:
        return None
    told = sentence(message_from_plain(mapping_in(stated, "sentence")))
    return {**stated, "sentence": told}


def _sample(body: Mapping[str, object]) -> dict[str, object] | None:
    sample = dict(mapping_in(body, "sample"))
    why = mapping_in(sample, "why")
    return {**sample, "why": sentence(message_from_plain(why))} if why else sample or None
