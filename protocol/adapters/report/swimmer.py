"""Who was given what, and when? One lane for each course: its doses, each change with its rule, and its deviations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from protocol.adapters.phrases import counted, say_dose
from protocol.adapters.report import signs, svg
from protocol.adapters.report.key import Key
from protocol.adapters.report.lanes import Change, Deviating, Lane
from protocol.adapters.report.palette import dose_style, dose_styles
from protocol.adapters.report.scale import TimeScale
from protocol.model.protocol import Protocol
from protocol.model.regimen import Dose
from protocol.model.summary import Spell
from protocol.model.time import say_time

Mark = Change | Deviating

WIDTH = 720
LEFT, RIGHT = 116, 690
HEIGHT = 13
MOST = 60
"""Lanes in one figure, so that it fits on a page of paper."""
_TOP, _AXIS = 18, 30
_LETTER, _FARTHEST = 6, 30
_MIDDLE, _BAR = 6.5, 7.0


def swimmer(
    lanes: Sequence[Lane], protocol: Protocol, key: Key, scale: TimeScale, heading: str, places: Mapping[str, str]
) -> str:
    """The lanes in the order given; ``places`` are the sections to which the names of courses lead."""
    bottom = _TOP + HEIGHT * len(lanes)
    drawn = "".join(
        svg.group("".join(_lane(one, protocol, key, scale, places)), _TOP + HEIGHT * place) for place, one in enumerate(lanes)
    )
    said = f"{heading}: doses, changes and deviations of {counted(len(lanes), 'subject')} over time"
    head = svg.words(LEFT, 11, heading, "h")
    return svg.figure(WIDTH, bottom + _AXIS, said, head + "".join(time_axis(scale, _TOP, bottom)) + drawn)


def time_axis(scale: TimeScale, top: float, bottom: float) -> Iterator[str]:
    """The grid and the axis under it."""
    ticks = scale.ticks()
    yield svg.path("".join(f"M{svg.number(scale.at(time))} {svg.number(top)}V{svg.number(bottom)}" for time, _ in ticks), "gr")
    yield svg.line(scale.left, bottom, scale.right, bottom, "ax")
    yield svg.row(bottom + 11, [(scale.at(time), text) for time, text in ticks], "s m")
    yield svg.words((scale.left + scale.right) / 2, bottom + 22, scale.title, "s", "m")


def _lane(lane: Lane, protocol: Protocol, key: Key, scale: TimeScale, places: Mapping[str, str]) -> Iterator[str]:
    yield _name(lane, places)
    styles = dose_styles(protocol)
    yield from (bar(spell, scale, styles, _MIDDLE, _BAR, say_spell(spell)) for spell in lane.spells)
    end = max((spell.end for spell in lane.spells), default=0)
    marks: list[Mark] = [*lane.changes, *lane.undecided, *lane.deviations]
    yield from (_sign(one, lane, protocol, scale) for one in marks)
    yield signs.ending(scale.at(end) + 2, _MIDDLE, lane.ending, f"{lane.name}: no end of treatment on record")
    yield from _letters(
        sorted(marks, key=_order), key, scale, {scale.at(end): 12.0} if lane.ending in ("continues", "without drug") else {}
    )


def _name(lane: Lane, places: Mapping[str, str]) -> str:
    shown = lane.name if len(lane.name) <= 22 else f"{lane.name[:21]}…"
    name = svg.words(LEFT - 6, _MIDDLE + 3, shown, "dt" if lane.deviations else "", "e", lane.name if shown != lane.name else "")
    return svg.link(places[lane.name], name) if lane.name in places else name


def bar(spell: Spell, scale: TimeScale, styles: Mapping[Dose, str], middle: float, height: float, words: str = "") -> str:
    """A dose in force; thin where it was not recorded, hollow where there is no drug."""
    height = height / 2 if spell.known != "known" else height
    left, right = scale.at(spell.start), scale.at(spell.end)
    return svg.box(left, middle - height / 2, max(right - left, 1), height, dose_style(spell.dose, styles), words)


def say_spell(spell: Spell) -> str:
    """``high, day 15 to day 168``."""
    said = str(spell.dose) if spell.dose.is_drug else f"no drug ({spell.control})"
    return f"{said}, {say_time(spell.start)} to {say_time(spell.end)}{', not recorded' if spell.known != 'known' else ''}"


def _order(one: Mark) -> tuple[int, bool]:
    return one.time, isinstance(one, Deviating)


def _sign(one: Mark, lane: Lane, protocol: Protocol, scale: TimeScale) -> str:
    """The sign of a change or a deviation. A start needs none, and neither does a change that is a deviation itself."""
    x = scale.at(one.time)
    if isinstance(one, Deviating):
        sign = signs.deviation if one.is_certain else signs.undecided
        return sign(x, _MIDDLE, f"{say_time(one.time)}, {one.kind}")
    range_of_dates = svg.line(x, _MIDDLE, min(scale.at(one.latest), RIGHT), _MIDDLE, "rf") if one.latest > one.time else ""
    if one.kind == "start" or any(other.time == one.time for other in lane.deviations):
        return range_of_dates
    return range_of_dates + signs.change(x, _MIDDLE, one.kind, say_change(one, protocol))


def _letters(marks: Sequence[Mark], key: Key, scale: TimeScale, taken: Mapping[float, float]) -> Iterator[str]:
    """The letter of each sign behind it; behind the last of those that stand close together those of all of them."""
    free = 0.0
    for place, one in enumerate(marks):
        letter, x = _letter(one, key), scale.at(one.time)
        ends = [scale.at(other.time) for other in marks[place:] if scale.at(other.time) - x < _LETTER * 2]
        last = max(ends) if one.kind != "start" else x - 4
        start = max(free, last + 4.5 + max((room for at, room in taken.items() if abs(at - last) < room), default=0.0))
        if letter and start - last < _FARTHEST:
            yield svg.words(start, _MIDDLE + 3, letter, _style(one))
            free = start + 5.5 * len(letter) + 1


def _style(one: Mark) -> str:
    return "lt" if isinstance(one, Change) else "dt" if one.is_certain else "dt du"


def _letter(one: Mark, key: Key) -> str:
    return key.deviations[one.kind] if isinstance(one, Deviating) else key.rule(one.rule)


def say_change(change: Change, protocol: Protocol) -> str:
    """``day 16, escalate to high (81 mg every day), by raise``."""
    dose = f" to {say_dose(change.dose, protocol)}" if change.dose.is_drug and change.kind != "review" else ""
    by = f", by {change.rule}" if change.rule else ", by no rule"
    until = f" to {say_time(change.latest)}" if change.latest > change.time else ""
    return f"{say_time(change.time)}{until}, {change.kind}{dose}{by}{', not recorded' if change.assumed else ''}"
