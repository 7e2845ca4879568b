"""The names by which people know phases of runs and what is seen of storage."""

from __future__ import annotations

from collections.abc import Mapping

from continuity.domain.location import FactName
from continuity.domain.text import N_
from continuity.speech.speaker import Speaker

PHASES: Mapping[str, str] = {
    "source": N_("looking at the source"),
    "survey": N_("surveying"),
    "copy": N_("copying"),
    "seal": N_("sealing the manifest"),
    "resolve": N_("choosing what to restore"),
    "sandbox": N_("making the sandbox"),
    "restore": N_("restoring"),
    "compare": N_("comparing"),
    "witness": N_("second reading"),
    "isolate": N_("trying how far it is shut off"),
    "checks": N_("asking what was restored"),
    "teardown": N_("clearing away"),
    "check": N_("checking the repository"),
    "listing": N_("listing"),
    "look": N_("looking at the storage"),
}

NOUNS: Mapping[str, str] = {
    "source": N_("source"),
    "copy": N_("copy"),
    "resolve": N_("choice of the copy"),
    "sandbox": N_("preparation"),
    "restore": N_("restoration"),
    "compare": N_("comparison"),
    "isolate": N_("isolation"),
    "checks": N_("checks"),
    "teardown": N_("removal"),
    "check": N_("check"),
    "start": N_("start of the server"),
    "load": N_("loading"),
    "question": N_("questions"),
    "stop": N_("stop of the server"),
}
"""Phases in tables and sentences, where what goes on is no news."""

FACTS: Mapping[FactName, str] = {
    FactName.REACHABLE: N_("reachable"),
    FactName.FREE_BYTES: N_("free space"),
    FactName.TOTAL_BYTES: N_("in all"),
    FactName.FREE_FILES: N_("files that still fit"),
    FactName.FILE_SYSTEM: N_("file system"),
    FactName.MOUNT: N_("mounted"),
    FactName.VERSIONING: N_("older versions kept"),
    FactName.OBJECT_LOCK: N_("object lock"),
    FactName.RETENTION_DAYS: N_("locked for"),
    FactName.IMMUTABLE: N_("immutable"),
    FactName.APPEND_ONLY: N_("append-only"),
    FactName.EXPIRES_AFTER: N_("deletes by itself"),
    FactName.PUBLIC: N_("open to anybody"),
    FactName.NEWEST: N_("newest point"),
    FactName.OBJECTS: N_("objects"),
    FactName.SIZE_BYTES: N_("size"),
}
_SEEN = {"True": N_("yes"), "False": N_("no")}


def seen_of_storage(speaker: Speaker, text: str) -> str:
    """Write what a scorecard rests on: the fact's name and value, or what people wrote as it is."""
    name, _, value = text.partition(" ")
    if name not in set(FactName):
        return text
    value = speaker.text(_SEEN[value]) if value in _SEEN else value
    return f"{speaker.text(FACTS[FactName(name)])}: {value}"
