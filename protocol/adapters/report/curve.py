"""The panel of a number: its values over time, its limits of normal, and the thresholds of the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from protocol.adapters.report import signs, svg
from protocol.adapters.report.measured import Curved, Reading
from protocol.adapters.report.panels import LEFT, RIGHT
from protocol.adapters.report.scale import TimeScale, ValueScale, value_scale
from protocol.adapters.report.thresholds import Threshold
from protocol.model.input import Grade, Number
from protocol.model.quantity import say_number
from protocol.model.time import say_time

CURVE = 62
_NAME = 22
_LINES = 9.0
"""How far apart the names of thresholds stand at least."""


def curve(item: Curved, readings: Sequence[Reading], asked: Sequence[Threshold], scale: TimeScale) -> tuple[float, str]:
    """The values of an input with the limits of normal and the thresholds of the rules; with the height of the panel."""
    top = 14.0
    last = {one: places[-1][1] for one in asked if (places := _heights(one, readings))}
    values = _values(item, readings, last, top)
    rows = [
        svg.words(LEFT, 9, _heading(item, values.log), "b"),
        _normal(readings, scale, values),
        svg.column(LEFT - 6, [(values.at(value) + 3, text) for value, text in values.ticks()], "s e"),
        svg.path(f"M{LEFT} {svg.number(top)}V{svg.number(CURVE)}H{RIGHT}", "ax"),
        *(svg.path(_threshold(_heights(one, readings), scale, values), "th") for one in last if values.shows(last[one])),
        *_named(last, values),
        *_points(readings, scale, values),
    ]
    return CURVE + 4, "".join(rows)


def _heading(item: Curved, log: bool) -> str:
    unit = (
        item.kind.unit
        if isinstance(item.kind, Number)
        else f"grade, {item.kind.criteria}"
        if isinstance(item.kind, Grade)
        else ""
    )
    label = f"{item.name}: {item.label}" if item.label else item.name
    return f"{label}{f' ({unit})' if unit not in ('', '1') else ''}{', logarithmic' if log else ''}"


def _values(item: Curved, readings: Sequence[Reading], last: Mapping[Threshold, float], top: float) -> ValueScale:
    if isinstance(item.kind, Grade):
        return ValueScale(-0.3, 5.0, CURVE, top)
    limits = [limit for one in readings for limit in (one.lower, one.upper) if limit is not None]
    shown = [one.value for one in readings if not one.refused] or [one.value for one in readings]
    return value_scale([*shown, *limits], last.values(), CURVE, top)


def _heights(one: Threshold, readings: Sequence[Reading]) -> list[tuple[int, float]]:
    """Where the threshold stands at each reading: a multiple of a limit moves with the limit of the record."""
    found = []
    for reading in readings:
        factor = _factor(one, reading, readings)
        if factor is not None:
            found.append((reading.time, float(one.constant * factor)))
    return found


def _factor(one: Threshold, reading: Reading, readings: Sequence[Reading]) -> Fraction | None:
    """By what the constant is multiplied at a reading; None where the record does not say."""
    match one.limit:
        case "ULN":
            return reading.upper
        case "LLN":
            return reading.lower
        case "baseline":
            return _baseline(readings)
        case None:
            return Fraction(1)


def _baseline(readings: Sequence[Reading]) -> Fraction | None:
    before = [one.value for one in readings if one.time <= 0 and not one.refused]
    return before[-1] if before else None


def _threshold(places: Sequence[tuple[int, float]], scale: TimeScale, values: ValueScale) -> str:
    """Across the panel; in steps where it moves."""
    points: list[svg.Point] = [(LEFT, values.at(places[0][1]))]
    for (_, before), (time, now) in pairwise(places):
        if now != before:
            points += [(scale.at(time), values.at(before)), (scale.at(time), values.at(now))]
    return svg.joined([*points, (RIGHT, values.at(places[-1][1]))])


def _named(last: Mapping[Threshold, float], values: ValueScale) -> Iterator[str]:
    """The thresholds in words at the right edge, none over another; what lies outside the panel is said to."""
    at = sorted(((values.at(value), one) for one, value in last.items()), key=lambda found: found[0])
    for y, one in zip(_apart([y + 3 for y, _ in at]), (one for _, one in at), strict=True):
        side = "" if values.shows(last[one]) else " ↑" if last[one] > values.high else " ↓"
        more = f" +{len(one.rules) - 1}" if len(one.rules) > 1 else ""
        name = one.rules[0] if len(one.rules[0]) <= _NAME else f"{one.rules[0][: _NAME - 1]}…"
        yield svg.words(RIGHT + 6, y, f"{one}{side} {name}{more}", "s")


def _apart(places: Sequence[float]) -> list[float]:
    """Places from top to bottom with a line of text between each two: pushed down, and then up from the bottom."""
    down: list[float] = []
    for place in places:
        down.append(max(place, down[-1] + _LINES) if down else place)
    up: list[float] = []
    for place in reversed(down):
        up.append(min(place, up[-1] - _LINES if up else CURVE + 4))
    return up[::-1]


def _normal(readings: Sequence[Reading], scale: TimeScale, values: ValueScale) -> str:
    """The band between the limits of normal, as wide as both are reported."""
    known = [(one.time, one.lower, one.upper) for one in readings if one.lower is not None and one.upper is not None]
    boxes: list[tuple[int, int, Fraction, Fraction]] = []
    for place, (time, low, high) in enumerate(known):
        until = known[place + 1][0] if place + 1 < len(known) else time
        if boxes and boxes[-1][2:] == (low, high):
            boxes[-1] = (boxes[-1][0], until, low, high)
        else:
            boxes.append((time, until, low, high))
    drawn = (
        svg.box(
            scale.at(a), values.at(float(high)), scale.at(b) - scale.at(a), values.at(float(low)) - values.at(float(high)), "nr"
        )
        for a, b, low, high in boxes
    )
    return "".join(drawn)


def _points(readings: Sequence[Reading], scale: TimeScale, values: ValueScale) -> Iterator[str]:
    """The values that count as points on a line; a bound has the arrow of its side, and what was refused is a cross."""
    counting = [(scale.at(one.time), values.at(float(one.value)), one) for one in readings if not one.refused]
    yield svg.path(svg.joined((x, y) for x, y, _ in counting), "v") if counting else ""
    yield svg.path(svg.dots((x, y) for x, y, one in counting if not one.censored), "p")
    for x, y, one in counting:
        if one.censored:
            up = "-" if one.censored.startswith(">") else ""
            words = f"{say_time(one.time)}: {one.censored} {say_number(one.value)}"
            yield svg.path(
                f"M{svg.number(x)} {svg.number(y)}v{up}8m-2.5 {'' if up else '-'}3l2.5 {up}3 2.5 {'-' if not up else ''}3",
                "kx",
                words,
            )
    for one in readings:
        if one.refused:
            yield signs.cross(scale.at(one.time), values.at(float(one.value)), f"{say_time(one.time)}: refused, {one.refused}")
