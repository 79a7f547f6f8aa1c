"""One subject on one time axis: doses given and recommended, how surely each visit was decided, values with thresholds."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from protocol.adapters.report import svg
from protocol.adapters.report.computed import Derived
from protocol.adapters.report.curve import curve
from protocol.adapters.report.lanes import Lane
from protocol.adapters.report.measured import Curved, Finding, Reading, curves, findings
from protocol.adapters.report.panels import LEFT, RIGHT, ROW, WIDTH, clock_row, doses, finding_row
from protocol.adapters.report.scale import TimeScale, time_scale
from protocol.adapters.report.swimmer import time_axis
from protocol.adapters.report.thresholds import Threshold, asked, clock_thresholds, thresholds
from protocol.model.decision import Step
from protocol.model.input import Input
from protocol.model.protocol import Protocol
from protocol.model.time import say_time

MOST_CURVES = 8
_GAP = 6.0
_TOP = 18.0


@frozen
class Asked:
    """What the rules ask: thresholds by input, all names, and times since the start. It is the same for every subject."""

    thresholds: dict[str, tuple[Threshold, ...]]
    names: frozenset[str]
    clocks: tuple[int, ...]


def asked_by(protocol: Protocol) -> Asked:
    """What the rules in force ask."""
    return Asked(thresholds(protocol), asked(protocol), clock_thresholds(protocol))


@frozen
class Drawn:
    """The figure, and the inputs that have values and no room in it."""

    figure: str
    left_out: tuple[str, ...]


def subject(lane: Lane, protocol: Protocol, asked: Asked, derived: Derived, most: int = MOST_CURVES) -> Drawn:
    """The figure of one subject, with at most so many curves."""
    scale = _scale(lane)
    numbers, left_out = _chosen(curves(lane.trace, protocol, derived), lane, asked, most)
    words, unasked = _asked(findings(lane.trace, protocol), asked)
    drawn, y = [], _TOP
    for height, panel in _panels(lane, protocol, scale, numbers, words, asked):
        drawn.append(svg.group(panel, y))
        y += height + _GAP
    behind = _deviations(lane, scale, y)
    said = f"Doses and readings of {lane.name} over time"
    inside = behind[0] + "".join(time_axis(scale, _TOP, y)) + "".join(drawn) + behind[1]
    return Drawn(svg.figure(WIDTH, y + 28, said, inside), (*left_out, *unasked))


def _scale(lane: Lane) -> TimeScale:
    """From the first visit to the last, with a little room before and after."""
    scale = time_scale((*(step.visit.time for step in lane.trace.steps), lane.latest), LEFT, RIGHT)
    room = (scale.last - scale.first) // 60
    return evolve(scale, first=scale.first - room, last=scale.last + room)


def _panels(
    lane: Lane,
    protocol: Protocol,
    scale: TimeScale,
    numbers: dict[Curved, tuple[Reading, ...]],
    words: dict[Input, tuple[Finding, ...]],
    asked: Asked,
) -> Iterator[tuple[float, str]]:
    yield doses(lane, protocol, scale)
    yield ROW, _certainty(lane, scale)
    started = next((change.time for change in lane.changes if change.kind == "start"), None)
    if started is not None and any(started + time <= scale.last for time in asked.clocks):
        yield clock_row(asked.clocks, started, scale)
    for item, found in words.items():
        yield finding_row(item, found, scale)
    for number, readings in numbers.items():
        yield curve(number, readings, asked.thresholds.get(number.name, ()), scale)


def _chosen(
    numbers: dict[Curved, tuple[Reading, ...]], lane: Lane, asked: Asked, most: int
) -> tuple[dict[Curved, tuple[Reading, ...]], tuple[str, ...]]:
    """The curves to draw: first those on which the deviations rest, single readings last, those with thresholds before others."""
    decisions = [one.step.decision for one in lane.deviations or lane.noted]
    rested = {fact.name for decision in decisions for fact in decision.facts}
    rested |= {name for decision in decisions for missing in decision.missing for name in missing.inputs}

    def order(item: Curved) -> tuple[bool, ...]:
        single = len(numbers[item]) == 1
        return item.name not in rested, single, item.name not in asked.thresholds, item.name not in asked.names

    chosen = set(sorted(numbers, key=order)[:most])
    kept = {item: readings for item, readings in numbers.items() if item in chosen}
    return kept, tuple(item.name for item in numbers if item not in chosen)


def _asked(words: dict[Input, tuple[Finding, ...]], asked: Asked) -> tuple[dict[Input, tuple[Finding, ...]], tuple[str, ...]]:
    kept = {item: found for item, found in words.items() if item.name in asked.names}
    return kept, tuple(item.name for item in words if item not in kept)


def _deviations(lane: Lane, scale: TimeScale, bottom: float) -> tuple[str, str]:
    """The line of each deviation through all panels, and its number over them, as in the list of deviations."""
    lines, heads, free = [], [], 0.0
    for time in dict.fromkeys(one.time for one in lane.noted):
        here = [one for one in lane.noted if one.time == time]
        x, said = scale.at(time), ", ".join(str(one.number) for one in here)
        certain = any(one.is_certain for one in here)
        lines.append(svg.line(x, _TOP - 3, x, bottom, "dl" if certain else "dl u"))
        wide = 8 + 5 * len(said)
        left = max(x - wide / 2, free)
        words = "; ".join(one.kind for one in here)
        heads.append(
            svg.box(left, 3, wide, 12, "dv" if certain else "dv u", f"{say_time(time)}, {words}")
            + svg.words(left + wide / 2, 12, said, "dn" if certain else "dn k", "m")
        )
        free = left + wide + 1
    return "".join(lines), "".join(heads)


def _certainty(lane: Lane, scale: TimeScale) -> str:
    """A sign for each visit: decided, provisional, undecided, or not covered by the protocol."""
    rows = [svg.words(LEFT - 6, 9, "decision", "", "e"), svg.line(LEFT, 6, RIGHT, 6, "gr")]
    ranges = ((step.visit.time, step.visit.latest) for step in lane.trace.steps if step.visit.latest is not None)
    rows += [svg.line(scale.at(first), 6, scale.at(last), 6, "rg") for first, last in ranges]
    present = dict.fromkeys(_status(step) for step in lane.trace.steps)
    for one in present:
        places = [scale.at(step.visit.time) for step in lane.trace.steps if _status(step) == one]
        rows.append(svg.path("".join(f"M{svg.number(x)} 6{_OUTLINES[one]}" for x in places), _STYLES[one]))
    rows.append(svg.words(RIGHT + 6, 9, ", ".join(f"{_SIGNS[one]} {one}" for one in present if one != "decided"), "s"))
    return "".join(rows)


_SIGNS = {"decided": "●", "provisional": "◆", "undecided": "○", "silent": "×"}
_STYLES = {"decided": "k1", "provisional": "k2", "undecided": "k3", "silent": "kx"}
_OUTLINES = {
    "decided": "h0",
    "provisional": "m0-3.5l3.5 3.5-3.5 3.5-3.5-3.5z",
    "undecided": "m-2.6 0a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0-5.2 0z",
    "silent": "m-2.5-2.5l5 5m0-5l-5 5",
}


def _status(step: Step) -> str:
    return "silent" if step.decision.silent and step.decision.status == "decided" else step.decision.status
