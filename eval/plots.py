"""Plots as SVG text for the report: matplotlib draws, the page's style sheet colours text and lines.

Figures are as wide as a phone, so that their text stays readable there; a page puts several side by side.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

PALETTE = "#3b7dd8 #e07b39 #3a9d5d #c94f6d #8a63d2 #b08d2f #2aa5a0 #d16ba5 #6c8e3f #7a7f8c #a0613c #4fb3d9 #b8336a #5c6bc0 #9e9d24 #00796b".split()
# of the steps at which answers are lost, so that nobody takes them for systems
LOSSES = "#5b6878 #8d6e63 #c2a03a #7f9c5a #c0605a #9a78b8 #5a8f9a #b5b5b5 #6d6d6d".split()
WIDTH_INCHES, ROW_INCHES, EDGE_INCHES, SQUARE_INCHES = 4.7, 0.28, 0.95, 3.6
_TEXT, _LINE = "#010203", "#040506"  # stand for colours of the page

_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "report",
    "font.family": "sans-serif",
    "font.size": 11.5,
    "axes.edgecolor": _LINE,
    "axes.labelcolor": _TEXT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": _LINE,
    "grid.linewidth": 0.6,
    "xtick.color": _TEXT,
    "ytick.color": _TEXT,
    "text.color": _TEXT,
    "legend.frameon": False,
    "legend.fontsize": 10.5,
}


class Bar(NamedTuple):
    """A share with its interval."""

    name: str
    value: float
    low: float
    high: float


class Curve(NamedTuple):
    """Points of a system; `number` is its place in the leaderboard, which stands at the curve's end."""

    number: int
    x: Sequence[float]
    y: Sequence[float]


class Spread(NamedTuple):
    """Seconds of a system's answers."""

    name: str
    seconds: Sequence[float]


class Point(NamedTuple):
    number: int
    x: float
    y: float


def colour(number: int) -> str:
    """Of the system with this place (from 1) in the leaderboard."""
    return PALETTE[(number - 1) % len(PALETTE)]


def draw_accuracy(bars: Sequence[Bar]) -> str:
    """Accuracy with 95 % intervals, best at the top."""
    with _Figure(len(bars)) as (figure, axes):
        for place, bar in enumerate(bars):
            axes.plot([bar.low, bar.high], [place, place], color=colour(place + 1), linewidth=2.4, solid_capstyle="round")
            axes.plot(bar.value, place, "o", color=colour(place + 1), markersize=6)
        _rows(axes, [bar.name for bar in bars])
        axes.set_xlim(0, 1)
        axes.set_xlabel("accuracy, 95 % Wilson interval")
        return _svg(figure, "accuracy")


def draw_curves(curves: Sequence[Curve], name: str, x_label: str, y_label: str, *, ticks: Sequence[float] | None = None) -> str:
    """Lines with their systems' numbers at the right end; `ticks` makes the x axis logarithmic."""
    with _Figure(None) as (figure, axes):
        ends = _spread_out([curve.y[-1] for curve in curves], 0.062)
        for curve, end in zip(curves, ends):
            axes.plot(curve.x, curve.y, color=colour(curve.number), linewidth=1.8, marker="o" if ticks else None, markersize=3)
            axes.annotate(
                str(curve.number), (curve.x[-1], curve.y[-1]), (1.035, end), xycoords="data", textcoords=axes.get_yaxis_transform(),
                color=colour(curve.number), va="center", fontsize=10.5, annotation_clip=False,
                arrowprops={"arrowstyle": "-", "color": colour(curve.number), "linewidth": 0.5, "shrinkA": 0, "shrinkB": 1},
            )  # fmt: skip
        if ticks:
            axes.set_xscale("log")
            axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
            axes.minorticks_off()
        axes.set_ylim(0, 1)
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        return _svg(figure, name)


def draw_latency(spreads: Sequence[Spread]) -> str:
    """Box: the middle half; whiskers: 5th to 95th percentile; dot: the slowest."""
    with _Figure(len(spreads)) as (figure, axes):
        for place, spread in enumerate(spreads):
            if not len(spread.seconds):
                continue
            low, q1, middle, q3, high = np.percentile(spread.seconds, [5, 25, 50, 75, 95]) * 1000
            paint = colour(place + 1)
            axes.plot([low, high], [place, place], color=paint, linewidth=1.2)
            axes.barh(place, q3 - q1, left=q1, height=0.55, color=paint, alpha=0.75, linewidth=0)
            axes.plot([middle, middle], [place - 0.34, place + 0.34], color=_TEXT, linewidth=1.6)
            axes.plot(max(spread.seconds) * 1000, place, ".", color=paint, markersize=5)
        _log_axis(axes)
        _rows(axes, [spread.name for spread in spreads])
        axes.set_xlabel("ms for an answer")
        return _svg(figure, "latency")


def draw_cost(points: Sequence[Point], x_label: str) -> str:
    """Accuracy over cost on a logarithmic axis; systems by number."""
    with _Figure(None) as (figure, axes):
        for point in points:
            axes.plot(point.x, point.y, "o", color=colour(point.number), markersize=15, alpha=0.92, markeredgewidth=0)
            axes.annotate(str(point.number), (point.x, point.y), color="#ffffff", ha="center", va="center_baseline", fontsize=10, fontweight="bold")
        low, high = min(point.x for point in points) / 1.6, max(point.x for point in points) * 1.6
        wider = max(1.0, 10 * low / high) ** 0.5  # at least a decade, so that the ticks are few
        axes.set_xlim(low / wider, high * wider)
        _log_axis(axes)
        axes.set_ylim(0, 1)
        axes.set_xlabel(x_label)
        axes.set_ylabel("accuracy")
        return _svg(figure, "cost")


def draw_failures(names: Sequence[str], counts: Sequence[dict[str, int]], kinds: Sequence[str]) -> str:
    """Wrong answers stacked by where they were lost."""
    with _Figure(len(names), legend_rows=(len(kinds) + 1) // 2) as (figure, axes):
        left = np.zeros(len(names))
        for number, kind in enumerate(kinds):
            widths = np.array([found.get(kind, 0) for found in counts], float)
            axes.barh(
                range(len(names)), widths, left=left, height=0.66, color=LOSSES[number % len(LOSSES)], label=kind.replace("_", " "), linewidth=0
            )
            left += widths
        _rows(axes, names)
        axes.set_xlabel("wrong answers")
        figure.legend(loc="outside upper left", ncols=2, handlelength=1.0, columnspacing=1.0, borderpad=0)
        return _svg(figure, "failures")


def draw_history(labels: Sequence[str], series: dict[str, Sequence[float | None]], y_label: str, name: str, *, bounded: bool) -> str:
    """One line a system over commits, oldest first; gaps where a system was not run."""
    with _Figure(None, legend_rows=(len(series) + 1) // 2) as (figure, axes):
        for number, (system, values) in enumerate(series.items(), 1):
            known = [(i, v) for i, v in enumerate(values) if v is not None]
            axes.plot([i for i, _ in known], [v for _, v in known], "o-", color=colour(number), markersize=4, linewidth=1.6, label=system)
        step = max(1, -(-len(labels) // 8))
        axes.set_xticks(range(0, len(labels), step), labels[::step], rotation=45, ha="right")
        axes.set_xlim(-0.5, len(labels) - 0.5)
        axes.set_ylim(0, 1 if bounded else None)
        axes.set_xlabel("commit")
        axes.set_ylabel(y_label)
        figure.legend(loc="outside upper left", ncols=2, handlelength=1.2, columnspacing=1.0, borderpad=0)
        return _svg(figure, name)


class _Figure:
    """A figure without a window, in our style, for `rows` systems (None: a plot of fixed height)."""

    def __init__(self, rows: int | None, legend_rows: int = 0) -> None:
        self._height = (SQUARE_INCHES if rows is None else EDGE_INCHES + ROW_INCHES * rows) + 0.24 * legend_rows

    def __enter__(self) -> tuple[Any, Any]:
        import matplotlib
        from matplotlib.figure import Figure

        self._style = matplotlib.rc_context(_STYLE)
        self._style.__enter__()
        figure = Figure(figsize=(WIDTH_INCHES, self._height), layout="constrained")
        return figure, figure.subplots()

    def __exit__(self, *raised: Any) -> None:
        self._style.__exit__(*raised)


def _log_axis(axes: Any) -> None:
    """A logarithmic x axis with plain numbers, enough of them also where it spans less than a decade."""
    from matplotlib.ticker import LogLocator, NullLocator

    limits = axes.get_xlim()
    axes.set_xscale("log")
    low, high = limits if limits[0] > 0 else axes.get_xlim()
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0,) if high > 500 * low else (1.0, 2.0, 5.0)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:g}")


def _rows(axes: Any, names: Sequence[str]) -> None:
    """One row a system, numbered as in the leaderboard, the first at the top."""
    axes.set_yticks(range(len(names)), [f"{name if len(name) < 23 else name[:21] + '…'}  {n}" for n, name in enumerate(names, 1)])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)


def _spread_out(values: Sequence[float], gap: float) -> list[float]:
    """The values, moved up and down as little as needed to lie `gap` apart, in their order."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    placed: list[float] = []
    for i in order:
        placed.append(max(values[i], placed[-1] + gap) if placed else values[i])
    over = max(0.0, placed[-1] - 1.0) if placed else 0.0
    placed = [p - over for p in placed]
    for k in range(len(placed) - 2, -1, -1):
        placed[k] = min(placed[k], placed[k + 1] - gap)
    found = [0.0] * len(values)
    for i, p in zip(order, placed):
        found[i] = p
    return found


def _svg(figure: Any, name: str) -> str:
    """The <svg> element alone, with ids of its own and the page's colours."""
    text = io.StringIO()
    figure.savefig(text, format="svg", transparent=True, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = text.getvalue()[text.getvalue().index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1), count=1)
    svg = re.sub(r' xmlns(:xlink)?="[^"]*"', "", svg).replace("xlink:href", "href")
    svg = re.sub(r'id="', f'id="{name}-', svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", svg)
    return svg.replace(_TEXT, "currentColor").replace(_LINE, "var(--line)").strip()
