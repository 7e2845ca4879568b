"""Draws charts as vector graphics; the library is loaded when the first one is drawn."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any  # Any: a library without types

from continuity.domain.light import Light
from continuity.reports.page import Bar, Chart, Days, Line, harmless
from continuity.reports.words import SIGNS
from continuity.speech.speaker import speaker_of
from continuity.speech.wording import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LONGEST_NAME = 30
_WIDE, _NARROW = 9.0, 4.6
"""Inches of paper, and of a picture that is looked at on a telephone."""

_LETTER = 0.075
"""Inches that a letter takes: room is counted and not tried out, which would take longer."""

_ROW = 0.24
_LEGEND = 0.25
_DOTS = 150
_HALF = timedelta(hours=12)
_MANY_DAYS = 100
_SAME = 1e-9
COLOURS = {
    Light.GREEN: "#14622b",
    Light.AMBER: "#7a4b00",
    Light.RED: "#a3121b",
    Light.UNKNOWN: "#4a4a68",
}
MARKERS = {Light.AMBER: "^", Light.RED: "X", Light.UNKNOWN: "D"}
"""A shape for each, for whoever sees no colours; what passed is a line on which they stand."""

PALETTE = ("#1f4e79", "#b35900", "#4d7d2a", "#7a3e8e", "#8a6d00", "#007a7a", "#5a5a5a", "#a0305a")
HATCHES = ("", "///", "---", "\\\\\\", "|||", "//", "--", "\\\\")
STYLES = ("-", "--", "-.", ":")
_SETTINGS = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "svg.hashsalt": "continuity",
    "svg.fonttype": "path",
    "hatch.linewidth": 0.5,
    # A name with two dollar signs is no formula.
    "text.parse_math": False,
}


def svg_from_chart(chart: Chart) -> bytes | None:
    """Draw a chart; the same one gives the same bytes. None where nothing that draws is there."""
    return _drawn(chart, "svg", _WIDE, {"Date": None, "Creator": None})


def png_from_chart(chart: Chart) -> bytes | None:
    """Draw it as dots, for readers that know nothing else; None as ``svg_from_chart`` gives it."""
    return _drawn(chart, "png", _NARROW, {"Software": None})


def _drawn(chart: Chart, form: str, wide: float, metadata: Mapping[str, None]) -> bytes | None:
    try:
        from matplotlib import rc_context  # here, because it takes seconds to load
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure
    except ImportError:
        return None
    written = io.BytesIO()
    with rc_context(_SETTINGS), warnings.catch_warnings():
        # It remarks on letters that its font lacks; they are drawn as boxes.
        warnings.simplefilter("ignore")
        figure = Figure(figsize=(wide, _height(chart, wide)))
        (FigureCanvasSVG if form == "svg" else FigureCanvasAgg)(figure)
        _draw(figure, chart)
        figure.savefig(written, format=form, metadata=dict(metadata), dpi=_DOTS)
    return written.getvalue()


def _height(chart: Chart, wide: float) -> float:
    plain = 2.8 if isinstance(chart.shapes[0], Line) else 0.9 + _ROW * len(chart.shapes)
    # Where there is less room beside each other, words stand in more rows.
    return plain + _LEGEND * (_legend_rows(chart, wide) - _legend_rows(chart, _WIDE))


def _columns(wide: float) -> int:
    return 4 if wide == _WIDE else 2


def _legend_rows(chart: Chart, wide: float) -> int:
    return -(-_legends(chart) // _columns(wide))


def _longest(wide: float) -> int:
    return _LONGEST_NAME if wide == _WIDE else _LONGEST_NAME // 2


def _draw(figure: Figure, chart: Chart) -> None:
    lines = [one for one in chart.shapes if isinstance(one, Line)]
    bars = [one for one in chart.shapes if isinstance(one, Bar)]
    rows = [one for one in chart.shapes if isinstance(one, Days)]
    wide = figure.get_figwidth()
    longest = _longest(wide)
    left = 0.6 if lines else _room((one.name for one in chart.shapes), longest)
    axes = _place(figure, left, chart)
    if lines:
        _draw_lines(axes, lines, chart)
        axes.yaxis.set_major_formatter(_written(chart))
    if bars:
        _draw_bars(axes, bars, chart, longest)
        axes.xaxis.set_major_formatter(_written(chart))
    if rows:
        _draw_rows(axes, rows, dict(chart.legend), longest)
    if not bars:
        _mark_days(axes, chart, 10 if wide == _WIDE else 5)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1.01),
        ncols=_columns(wide),
        frameon=False,
        borderaxespad=0,
    )


def _room(names: Iterator[str], longest: int) -> float:
    return 0.3 + _LETTER * max(len(_name(name, longest)) for name in names)


def _place(figure: Figure, left: float, chart: Chart) -> Axes:
    wide, height, below = figure.get_figwidth(), figure.get_figheight(), 0.3
    above = _LEGEND * _legend_rows(chart, wide)
    place = (left / wide, below / height, 0.97 - left / wide, 1 - (below + above) / height)
    axes: Axes = figure.add_axes(place)
    return axes


def _legends(chart: Chart) -> int:
    bars = {name for one in chart.shapes if isinstance(one, Bar) for name, _ in one.parts}
    return max((len(bars) + 1 if bars else len(chart.legend)) or len(chart.shapes), 1)


def _name(text: str, longest: int = _LONGEST_NAME) -> str:
    return harmless(text, longest)


def _written(chart: Chart) -> Callable[[float, object], str]:
    """Write numbers at an axis as the language does."""
    speaker = speaker_of(chart.language)

    def written(value: float, _place: object) -> str:
        # Two ticks of one axis never read the same.
        decimals = next((few for few in (0, 1, 2) if abs(value - round(value, few)) < _SAME), 3)
        return number(speaker, value, decimals)

    return written


def _mark_days(axes: Axes, chart: Chart, most: int) -> None:
    from matplotlib.dates import AutoDateLocator, DateFormatter

    low, high = axes.get_xlim()
    local = "%m/%Y" if high - low > _MANY_DAYS else "%d/%m"
    plain = "%Y-%m" if high - low > _MANY_DAYS else "%m-%d"
    axes.xaxis.set_major_locator(AutoDateLocator(minticks=2, maxticks=most))
    axes.xaxis.set_major_formatter(DateFormatter(local if chart.language == "es" else plain))


def _draw_lines(axes: Axes, lines: Sequence[Line], chart: Chart) -> None:
    for turn, line in enumerate(lines):
        times: Any = line.times  # its types know only numbers
        axes.plot(
            times,
            line.numbers,
            STYLES[turn % len(STYLES)],
            label=_name(line.name),
            linewidth=1.2,
            color=PALETTE[turn % len(PALETTE)],
        )
    highest, when = max(
        (value, time)
        for line in lines
        for value, time in zip(line.numbers, line.times, strict=True)
    )
    if chart.peak:
        place: Any = (when, highest)
        axes.plot([place[0]], [highest], "o", color=COLOURS[Light.RED], fillstyle="none")
        text = f"{_written(chart)(round(highest, 1), None)} {chart.unit}"
        axes.annotate(text, place, textcoords="offset points", xytext=(-6, 2), ha="right")
    top = max(highest, chart.target or 0)
    axes.set_ylim(bottom=0, top=(top or 1) * 1.15)
    if chart.target is not None:
        axes.axhline(chart.target, color=COLOURS[Light.RED], linestyle="--", linewidth=1)
        at = (1.0, chart.target)
        text = f"{chart.bound} {_written(chart)(chart.target, None)} {chart.unit}"
        across: Any = ("axes fraction", "data")
        axes.annotate(
            text, at, xycoords=across, textcoords="offset points", xytext=(0, 2), ha="right"
        )


def _draw_bars(axes: Axes, bars: Sequence[Bar], chart: Chart, longest: int) -> None:
    names = list(dict.fromkeys(name for bar in bars for name, _ in bar.parts))
    starts = [0.0] * len(bars)
    for turn, name in enumerate(names):
        lengths = [sum(cost for one, cost in bar.parts if one == name) for bar in bars]
        axes.barh(
            range(len(bars)),
            lengths,
            left=starts,
            label=_name(name),
            height=0.6,
            color=PALETTE[turn % len(PALETTE)],
            hatch=HATCHES[turn % len(HATCHES)],
            edgecolor="white",
            linewidth=0.3,
        )
        starts = [start + length for start, length in zip(starts, lengths, strict=True)]
    limits = [place for place, bar in enumerate(bars) if bar.target is not None]
    for place, bar in enumerate(bars):
        if bar.target is not None:
            ends = [place - 0.4, place + 0.4]
            label = chart.bound if place == limits[0] else None
            axes.plot([bar.target] * 2, ends, color=COLOURS[Light.RED], linewidth=2, label=label)
    _name_rows(axes, [bar.name for bar in bars], longest)


def _draw_rows(axes: Axes, rows: Sequence[Days], legend: Mapping[Light, str], longest: int) -> None:
    spans = [(place, *span) for place, row in enumerate(rows) for span in _passed(row)]
    if spans:
        places, begins, ends = zip(*spans, strict=True)
        green = legend.get(Light.GREEN, SIGNS[Light.GREEN])
        axes.hlines(
            places, begins, ends, color=COLOURS[Light.GREEN], linewidth=5, alpha=0.55, label=green
        )
    for light, marker in MARKERS.items():
        found = [
            (day, place)
            for place, row in enumerate(rows)
            for day, one in row.lights
            if one is light
        ]
        if found:
            days, where = zip(*found, strict=True)
            word = legend.get(light, SIGNS[light])
            axes.scatter(
                days, where, marker=marker, color=COLOURS[light], s=26, label=word, zorder=3
            )
    _name_rows(axes, [row.name for row in rows], longest)


def _passed(row: Days) -> Iterator[tuple[Any, Any]]:
    """Join days on which all passed: one line instead of thirty marks."""
    begin: date | None = None
    last: date | None = None
    for day in [*(day for day, light in row.lights if light is Light.GREEN), None]:
        if begin is not None and (day is None or last is None or (day - last).days > 1):
            yield _edge(begin, -_HALF), _edge(last or begin, _HALF)
            begin = None
        begin, last = begin or day, day


def _edge(day: date, way: timedelta) -> Any:
    from matplotlib.dates import date2num

    return date2num(day) + way / timedelta(days=1)


def _name_rows(axes: Axes, names: Sequence[str], longest: int) -> None:
    axes.set_yticks(range(len(names)), [_name(name, longest) for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
