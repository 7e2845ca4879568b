"""What a person types to bring a generation back: a copy of a folder."""

from __future__ import annotations

from continuity.domain.by_hand import ByHand, HandStep, Setting, Variable, line
from continuity.domain.text import N_, say
from continuity.engines.by_hand import Asked

TARGET, POINT, REPOSITORY = Variable("TARGET"), Variable("POINT"), Variable("REPOSITORY")


def rsync_by_hand(asked: Asked) -> ByHand:
    """Give the commands: list, look at the point, bring it back."""
    generation = (REPOSITORY, "/generations/", POINT, "/")
    return ByHand(
        settings=(Setting(name="REPOSITORY", value=asked.location.encode()),),
        steps=(
            HandStep(
                title=say(N_("See what there is: only what is listed here is complete.")),
                lines=(line("ls", "-1", (REPOSITORY, "/points")),),
            ),
            HandStep(
                title=say(N_("Bring it back, into a new directory.")),
                lines=(
                    line("test", "-f", (REPOSITORY, "/points/", POINT, ".json")),
                    line("rsync", "-aHAXS", "--numeric-ids", "--", generation, (TARGET, "/")),
                ),
            ),
        ),
    )
