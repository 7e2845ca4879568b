"""How a channel is tried: by whom it is read, and in which language."""

from __future__ import annotations

from continuity.config.workspace import Workspace
from continuity.notify.channel import Channel
from continuity.speech.speaker import speaker_of
from continuity.workflows.liveness import Trial


def trial_of(workspace: Workspace, name: str, channel: Channel, to: str | None) -> Trial:
    """Prepare a test of a channel, to a person where the channel has no address of its own."""
    outlet = workspace.outlets[name]
    language, address = outlet.language or workspace.settings.language, ""
    if to is not None:
        person = workspace.people[to]
        language, address = person.language or language, person.email or ""
    return Trial(
        name=name,
        kind=outlet.kind,
        channel=channel,
        speaker=speaker_of(language),
        to=address,
        person=to or "",
    )
