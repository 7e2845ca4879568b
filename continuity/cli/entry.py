"""The program: it picks the language, finds the command, and turns errors into exit codes."""

from __future__ import annotations

import atexit
import errno
import gc
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from continuity.cli.language import _, choose_language, speak
from continuity.cli.output import complain, remark
from continuity.cli.paint import Unheard, put_in_silence
from continuity.domain.failure import ConfigurationError, ContinuityError
from continuity.domain.text import shown
from continuity.domain.verdict import Verdict, exit_code

USAGE = 2
# Loading the libraries makes hundreds of thousands of objects that stay, and looking through them
# for garbage again and again took a tenth of a run over 20,000 files.
_NEW_OBJECTS_BEFORE_A_LOOK = 50_000
INTERRUPTED = 130
# Commands whose runs go on record; the others look, or leave what they made where it is.
_RECORDING = frozenset({"backup", "drill", "tick", "serve", "sabotage", "runbook", "incidents"})
_NOT_WRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What was said before the command's name."""

    workspace: Path
    debug: bool


def main(arguments: list[str] | None = None) -> int:
    """Run the program; used by the console script, which exits with what is returned."""
    given = sys.argv[1:] if arguments is None else arguments
    gc.set_threshold(_NEW_OBJECTS_BEFORE_A_LOOK)
    # At the end there is nothing left to look for: 50 to 60 ms where all libraries are loaded.
    atexit.register(gc.freeze)
    speak(choose_language(given, os.environ))
    # A stream that was closed beforehand: whoever closed it wants to hear nothing.
    sys.stdout = sys.stdout or Unheard(None)
    sys.stderr = sys.stderr or Unheard(None)
    # Whoever stops the program means its children too: they are stopped and the run is recorded.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return _unless_lost(_code(given))


def _code(given: Sequence[str]) -> int:
    try:
        return _run(given)
    except ContinuityError as error:
        complain(error)
        return USAGE if isinstance(error, ConfigurationError) else exit_code(error.verdict)
    except KeyboardInterrupt:
        return interrupted(given)
    except Exception as error:  # the last net: a defect is told in a sentence, and is no success
        if _is_lost():
            return exit_code(Verdict.INCONCLUSIVE)
        if "--debug" in given:
            raise
        return unexpected(error)


def _is_lost() -> bool:
    """Tell whether standard output still holds what it cannot get rid of, and silence it then."""
    try:
        sys.stdout.flush()
    except OSError as why:
        put_in_silence(sys.stdout, why)
        return True
    return False


def _unless_lost(code: int) -> int:
    """Give the exit code; not 0 when what was to be read could not be written.

    A reader who left has had enough, which takes nothing from what was found.
    """
    why = sys.stdout.why if isinstance(sys.stdout, Unheard) else None
    if why is None or isinstance(why, BrokenPipeError):
        return code
    template = _("What was to be printed could not be written: {reason}")
    remark(template.format(reason=why.strerror or why))
    return code or exit_code(Verdict.INCONCLUSIVE)


def _run(given: Sequence[str]) -> int:
    from continuity.cli.quick import quick_status

    code = quick_status(given, os.environ)
    return _run_any(given) if code is None else code


def _run_any(given: Sequence[str]) -> int:
    import click

    from continuity.cli.program import make_program

    try:
        code = make_program().main(args=given, prog_name="continuity", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return USAGE
    except click.Abort:
        return interrupted(given)
    return code if isinstance(code, int) else 0


def unexpected(error: Exception) -> int:
    """Say what nobody foresaw: a refusal of the system is none of the program's own defects."""
    if isinstance(error, OSError) and error.errno in _NOT_WRITABLE:
        template = _("Something could not be written: {reason} ({path})")
    elif isinstance(error, PermissionError) and error.filename:
        template = _("{path} is kept from this user: {reason}.")
    else:
        return _defect(error)
    path = shown(os.fsencode(error.filename or "-"))
    remark(template.format(reason=error.strerror or error, path=path))
    if isinstance(error, PermissionError):
        remark(_("What to do: run it as the user to whom it belongs."))
    return exit_code(Verdict.INCONCLUSIVE)


def _defect(error: Exception) -> int:
    template = _("An unexpected error, a defect of this program: {error}")
    remark(template.format(error=f"{type(error).__name__}: {error}"))
    remark(_("What to do: run it again with --debug and report what it prints."))
    return exit_code(Verdict.INCONCLUSIVE)


def interrupted(given: Sequence[str]) -> int:
    """Say what becomes of what was begun, and give the exit code."""
    if _RECORDING.isdisjoint(given):
        remark(_("Interrupted."))
    else:
        remark(_("Interrupted. What had begun is recorded as INCONCLUSIVE."))
    return INTERRUPTED
