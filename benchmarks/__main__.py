"""Measure, print the table, and keep it as JSON.

Nothing here fails because something is slow: a machine that is busy would fail honest work. Goals
are compared and printed; only a program that does not do its work ends this with 1.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks.databases import measure_databases
from benchmarks.elsewhere import measure_elsewhere
from benchmarks.files import measure_set
from benchmarks.indexes import measure_index
from benchmarks.machine import machine
from benchmarks.manifests import measure_manifest
from benchmarks.overheads import measure_overhead
from benchmarks.portfolios import measure_many, measure_status
from benchmarks.reading import measure_reading, measure_reading_of_many
from benchmarks.reports import measure_large_reports, measure_reports
from benchmarks.rows import Row
from benchmarks.running import MeasurementError
from benchmarks.sets import SETS, made, scaled
from benchmarks.table import heading, line
from benchmarks.tools import Bench

_RESULTS = Path(__file__).resolve().parent / "results"
_TENTH = 0.1
_GROUPS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "overhead": measure_overhead,
    "status": measure_status,
    "manifest": measure_manifest,
    "elsewhere": measure_elsewhere,
    "reports": measure_reports,
    "index": measure_index,
    "witness": measure_reading,
}
_LARGE_GROUPS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "databases": measure_databases,
    "many": measure_many,
    "witness-large": measure_reading_of_many,
    "large-reports": measure_large_reports,
}


def main() -> int:
    """Measure what was asked for; 1 when something could not be measured."""
    options = _options()
    options.cache.mkdir(parents=True, exist_ok=True)
    options.results.mkdir(parents=True, exist_ok=True)
    share = _TENTH if options.quick else options.share
    failed = False
    with tempfile.TemporaryDirectory(prefix="work-", dir=options.cache) as scratch:
        bench = Bench(
            cache=options.cache,
            scratch=Path(scratch),
            repetitions=options.repetitions,
            share=share,
            rivals=not options.no_rivals,
        )
        now = datetime.now(UTC)
        began = now.isoformat(timespec="seconds")
        result = {"measured_at": began, "machine": machine(bench.scratch), "share": share}
        path = options.results / f"{now:%Y%m%dT%H%M%SZ}.json"
        rows: list[Row] = []
        save = partial(_save, path, result, rows)
        for name in options.sets:
            made(scaled(SETS[name], share), options.cache)
        _say(heading())
        for measure in _measures(options):
            failed |= not _take(measure(bench), rows, save)
    if share != 1:
        _say(f"\nAt {share:g} of the size that the goals are about.")
    save()
    _say(f"\nSaved: {path}")
    return 1 if failed else 0


def _options() -> argparse.Namespace:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    add = parser.add_argument
    add("--sets", type=_names(SETS), default=["A"], help="file sets, such as A,B,C; A if not given")
    everything = {**_GROUPS, **_LARGE_GROUPS}
    add(
        "--groups",
        type=_names(everything),
        default=list(_GROUPS),
        help=f"what else: {','.join(everything)}; without the last four if none is given",
    )
    add("--quick", action="store_true", help="a tenth of the size")
    add("--share", type=float, default=1.0, help="this share of the size")
    add("--repetitions", type=int, default=3, help="of each measurement")
    add("--no-rivals", action="store_true", help="leave other tools out")
    add("--cache", type=Path, default=home / "continuity-benchmarks", help="where sets are kept")
    add("--results", type=Path, default=_RESULTS, help="where the results are saved")
    return parser.parse_args()


def _names(known: Mapping[str, object]) -> Callable[[str], list[str]]:
    def read(text: str) -> list[str]:
        names = [name for name in text.split(",") if name]
        unknown = [name for name in names if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"{unknown[0]} is none of {', '.join(known)}")
        return names

    return read


def _measures(options: argparse.Namespace) -> Iterator[Callable[[Bench], Iterator[Row]]]:
    """Give the small things first: a set that was just made settles meanwhile."""
    for name in options.groups:
        yield {**_GROUPS, **_LARGE_GROUPS}[name]
    for name in options.sets:
        yield partial(measure_set, name=name)


def _take(measured: Iterator[Row], rows: list[Row], save: Callable[[], None]) -> bool:
    """Print and save rows as they come; False when a program did not do its work."""
    try:
        for row in measured:
            rows.append(row)
            _say(line(row))
            save()
    except MeasurementError as error:
        _say(f"NOT MEASURED: {error}")
        return False
    return True


def _save(path: Path, result: Mapping[str, object], rows: list[Row]) -> None:
    """Write what there is so far: a run that is stopped keeps what it has measured."""
    text = json.dumps({**result, "rows": [row.plain() for row in rows]}, indent=2)
    path.write_text(text + "\n", encoding="utf-8")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
