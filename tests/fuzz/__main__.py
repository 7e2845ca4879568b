"""Throw guided by coverage, for as many seconds as are given: ``python -m tests.fuzz 600``."""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["continuity.witness"]):
    from tests.fuzz.target import REGIONS, sound, throw

_SECONDS = "60"


def main() -> None:
    """Fuzz until the time is over, or until something breaks: it is then kept in a file."""
    seconds = sys.argv[1] if len(sys.argv) > 1 else _SECONDS
    corpus = Path(".fuzz/witness")
    corpus.mkdir(parents=True, exist_ok=True)
    for region in range(len(REGIONS)):
        (corpus / f"begin-{region}").write_bytes(sound(region))
    options = [f"-max_total_time={seconds}", "-max_len=4096", "-rss_limit_mb=1024", "-timeout=20"]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={corpus}/", str(corpus)], throw)
    atheris.Fuzz()


main()
