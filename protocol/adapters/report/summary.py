"""The cohort in numbers: who was treated, what was changed, how surely it was decided, and what deviates; by group and in all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from statistics import median

from attrs import frozen

from protocol.adapters.report.computed import Computed
from protocol.adapters.report.exposure import exposure_rows
from protocol.adapters.report.lanes import ChangeKind, Lane
from protocol.adapters.tally import is_change
from protocol.model.decision import Step
from protocol.model.protocol import Protocol
from protocol.model.regimen import Dose
from protocol.model.time import DAY, HOUR

Cell = Callable[[Sequence[Lane]], str]


@frozen
class Row:
    """One line of the table, a cell for each group; without cells it heads what follows."""

    label: str
    cells: tuple[str, ...] = ()


@frozen
class Summary:
    """``columns`` are the groups with their sizes, and all of them together."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def grouped(lanes: Sequence[Lane]) -> dict[str, list[Lane]]:
    """The lanes of each group, in the order in which they come."""
    found: dict[str, list[Lane]] = {}
    for lane in lanes:
        found.setdefault(lane.group, []).append(lane)
    return found


def summary(lanes: Sequence[Lane], protocol: Protocol, computed: Computed) -> Summary:
    """The table; of one group alone there is no column."""
    groups = grouped(lanes)
    columns = {**(groups if len(groups) > 1 else {}), "all": list(lanes)}
    rows = [
        Row(label, tuple(cell(group) for group in columns.values()) if cell else ())
        for label, cell in _rows(lanes, protocol, bool(computed.summaries))
    ]
    if computed.summaries:
        exposure = (Row(*row) for row in exposure_rows(computed.summaries, columns.values()))
        place = next(number for number, row in enumerate(rows) if row.label == _MODIFICATIONS)
        rows[place:place] = [Row("Exposure, median (least to most) if not said otherwise"), *exposure]
    return Summary(tuple(f"{name} (N = {len(group)})" for name, group in columns.items()), tuple(rows))


def _rows(lanes: Sequence[Lane], protocol: Protocol, summed: bool) -> Iterator[tuple[str, Cell | None]]:
    """Where courses are summed up, what that says is not said twice."""
    yield from _treatment(lanes, protocol)
    if not summed:
        yield from _time_with_drug(lanes)
    yield from _changes(lanes, summed)
    yield "Dose changes given, changes (%)", None
    for permitted, label in _PERMITTED.items():
        yield label, _share(_is_permitted(permitted), lambda step: _verdict(step) != "")
    yield "Decisions, visits (%)", None
    for status in ("decided", "provisional", "undecided"):
        yield status, _share(_has_status(status))
    yield "protocol silent", _share(lambda step: step.decision.silent)
    yield from _deviations(lanes)
    yield "Not decidable, subjects (%) [doses given]", None
    yield "permitted or not, depending on what is missing", _events(lambda lane: len(lane.undecided))
    yield from _data(lanes)


_PERMITTED = {
    "every": "permitted, whatever is missing",
    "some": "permitted or not, depending on what is missing",
    "none": "not permitted",
}


def _treatment(lanes: Sequence[Lane], protocol: Protocol) -> Iterator[tuple[str, Cell | None]]:
    yield "Treatment, subjects (%)", None
    yield "given drug or placebo", _subjects(lambda lane: bool(lane.spells))
    for level in protocol.levels:
        if any(map(_was_at(level.name), lanes)):
            yield f"ever at {level.name} ({level.regimen})", _subjects(_was_at(level.name))
    if any(spell.dose.kind == "off ladder" for lane in lanes for spell in lane.spells):
        yield "ever off the ladder", _subjects(lambda lane: any(spell.dose.kind == "off ladder" for spell in lane.spells))
    yield "end of treatment on record", _subjects(lambda lane: lane.ending == "stopped")


def _time_with_drug(lanes: Sequence[Lane]) -> Iterator[tuple[str, Cell]]:
    unit, name = (HOUR, "hours") if max((lane.end for lane in lanes), default=0) < 4 * DAY else (DAY, "days")
    yield (
        f"{name.capitalize()} with drug, median (least to most)",
        lambda group: _spread([lane.on_drug / unit for lane in group if lane.spells]),
    )


def _changes(lanes: Sequence[Lane], summed: bool) -> Iterator[tuple[str, Cell | None]]:
    yield _MODIFICATIONS, None
    for kind, label in _CHANGED.items():
        if not (summed and kind in ("escalate", "reduce", "hold")) and any(
            change.kind == kind for lane in lanes for change in lane.changes
        ):
            yield label, _events(_changed(kind))


_MODIFICATIONS = "Modifications, subjects (%) [changes]"
_CHANGED: dict[ChangeKind, str] = {
    "escalate": "escalated",
    "reduce": "reduced",
    "hold": "held",
    "resume": "resumed",
    "review": "in review",
    "stop": "stopped",
    "other": "to or from a dose off the ladder",
}


def _deviations(lanes: Sequence[Lane]) -> Iterator[tuple[str, Cell | None]]:
    yield "Deviations, subjects (%) [deviations]", None
    yield "any", _events(lambda lane: len(lane.deviations))
    for kind, _ in Counter(one.kind for lane in lanes for one in lane.deviations).most_common():
        yield kind, _events(_deviated(kind))


def _data(lanes: Sequence[Lane]) -> Iterator[tuple[str, Cell | None]]:
    yield "Data", None
    yield "visits", lambda group: str(sum(len(lane.trace.steps) for lane in group))
    yield "visits at which the dose is not on record", _share(lambda step: step.assumed)
    yield "readings refused", lambda group: str(sum(len(step.refused) for lane in group for step in lane.trace.steps))


# What is counted


def _is_permitted(permitted: str) -> Callable[[Step], bool]:
    return lambda step: _verdict(step) == permitted


def _has_status(status: str) -> Callable[[Step], bool]:
    return lambda step: step.decision.status == status


def _was_at(level: str) -> Callable[[Lane], bool]:
    return lambda lane: any(spell.dose == Dose("level", level) for spell in lane.spells)


def _changed(kind: str) -> Callable[[Lane], int]:
    return lambda lane: sum(change.kind == kind for change in lane.changes)


def _deviated(kind: str) -> Callable[[Lane], int]:
    return lambda lane: sum(one.kind == kind for one in lane.deviations)


# Cells


def _verdict(step: Step) -> str:
    return step.verdict.permitted if step.verdict and is_change(step) else ""


def _subjects(holds: Callable[[Lane], bool]) -> Cell:
    return lambda group: _of(sum(map(holds, group)), len(group))


def _events(count: Callable[[Lane], int]) -> Cell:
    def cell(group: Sequence[Lane]) -> str:
        counts = [count(lane) for lane in group]
        having = sum(number > 0 for number in counts)
        return f"{_of(having, len(group))}{f' [{sum(counts)}]' if having else ''}"

    return cell


def _share(holds: Callable[[Step], bool], among: Callable[[Step], bool] = lambda step: True) -> Cell:
    def cell(group: Sequence[Lane]) -> str:
        steps = [step for lane in group for step in lane.trace.steps if among(step)]
        return _of(sum(map(holds, steps)), len(steps))

    return cell


def _of(count: int, total: int) -> str:
    """``12 (14.3)``: a number and its per cent; none of nothing."""
    return f"{count} ({100 * count / total:.1f})" if count else "0"


def _spread(values: Sequence[float]) -> str:
    if not values:
        return "-"
    return f"{median(values):.1f} ({min(values):.1f} to {max(values):.1f})".replace(".0", "")


# What was missing


def missing(lanes: Sequence[Lane]) -> tuple[tuple[str, int, int], ...]:
    """What decisions that are not decided lacked, most often first: at how many visits, of how many subjects."""
    visits: Counter[str] = Counter()
    subjects: dict[str, set[str]] = {}
    for lane in lanes:
        for step in lane.trace.steps:
            for one in step.decision.missing:
                visits[one.name] += 1
                subjects.setdefault(one.name, set()).add(lane.name)
    return tuple((name, count, len(subjects[name])) for name, count in visits.most_common())
