"""What a person types to load a restored dump with the client program alone."""

from __future__ import annotations

from collections.abc import Callable

from continuity.domain.by_hand import ByHand, HandStep, Variable, line, quoted
from continuity.domain.text import N_, say
from continuity.sources.mariadb.calls import Programs
from continuity.sources.mariadb.revive import account_made
from continuity.sources.source import LoadAsked, captured_path

TARGET = Variable("TARGET")


def load_by_hand(programs: Programs) -> Callable[[LoadAsked], ByHand]:
    """Make the commands with these programs."""

    def load(asked: LoadAsked) -> ByHand:
        client = (programs.client, "--binary-mode", "--max-allowed-packet=1G")
        definers = () if asked.portrait is None else asked.portrait.roles
        script = "".join(account_made(definer) for definer in definers)
        accounts = HandStep(
            title=say(N_("Make the accounts by which views and triggers are defined.")),
            lines=(line(*client) + b" -e " + quoted(script),),
        )
        dump = (TARGET, captured_path(asked.job, "sql"))
        return ByHand(
            steps=(
                *((accounts,) if script else ()),
                HandStep(
                    title=say(N_("Load it; the file ~/.my.cnf says into which server.")),
                    lines=(line(*client) + b" < " + line(dump),),
                ),
            )
        )

    return load
