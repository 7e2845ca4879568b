"""What a person types to have this installation again, with nothing but its copy."""

from __future__ import annotations

from continuity.domain.by_hand import ByHand, HandStep, Setting, Variable, line
from continuity.domain.text import N_, say
from continuity.sources.source import LoadAsked, captured_path

TARGET, WORKSPACE = Variable("TARGET"), Variable("WORKSPACE")


def load_by_hand(asked: LoadAsked) -> ByHand:
    """Give the commands."""
    copy = (TARGET, captured_path(asked.job, "tar"))
    return ByHand(
        settings=(Setting(name="WORKSPACE", value=b"/srv/continuity"),),
        steps=(
            HandStep(
                title=say(N_("Unpack it into a new directory, for its owner alone.")),
                lines=(
                    line("mkdir", "-m", "700", "--", WORKSPACE),
                    line("tar", "-xpf", copy, "-C", WORKSPACE),
                ),
            ),
            HandStep(
                title=say(
                    N_("Put back the secrets that are not in it; backup.json names them. Check.")
                ),
                lines=(line("continuity", "--workspace", WORKSPACE, "check"),),
            ),
            HandStep(
                title=say(N_("Go on with the record that came with it.")),
                lines=(line("continuity", "--workspace", WORKSPACE, "audit", "resume"),),
            ),
        ),
    )
