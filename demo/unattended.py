"""The last act: the firm looks after itself for two minutes, and a copy rots meanwhile."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

from continuity.cli.language import _
from continuity.cli.output import show
from continuity.domain.verdict import Verdict
from demo.post import Mailbox, post_office, text_of
from demo.program import Program, Service
from demo.sabotage import flip_byte, some_file
from demo.trial import Trial

_TWO_MINUTES = 120.0
_PATIENCE = 240.0
"""On a busy machine it takes longer; what has not come by then is not there."""

_TIMETABLE = re.compile(r"^schedule:\n(?:[ ]+.*\n)+", re.MULTILINE)
_EVERY_MINUTE = "schedule:\n  backup: every 1m\n  full_drill: every 1m\n"
_HURRIED = ("erp", "ficheros")
_ZONE = "Europe/Madrid"
_DIGEST = "resumen-diario"
_REPORTS = """\
at: "{at:%H:%M}"
subscriptions:
  {name}: {{to: marcos-salgado, cadence: daily, detail: digest}}
"""
_OF_THE_DIGEST = 24
_TELLING = (
    "continuity_well ",
    'continuity_slots_last_day{state="ran"}',
    "continuity_incidents_open{",
    'continuity_job_verdict{job="erp"',
    'continuity_job_verdict{job="ficheros"',
    "continuity_delivery_confirmed{",
)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What came to pass until the service was stopped; ``metrics`` are the lines that tell it."""

    passed: bool
    verdict: str
    letter: EmailMessage | None
    digest: EmailMessage | None
    metrics: tuple[str, ...]
    code: int


def left_alone(firm: Path, program: Program) -> list[Trial]:
    """Start the service, let a copy rot under it, and see who hears of it."""
    box = Mailbox(place=firm.with_name("mail"), arrived=_show_arrived)
    with post_office(box) as channel:
        _hurry(firm, program.language)
        _write(firm / "config" / "channels.yaml", channel)
        at = _soon()
        _write(firm / "config" / "reports.yaml", _REPORTS.format(at=at, name=_DIGEST))
        # From now on a digest is expected; of what was before, none is sent.
        program.told("report", "--send-due")
        show()
        show(
            _(
                "Two jobs now run every minute, and the daily digest is due at {time}. Nobody types"
                " anything from here on; what follows is what the service itself says."
            ).format(time=f"{at:%H:%M}")
        )
        with program.serving() as service:
            seen = _watch(firm, program, service, box)
    return judged(seen)


def _hurry(firm: Path, language: str) -> None:
    for name in ("continuity", "people"):
        place = firm / "config" / f"{name}.yaml"
        text = place.read_text(encoding="utf-8")
        _write(place, text.replace("language: es\n", f"language: {language}\n"))
    for name in _HURRIED:
        place = firm / "jobs" / f"{name}.yaml"
        text = place.read_text(encoding="utf-8")
        _write(place, _TIMETABLE.sub(_EVERY_MINUTE, text))


def _write(place: Path, text: str) -> None:
    place.write_text(text, encoding="utf-8")


def _soon() -> datetime:
    """Choose a minute that is still to come when a digest begins to be expected."""
    now = datetime.now(ZoneInfo(_ZONE))
    return (now + timedelta(seconds=90)).replace(second=0, microsecond=0)


def _watch(firm: Path, program: Program, service: Service, box: Mailbox) -> Seen:
    began = time.monotonic()

    def wait(for_: Callable[[], object]) -> bool:
        while not for_() and time.monotonic() - began < _PATIENCE:
            time.sleep(0.2)
        return bool(for_())

    passed = wait(lambda: all(service.ended(job, "full-drill", "PASS") for job in _HURRIED))
    show(_("While it runs, in the copy of the shared folders one byte of a file rots."))
    flip_byte(some_file((firm / "repositories" / "disco-ficheros" / "latest").resolve()))
    wait(lambda: service.ended("ficheros", "full-drill", "FAIL"))
    wait(lambda: _digest(box) and _letter(program, box))
    rest = _TWO_MINUTES - (time.monotonic() - began)
    time.sleep(max(0.0, rest))
    letter, digest = _letter(program, box), _digest(box)
    if letter is not None:
        show(f"\n{text_of(letter)}")
    if digest is not None:
        begun = text_of(digest).splitlines()[:_OF_THE_DIGEST]
        show("\n".join(["", *begun, _("(The rest of it lies in the mailbox.)")]))
    metrics = _scraped(service)
    code = service.stop()
    red = "FAIL" if service.ended("ficheros", "full-drill", "FAIL") else ""
    return Seen(
        passed=passed, verdict=red, letter=letter, digest=digest, metrics=metrics, code=code
    )


def _letter(program: Program, box: Mailbox) -> EmailMessage | None:
    """Find the mail about the incident of the rotten copy; the last one, if there are several."""
    numbers = program.incidents_of("job:ficheros")
    about = [mail for mail in box.mails if mail["X-Continuity-Incident"] in numbers]
    return about[-1] if about else None


def _digest(box: Mailbox) -> EmailMessage | None:
    return next((one for one in box.mails if one["X-Continuity-Report"] == _DIGEST), None)


def _scraped(service: Service) -> tuple[str, ...]:
    show()
    show(_("What a Prometheus would scrape from {address} now:").format(address=service.address))
    lines = service.asked("/metrics").splitlines()
    told = tuple(line for line in lines if line.startswith(_TELLING) and not line.endswith(" 0.0"))
    for line in told:
        show(f"  {line}")
    return told


def judged(seen: Seen) -> list[Trial]:
    """Give a trial for each thing that had to come to pass; what was not seen is wrong."""
    metrics = {line.rpartition(" ")[0]: line.rpartition(" ")[2] for line in seen.metrics}
    red = [
        name for name in metrics if name.startswith("continuity_job_verdict") and "ficheros" in name
    ]
    told = "continuity_well" in metrics and any(Verdict.FAIL.value in name for name in red)
    return [
        Trial(_("Jobs that ran by themselves"), _code(found=seen.passed), 0),
        Trial(_("A copy that rots while nobody looks"), 1 if seen.verdict == "FAIL" else 0, 1),
        Trial(_("It reached a person"), _code(found=seen.letter is not None), 0),
        Trial(_("The daily digest arrived"), _code(found=seen.digest is not None), 0),
        Trial(_("The metrics tell of it"), _code(found=told), 0),
        Trial(_("The service ended in good order"), seen.code, 0),
    ]


def _code(*, found: bool) -> int:
    return 0 if found else 1


def _show_arrived(mail: EmailMessage) -> None:
    show(f"{datetime.now(ZoneInfo(_ZONE)):%H:%M:%S}  ✉  {mail['to']}: {mail['subject']}")
