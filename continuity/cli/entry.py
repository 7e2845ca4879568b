"""The program: it picks the language, finds the command, and turns errors into exit codes."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from continuity.cli.language import _, choose_language, speak
from continuity.cli.output import complain, remark
from continuity.domain.failure import ConfigurationError, ContinuityError
from continuity.domain.verdict import Verdict, exit_code

USAGE = 2
# Loading the libraries makes hundreds of thousands of objects that stay, and looking through them
# for garbage again and again took a tenth of a run over 20,000 files.
_NEW_OBJECTS_BEFORE_A_LOOK = 50_000
INTERRUPTED = 130


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
    # Whoever stops the program means its children too: they are stopped and the run is recorded.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return _run(given)
    except ContinuityError as error:
        complain(error)
        return USAGE if isinstance(error, ConfigurationError) else exit_code(error.verdict)
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        # Whoever read has had enough; what is still buffered must not fail once more at the end.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - until exit
        return 1
    except Exception as error:  # the last net: a defect is told in a sentence, and is no success
        if "--debug" in given:
            raise
        return _defect(error)


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
        return _interrupted()
    return code if isinstance(code, int) else 0


def _defect(error: Exception) -> int:
    template = _("An unexpected error, a defect of this program: {error}")
    remark(template.format(error=f"{type(error).__name__}: {error}"))
    remark(_("What to do: run it again with --debug and report what it prints."))
    return exit_code(Verdict.INCONCLUSIVE)


def _interrupted() -> int:
    remark(_("Interrupted. What had begun is recorded as INCONCLUSIVE."))
    return INTERRUPTED
