"""Plots as SVG, by hand: two kinds of them need no library."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from html import escape

_OURS, _OTHERS, _INK, _GRID = "#0f766e", "#94a3b8", "#1f2937", "#d1d5db"
_COLOURS = ("#0f766e", "#b45309", "#4338ca", "#be123c")
_WIDTH, _LEFT, _RIGHT, _TOP = 820, 320, 70, 46
_BAR, _GAP = 20, 12
_HEIGHT, _PLOT_LEFT, _PLOT_RIGHT, _BOTTOM = 360, 80, 230, 50


def bars(title: str, values: Mapping[str, float], marked: Collection[str] = ()) -> str:
    """A bar for each value, with its name on its left; those of `marked` in another colour."""
    most = max(values.values())
    parts = [_text(20, 28, title, size=15, weight="bold")]
    for number, (name, value) in enumerate(values.items()):
        y = _TOP + number * (_BAR + _GAP)
        width = (_WIDTH - _LEFT - _RIGHT) * value / most
        colour = _OURS if name in marked else _OTHERS
        weight = "bold" if name in marked else "normal"
        parts.append(_text(_LEFT - 10, y + 15, name, anchor="end", weight=weight))
        parts.append(f'<rect x="{_LEFT}" y="{y}" width="{width:.1f}" height="{_BAR}" fill="{colour}"/>')
        parts.append(_text(_LEFT + width + 8, y + 15, f"{value:.1f}", weight=weight))
    return _svg(_TOP + len(values) * (_BAR + _GAP) + 10, parts)


def lines(title: str, below: str, at: Sequence[float], series: Mapping[str, Sequence[float]]) -> str:
    """A line for each series over the places `at`, which stand at equal distances; from zero on."""
    step, most = _scale(max(map(max, series.values())))
    right, bottom = _WIDTH - _PLOT_RIGHT, _HEIGHT - _BOTTOM
    xs = [_PLOT_LEFT + (right - _PLOT_LEFT) * n / (len(at) - 1) for n in range(len(at))]

    def y(value: float) -> float:
        return bottom - (bottom - _TOP) * value / most

    parts = [
        _text(20, 28, title, size=15, weight="bold"),
        _text((_PLOT_LEFT + right) / 2, _HEIGHT - 10, below, "middle"),
    ]
    for number in range(round(most / step) + 1):
        level = y(number * step)
        parts.append(
            f'<line x1="{_PLOT_LEFT}" y1="{level:.1f}" x2="{right}" y2="{level:.1f}" stroke="{_GRID}"/>'
        )
        parts.append(_text(_PLOT_LEFT - 8, level + 4, f"{number * step:,.0f}", "end"))
    parts += [_text(x, bottom + 20, f"{place:,}", "middle") for x, place in zip(xs, at, strict=True)]
    for (name, values), colour in zip(series.items(), _COLOURS, strict=False):
        points = list(zip(xs, map(y, values), strict=True))
        parts += _line(points, colour)
        parts.append(_text(right + 12, points[-1][1] + 4, name, colour=colour))
    return _svg(_HEIGHT, parts)


def _line(points: Sequence[tuple[float, float]], colour: str) -> Iterator[str]:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    for x, y in points:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'


def _scale(most: float) -> tuple[float, float]:
    """The distance of two levels, a round number, and the highest of them."""
    power = 10.0 ** (len(f"{most:.0f}") - 1)
    step = next(power * part for part in (0.2, 0.5, 1.0, 2.0) if most <= power * part * 5)
    return step, step * -(-most // step)


def _text(
    x: float,
    y: float,
    text: str,
    anchor: str = "start",
    size: int = 13,
    weight: str = "normal",
    colour: str = _INK,
) -> str:
    style = f'font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" fill="{colour}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(text)}</text>'


def _svg(height: int, parts: Iterable[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}" font-family="Helvetica, Arial, sans-serif">'
    )
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>", ""])
