"""What the colours, signs and letters of the figures mean, drawn as they are drawn there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from protocol.adapters.report import signs, svg
from protocol.adapters.report.key import Key
from protocol.adapters.report.lanes import Lane
from protocol.adapters.report.palette import dose_styles
from protocol.model.protocol import Level, Protocol
from protocol.model.regimen import Dose

WIDTH = 720
_ROW = 15
_MOST_LEVELS = 12

Item = tuple[str, str, str]
"""A drawing at the origin, what it means, and the style of the words."""


def legend(lanes: Sequence[Lane], protocol: Protocol, key: Key) -> str:
    """The legend of the swimmer plots of these lanes: only what there is in them."""
    letters = (_letters(key.rules, "lt"), _letters(key.deviations, "dt"))
    return _rows((*_doses(lanes, protocol), *_assumed(lanes)), _signs(lanes), *letters)


def dose_legend(lanes: Sequence[Lane], protocol: Protocol) -> str:
    """The legend of the figures of how many subjects are on each dose."""
    return _rows((*_doses(lanes, protocol), (svg.box(0, -3.5, 20, 7, "en"), "treatment is over", "")))


def _rows(*rows: Iterable[Item]) -> str:
    drawn, height = [], 0.0
    for items in rows:
        placed, used = _flow(items)
        drawn.append(svg.group(placed, height))
        height += used
    return svg.figure(WIDTH, height + 4, "What the colours, signs and letters mean", "".join(drawn))


def _flow(items: Iterable[Item]) -> tuple[str, float]:
    """The items one after the other, in as many rows as they need; and how high these are."""
    drawn, x, y = [], 4.0, 0.0
    for sign, said, style in items:
        wide = 24 + 4.7 * len(said) + 14
        if x > 4 and x + wide > WIDTH:
            x, y = 4.0, y + _ROW
        drawn.append(f'<g transform="translate({svg.number(x)} {svg.number(y + 8)})">{sign}{svg.words(24, 3, said, style)}</g>')
        x += wide
    return "".join(drawn), y + _ROW if drawn else 0.0


def _doses(lanes: Sequence[Lane], protocol: Protocol) -> Iterator[Item]:
    styles = dose_styles(protocol)
    seen = {spell.dose for lane in lanes for spell in lane.spells}
    for level in _shown_levels(protocol, seen):
        said = str(level.regimen) if level.name == str(level.regimen) else f"{level.name}, {level.regimen}"
        yield svg.box(0, -3.5, 20, 7, styles[Dose("level", level.name)]), said, ""
    if any(dose.kind == "off ladder" for dose in seen):
        yield svg.box(0, -3.5, 20, 7, "lx"), "a dose off the ladder", ""
    if any(not dose.is_drug for dose in seen):
        yield svg.box(0, -3.5, 20, 7, "l-"), "no drug", ""


def _assumed(lanes: Sequence[Lane]) -> Iterator[Item]:
    if any(spell.known != "known" for lane in lanes for spell in lane.spells):
        yield svg.box(0, -1.75, 20, 3.5, "kb"), "thin: dose not recorded, taken to be as recommended", ""


def _shown_levels(protocol: Protocol, seen: set[Dose]) -> tuple[Level, ...]:
    """The levels that were given; of a long ladder a few over the range of them."""
    given = [place for place, level in enumerate(protocol.levels) if Dose("level", level.name) in seen]
    if len(given) <= _MOST_LEVELS:
        return tuple(protocol.levels[place] for place in given)
    step = (len(given) - 1) / (_MOST_LEVELS - 1)
    return tuple(protocol.levels[given[round(step * number)]] for number in range(_MOST_LEVELS))


def _signs(lanes: Sequence[Lane]) -> Iterator[Item]:
    kinds = {change.kind for lane in lanes for change in lane.changes}
    for kind, said in signs.SAID.items():
        if kind in kinds or (kind == "start" and "resume" in kinds):
            yield signs.change(10, 0, kind), said, ""
    if any(lane.deviations for lane in lanes):
        yield signs.deviation(10, 0), "deviation", ""
    if any(lane.undecided for lane in lanes):
        yield signs.undecided(10, 0), "permitted or not, depending on what is missing", ""
    if any(lane.ending in ("continues", "without drug") for lane in lanes):
        yield signs.ending(5, 0, "continues"), "no end of treatment on record", ""
    if any(change.latest > change.time for lane in lanes for change in lane.changes):
        yield svg.line(0, 0, 20, 0, "rf"), "the date lies anywhere from the sign to the end of the line", ""


def _letters(named: Mapping[str, str], style: str) -> Iterator[Item]:
    for name, letter in named.items():
        shown = f"{style} du" if name == "not decidable" else style
        yield svg.words(20, 3, letter, shown, "e"), name, ""
