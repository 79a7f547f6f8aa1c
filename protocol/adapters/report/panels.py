"""The panels of a subject's figure that hold no curve: the doses, and findings in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from protocol.adapters.report import signs, svg
from protocol.adapters.report.lanes import Lane
from protocol.adapters.report.measured import Finding
from protocol.adapters.report.palette import dose_styles
from protocol.adapters.report.scale import TimeScale
from protocol.adapters.report.swimmer import bar, say_change
from protocol.model.input import Input
from protocol.model.protocol import Protocol
from protocol.model.regimen import NO_DRUG, Dose
from protocol.model.time import say_duration, say_time

WIDTH, LEFT, RIGHT = 720, 112, 578
RUNG, ROW = 14, 12
_MOST_RUNGS = 9


# Doses


def doses(lane: Lane, protocol: Protocol, scale: TimeScale) -> tuple[float, str]:
    """The dose in force on its rung, and what was recommended as a dotted line; with the height of the panel."""
    rungs = _rungs(lane, protocol)
    height, styles = RUNG * len(rungs), dose_styles(protocol)
    middle = {dose: RUNG * (len(rungs) - place) - RUNG / 2 for place, dose in enumerate(rungs)}
    rows = [
        svg.path("".join(f"M{LEFT} {svg.number(y)}H{RIGHT}" for y in middle.values()), "gr"),
        svg.column(LEFT - 6, [(y + 3, _rung(dose)) for dose, y in middle.items()], "e"),
        *(bar(spell, scale, styles, middle[_place(spell.dose)], 8) for spell in lane.spells),
        svg.path(_recommended(lane, scale, middle), "rc", "the dose recommended"),
        *(
            signs.change(scale.at(one.time), middle[_place(one.dose)], one.kind, say_change(one, protocol))
            for one in lane.changes
        ),
        svg.words(RIGHT + 6, 9, "dotted: recommended", "s"),
    ]
    return height, "".join(rows)


def _rungs(lane: Lane, protocol: Protocol) -> list[Dose]:
    """No drug, the levels, and what is off the ladder if there is such; of a long ladder the levels that matter here."""
    seen = {spell.dose for spell in lane.spells} | {step.decision.after.dose for step in lane.trace.steps}
    levels = [Dose("level", level.name) for level in protocol.levels]
    if len(levels) > _MOST_RUNGS:
        levels = [level for level in levels if level in seen]
    return [NO_DRUG, *levels, *([Dose("off ladder")] if any(dose.kind == "off ladder" for dose in seen) else [])]


def _place(dose: Dose) -> Dose:
    return Dose("off ladder") if dose.kind == "off ladder" else dose


def _rung(dose: Dose) -> str:
    return {"none": "no drug", "off ladder": "off the ladder"}.get(dose.kind, dose.name)


def _recommended(lane: Lane, scale: TimeScale, middle: Mapping[Dose, float]) -> str:
    """A line in steps through the doses to which the decisions lead."""
    steps = lane.trace.steps
    points: list[svg.Point] = []
    for place, step in enumerate(steps):
        y = middle[_place(step.decision.after.dose)]
        until = steps[place + 1].visit.time if place + 1 < len(steps) else step.visit.time
        points += [(scale.at(step.visit.time), y), (scale.at(until), y)]
    return svg.joined(points)


def clock_row(times: Sequence[int], started: int, scale: TimeScale) -> tuple[float, str]:
    """When the times since the start come up with which rules compare it; with the height of the row."""
    rows = [svg.words(LEFT - 6, 9, "time since start", "", "e"), svg.line(LEFT, 6, RIGHT, 6, "gr")]
    free = 0.0
    for time in times:
        x = scale.at(started + time)
        if x >= free and started + time <= scale.last:
            said = say_duration(time)
            rows += [svg.line(x, 2, x, 10, "ax"), svg.words(x + 4, 9, said, "lt")]
            free = x + 4 + 5 * len(said) + 6
    return ROW, "".join(rows)


# Findings in words


def finding_row(item: Input, found: Sequence[Finding], scale: TimeScale) -> tuple[float, str]:
    """The findings of one input, written where they change; with the height of the row."""
    rows = [svg.words(LEFT - 6, 9, item.name, "", "e", item.label), svg.line(LEFT, 6, RIGHT, 6, "gr")]
    rows.append(svg.path(svg.dots((scale.at(one.time), 6) for one in found if not one.refused), "p"))
    said, free = "", 0.0
    for one in found:
        x = scale.at(one.time)
        if one.refused:
            rows.append(signs.cross(x, 6, f"{say_time(one.time)}: refused, {one.refused}"))
        elif one.text != said and x + 4 >= free:
            rows.append(svg.words(x + 4, 9, one.text, "lt"))
            said, free = one.text, x + 4 + 5 * len(one.text) + 8
    return ROW, "".join(rows)
