"""What a person types into restic alone to bring a copy back."""

from __future__ import annotations

from continuity.domain.by_hand import ByHand, HandStep, Setting, Variable, Word, line
from continuity.domain.text import N_, say
from continuity.engines.by_hand import Asked
from continuity.engines.restic.options import ResticOptions
from continuity.engines.restic.storage import option_field

# Reading takes no lock, so that one left by a dead machine stops nobody, and writes nothing here.
_ALWAYS: tuple[Word, ...] = ("restic", "--no-lock", "--no-cache")
TARGET, POINT = Variable("TARGET"), Variable("POINT")


def restic_by_hand(asked: Asked) -> ByHand:
    """Give the commands: list, look at the point, bring it back."""
    words = (*_ALWAYS, *_storage(asked))
    # What somebody else's program backs up has no tags of ours.
    tags: tuple[str, ...] = ("--tag", f"job={asked.job}") if asked.run or not asked.point else ()
    by_run = bool(asked.run) and not asked.point
    if by_run:
        # Copied snapshots have ids of their own; the run that made them is told by their tags.
        tags = ("--tag", f"job={asked.job},run={asked.run}")
        chosen: tuple[Word, ...] = ("latest", *tags)
    else:
        chosen = (POINT,)
    return ByHand(
        settings=(Setting(name="RESTIC_REPOSITORY", value=asked.location.encode()),),
        steps=(
            HandStep(
                title=say(N_("See what there is.")), lines=(line(*words, "snapshots", *tags),)
            ),
            HandStep(
                title=say(N_("Bring it back, into a new directory.")),
                lines=(line(*words, "restore", *chosen, "--target", TARGET),),
            ),
        ),
        password="RESTIC_PASSWORD",  # noqa: S106 - the name of a variable
        chooses=not by_run,
    )


def _storage(asked: Asked) -> tuple[Word, ...]:
    settings = dict(asked.options.storage) if isinstance(asked.options, ResticOptions) else {}
    if asked.ssh is not None:
        script, target = asked.ssh
        settings["sftp.command"] = f"sh ./{script} {target} -s sftp"
    words: tuple[Word, ...] = ()
    for key, value in settings.items():
        words += ("-o", option_field(f"{key}={value}"))
    return words if asked.ca_file is None else (*words, "--cacert", asked.ca_file)
