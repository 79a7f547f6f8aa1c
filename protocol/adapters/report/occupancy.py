"""How many subjects are on which dose, and when? Counts over time, one figure for each group."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby

from attrs import frozen

from protocol.adapters.phrases import counted
from protocol.adapters.report import svg
from protocol.adapters.report.lanes import Lane
from protocol.adapters.report.palette import dose_style, dose_styles
from protocol.adapters.report.scale import TimeScale, ValueScale
from protocol.adapters.report.swimmer import LEFT, WIDTH, time_axis
from protocol.model.protocol import Protocol
from protocol.model.regimen import NO_DRUG, Dose

_TOP, _HEIGHT, _AXIS = 18, 120, 30
ENDED = "ended"
Part = Dose | str


@frozen
class Occupied:
    """Between two times so many subjects were in each part: on a dose, without drug during treatment, or ended."""

    time: int
    counts: dict[Part, int]


def occupied(lanes: Sequence[Lane], protocol: Protocol) -> tuple[Occupied, ...]:
    """The counts from each time on at which one of them changes."""
    known = [lane for lane in lanes if lane.spells]
    moments = {0} | {time for lane in known for spell in lane.spells for time in (spell.start, spell.end)}
    times = sorted(moments | {lane.end for lane in known})
    return tuple(Occupied(time, _counts(known, protocol, time)) for time in times)


def parts(protocol: Protocol) -> tuple[Part, ...]:
    """What a subject can be in, from the bottom of the figure to its top."""
    levels = tuple(Dose("level", level.name) for level in protocol.levels)
    return (*levels, Dose("off ladder"), NO_DRUG, ENDED)


def _counts(lanes: Sequence[Lane], protocol: Protocol, time: int) -> dict[Part, int]:
    counts: dict[Part, int] = dict.fromkeys(parts(protocol), 0)
    for lane in lanes:
        found = _part(lane, time)
        if found is not None:
            counts[found] += 1
    return counts


def _part(lane: Lane, time: int) -> Part | None:
    """Where a subject is from a time on; None before its first dose, and where its course is over without an end."""
    place = bisect_right(lane.spells, time, key=lambda spell: spell.start) - 1
    if place < 0:
        return None
    spell = lane.spells[place]
    if time < spell.end:
        return Dose("off ladder") if spell.dose.kind == "off ladder" else spell.dose
    return ENDED if lane.ending == "stopped" or place + 1 < len(lane.spells) else None


def occupancy(lanes: Sequence[Lane], protocol: Protocol, scale: TimeScale, heading: str) -> str:
    """The figure of one group."""
    found = occupied(lanes, protocol)
    bottom, most = _TOP + _HEIGHT, len([lane for lane in lanes if lane.spells])
    values = ValueScale(0, max(most, 1), bottom, _TOP)
    drawn = "".join((*_axis(values), *_areas(found, protocol, scale, values), *time_axis(scale, _TOP, bottom)))
    said = f"{heading}: number of subjects on each dose over time, {counted(most, 'subject')}"
    return svg.figure(WIDTH, bottom + _AXIS, said, svg.words(LEFT, 11, heading, "h") + drawn)


def _axis(values: ValueScale) -> Iterator[str]:
    for value, text in values.ticks():
        yield svg.words(LEFT - 6, values.at(value) + 3, text, "s", "e")
    middle = (values.top + values.bottom) / 2
    yield f'<text class="s m" transform="translate({LEFT - 34} {svg.number(middle)}) rotate(-90)">subjects</text>'


def _areas(found: Sequence[Occupied], protocol: Protocol, scale: TimeScale, values: ValueScale) -> Iterator[str]:
    styles = dose_styles(protocol)
    below = [0] * len(found)
    for part in parts(protocol):
        above = [start + one.counts[part] for start, one in zip(below, found, strict=True)]
        style = "en" if isinstance(part, str) else "no" if part == NO_DRUG else dose_style(part, styles)
        yield from (svg.path(outline, style) for outline in _outlines(found, below, above, scale, values))
        below = above


def _outlines(
    found: Sequence[Occupied], below: Sequence[int], above: Sequence[int], scale: TimeScale, values: ValueScale
) -> Iterator[str]:
    """Each run of time during which anybody is there."""
    edges = [*(scale.at(one.time) for one in found), scale.at(scale.last)]
    for there, places in groupby(range(len(found)), key=lambda place: above[place] > below[place]):
        if there:
            run = list(places)
            top = [(edges[place + side], values.at(above[place])) for place in run for side in (0, 1)]
            bottom = [(edges[place + side], values.at(below[place])) for place in reversed(run) for side in (1, 0)]
            yield f"{svg.joined([*top, *bottom])}z"
