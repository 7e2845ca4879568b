"""Tells an auditor how to verify a pack of evidence with nothing of ours: words and commands."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from continuity.domain.report import Report
from continuity.domain.text import N_
from continuity.reports.front import title_of
from continuity.reports.page import harmless
from continuity.reports.text import WIDTH
from continuity.reports.voice import Voice

VERIFY = "VERIFY.txt"
COMMAND = "    $ "
"""What a line that is to be typed begins with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Packed:
    """What a pack holds of a record: from where to where, and the key that signed its list."""

    first: int
    last: int
    key: str
    pdf: bool


def verify_text(report: Report, packed: Packed, voice: Voice) -> str:
    """Write how the pack is verified, step by step; each command fails where something is wrong."""
    lines = [harmless(title_of(report, voice)), ""]
    lines += _wrapped(voice.text(_ABOUT, first=str(packed.first), last=str(packed.last)))
    if not packed.pdf:
        lines += _wrapped(voice.text(N_("What makes PDF was not installed, so there is none.")))
    for number, (words, commands) in enumerate(_STEPS, start=1):
        said = voice.text(words, key=packed.key)
        lines += _wrapped(f"{number}. {said}")
        lines += [*(f"{COMMAND}{command}" for command in commands), ""]
    lines += _wrapped(voice.text(_LIMITS))
    return "\n".join(lines).rstrip("\n") + "\n"


def _wrapped(text: str) -> Iterator[str]:
    yield from textwrap.wrap(text, WIDTH, break_on_hyphens=False, break_long_words=False)
    yield ""


_ABOUT = N_(
    "This is the evidence of a report: the report itself in several forms (report.*, tables/),"
    " records {first} to {last} of the record of evidence (records.jsonl), signed checkpoints of it"
    " (checkpoints/), each restore test as an in-toto statement in a DSSE envelope"
    " (drills.intoto.jsonl) and the digests of the lists of files that were compared"
    " (manifests.csv). To verify it you need unzip, sha256sum, jq and ssh-keygen, and nothing of"
    " the program that wrote it. Unpack it into an empty directory and run there:"
)
_LIMITS = N_(
    "What this cannot show: whoever held the machine and its key could have written another history"
    " from the beginning. So compare the checkpoints in your own mail with those here, and the key"
    " with the one you were given. When things happened is what the clock of the machine said."
    " Names of people are not in the records."
)
_BARE = r"""sed -E 's/,"hash":"[0-9a-f]{64}","job":/,"job":/'"""
_STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        N_("No file was added, removed or changed:"),
        (
            """[ "$(find . -type f ! -name 'SHA256SUMS*' | wc -l)" = "$(wc -l < SHA256SUMS)" ]""",
            "sha256sum --check --strict --quiet SHA256SUMS",
        ),
    ),
    (
        N_("The list of files was signed by this key; compare it with the one you know: {key}"),
        (
            "ssh-keygen -Y verify -f bundle_signers -I continuity -n continuity-bundle"
            " -s SHA256SUMS.sig < SHA256SUMS",
        ),
    ),
    (
        N_("Each record has the hash that it carries; of many records this takes a while:"),
        (
            f"""while IFS= read -r line; do printf '%s' "$line" | {_BARE} | sha256sum"""
            " | cut -c1-64; done < records.jsonl > hashes.txt",
            "jq -r .hash records.jsonl | cmp - hashes.txt",
        ),
    ),
    (
        N_("Each record follows the one before, and none is missing:"),
        (
            "jq -r .previous records.jsonl | sed 1d > previous.txt",
            "sed '$d' hashes.txt | cmp - previous.txt",
            "jq -e -s 'map(.sequence) | . == [range(.[0]; .[0] + length)]' records.jsonl",
        ),
    ),
    (
        N_("The checkpoints were signed, and say the same as the records:"),
        (
            "for text in checkpoints/*.txt; do ssh-keygen -Y verify -f allowed_signers"
            " -I continuity -n continuity-checkpoint \"-Overify-time=$(sed -n 's/^time: //p'"
            ' "$text" | tr -dc 0-9 | cut -c1-14)Z" -s "$text.sig" < "$text" || exit 1; done',
            "for text in checkpoints/*.txt; do jq -e -s --argjson n \"$(sed -n 's/^sequence: //p'"
            ' "$text")" --arg h "$(sed -n \'s/^hash: //p\' "$text")" \'any(.[]; .sequence == $n'
            " and .hash == $h)' records.jsonl || exit 1; done",
        ),
    ),
    (
        N_("The report rests on one of these records:"),
        (
            "jq -e -s --slurpfile report report.json '$report[0].annex.record as $tip | any(.[];"
            " .sequence == $tip.sequence and .hash == $tip.hash)' records.jsonl",
        ),
    ),
    (
        N_("Each restore test stands in a statement of its own:"),
        (
            "jq -r '.payload | @base64d | fromjson | .subject[0].digest.sha256'"
            " drills.intoto.jsonl > drills.txt",
            "jq -r 'select(.kind == \"drill.finished\") | .hash' records.jsonl | cmp - drills.txt",
        ),
    ),
)
