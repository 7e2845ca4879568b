"""Draws charts as vector graphics; the library is loaded when the first one is drawn."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any  # Any: a library without types

from continuity.domain.report import Light
from continuity.reports.page import Bar, Chart, Days, Line, harmless
from continuity.reports.words import SIGNS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LONGEST_NAME = 32
_WIDE = 7.2
_ROW = 0.32
_DOTS = 150
_COLOURS = {
    Light.GREEN: "#14622b",
    Light.AMBER: "#7a4b00",
    Light.RED: "#a3121b",
    Light.UNKNOWN: "#4a4a68",
}
_MARKERS = {Light.GREEN: "o", Light.AMBER: "^", Light.RED: "X", Light.UNKNOWN: "D"}
"""A shape for each, for whoever sees no colours."""

_STYLES = ("-", "--", "-.", ":")
_SETTINGS = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "svg.hashsalt": "continuity",
    "svg.fonttype": "path",
    # A name with two dollar signs is no formula.
    "text.parse_math": False,
}


def svg_from_chart(chart: Chart) -> bytes | None:
    """Draw a chart; the same one gives the same bytes. None where nothing that draws is there."""
    return _drawn(chart, "svg", {"Date": None, "Creator": None})


def png_from_chart(chart: Chart) -> bytes | None:
    """Draw it as dots, for readers that know nothing else; None as ``svg_from_chart`` gives it."""
    return _drawn(chart, "png", {"Software": None})


def _drawn(chart: Chart, form: str, metadata: Mapping[str, None]) -> bytes | None:
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
        figure = Figure(figsize=(_WIDE, _height(chart)), layout="constrained")
        (FigureCanvasSVG if form == "svg" else FigureCanvasAgg)(figure)
        _draw(figure.add_subplot(), chart)
        figure.savefig(written, format=form, metadata=dict(metadata), dpi=_DOTS)
    return written.getvalue()


def _height(chart: Chart) -> float:
    return 2.6 if isinstance(chart.shapes[0], Line) else 1.2 + _ROW * len(chart.shapes)


def _draw(axes: Axes, chart: Chart) -> None:
    lines = [one for one in chart.shapes if isinstance(one, Line)]
    bars = [one for one in chart.shapes if isinstance(one, Bar)]
    rows = [one for one in chart.shapes if isinstance(one, Days)]
    if lines:
        _draw_lines(axes, lines)
    if bars:
        _draw_bars(axes, bars)
    if rows:
        _draw_rows(axes, rows, dict(chart.legend))
    if chart.target is not None:
        axes.axhline(chart.target, color=_COLOURS[Light.RED], linestyle="--", linewidth=1)
        place = (0.0, chart.target)
        axes.annotate(f"≤ {chart.target:g} {chart.unit}", place, xycoords=("axes fraction", "data"))
    axes.spines[["top", "right"]].set_visible(False)


def _name(text: str) -> str:
    return harmless(text, _LONGEST_NAME)


def _draw_lines(axes: Axes, lines: Sequence[Line]) -> None:
    for place, line in enumerate(lines):
        style = _STYLES[place % len(_STYLES)]
        name = _name(line.name)
        times: Any = line.times  # its types know only numbers
        axes.plot(times, line.numbers, style, label=name, linewidth=1, marker=".")
    highest = max(
        (
            (number, time)
            for line in lines
            for number, time in zip(line.numbers, line.times, strict=True)
        )
    )
    axes.annotate(f"{highest[0]:.3g}", (highest[1], highest[0]))
    axes.set_ylim(bottom=0)
    axes.tick_params(axis="x", rotation=30)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)


def _draw_bars(axes: Axes, bars: Sequence[Bar]) -> None:
    names = list(dict.fromkeys(name for bar in bars for name, _ in bar.parts))
    starts = [0.0] * len(bars)
    for name in names:
        lengths = [sum(cost for one, cost in bar.parts if one == name) for bar in bars]
        axes.barh(range(len(bars)), lengths, left=starts, label=_name(name))
        starts = [start + length for start, length in zip(starts, lengths, strict=True)]
    for place, bar in enumerate(bars):
        if bar.target is not None:
            axes.plot([bar.target] * 2, [place - 0.4, place + 0.4], color=_COLOURS[Light.RED])
    axes.set_yticks(range(len(bars)), [_name(bar.name) for bar in bars])
    axes.invert_yaxis()
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)


def _draw_rows(axes: Axes, rows: Sequence[Days], legend: Mapping[Light, str]) -> None:
    for light, colour in _COLOURS.items():
        found = [
            (day, place)
            for place, row in enumerate(rows)
            for day, one in row.lights
            if one is light
        ]
        if found:
            days, places = zip(*found, strict=True)
            word = legend.get(light, SIGNS[light])
            axes.scatter(days, places, marker=_MARKERS[light], color=colour, s=16, label=word)
    axes.set_yticks(range(len(rows)), [_name(row.name) for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.tick_params(axis="x", rotation=30)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
