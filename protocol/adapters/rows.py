"""How the rows of a table become the visits of a course."""

from __future__ import annotations

from collections.abc import Sized
from fractions import Fraction

from attrs import evolve, frozen

from protocol.adapters.cells import Default, given, limits, observations
from protocol.adapters.columns import Column
from protocol.adapters.expected import expectation
from protocol.adapters.problems import Cell, Problems, did_you_mean, quoted
from protocol.adapters.sheet import Example, Expectation
from protocol.adapters.times import Times, times
from protocol.errors import NotationError
from protocol.model.course import Course, Given, Observation, Visit
from protocol.model.protocol import Protocol
from protocol.model.quantity import exact

Columns = tuple[Column | None, ...]
Cells = tuple[Cell, ...]


@frozen
class Row:
    """What one row of a table says. ``place`` is its first cell; a row with ``recorded`` may correct the one before it."""

    place: Cell
    patient: str
    when: Times
    observations: tuple[Observation, ...] = ()
    given: Given | None = None
    expectations: tuple[Expectation, ...] = ()
    recorded: int | None = None


def row(cells: Cells, columns: Columns, protocol: Protocol, problems: Problems) -> Row | None:
    """The visit in a row of a wide table; None if its time was reported."""
    began = _begin(cells, columns, protocol, problems)
    found: list[Observation] = []
    expected: list[Expectation] = []
    dose = None
    for cell, column in zip(cells, columns, strict=True):
        if column is None:
            continue
        if column.kind == "input":
            default = Default(column.unit, began.recorded if began else None, _name(cell, problems))
            found.extend(observations(cell, protocol.input(column.name), default, problems))
        elif column.kind == "given":
            dose = given(cell, protocol, problems)
        elif column.kind == "expect" and (item := expectation(cell, column.name, protocol, problems)):
            expected.append(item)
    return evolve(began, observations=tuple(found), given=dose, expectations=tuple(expected)) if began else None


def long_row(cells: Cells, columns: Columns, protocol: Protocol, problems: Problems) -> Row | None:
    """The one value in a row of a long table; None if it was reported."""
    began = _begin(cells, columns, protocol, problems)
    by_kind: dict[str, Cell] = {column.kind: cell for cell, column in zip(cells, columns, strict=True) if column}
    name, value = by_kind.get("name"), by_kind.get("value")
    if name is None or value is None:
        return None  # the header was reported
    if name.text.lower() == "given":
        dose = given(value, protocol, problems)
        return evolve(began, given=dose) if began else None
    if name.text not in {item.name for item in protocol.inputs}:
        known = (*(item.name for item in protocol.inputs), "given")
        problems.report("C035", name, f"unknown input {quoted(name.text)}", did_you_mean(name.text, known, "Inputs"))
        return None
    default = _long_default(by_kind, began, _name(value, problems), problems)
    found = observations(value, protocol.input(name.text), default, problems)
    if default.unit and any(item.unit != default.unit for item in found if item.unit):
        problems.report("C034", value, f"{quoted(value.text)} has a unit, and so has its row", "Write the unit once.")
    return evolve(began, observations=found) if began else None


def _long_default(by_kind: dict[str, Cell], began: Row | None, name: str, problems: Problems) -> Default:
    unit = by_kind["unit"].text if "unit" in by_kind else ""
    lower, upper = (_limit(by_kind.get(side), problems) for side in ("lower", "upper"))
    default = Default(unit, began.recorded if began else None, name, lower, upper)
    if default.lower is not None and default.upper is not None and default.lower > default.upper:
        limits(Cell(f"{by_kind['lower'].text}-{by_kind['upper'].text}", by_kind["lower"].line, by_kind["lower"].column), problems)
    return default


def _limit(cell: Cell | None, problems: Problems) -> Fraction | None:
    if cell is None or not cell.text:
        return None
    try:
        return exact(cell.text)
    except NotationError as error:
        problems.report_notation("C032", cell, error)
        return None


def _begin(cells: Cells, columns: Columns, protocol: Protocol, problems: Problems) -> Row | None:
    """The patient, the time and the time of recording of a row."""
    patient, when, recorded = "", None, None
    kind = next((column.kind for column in columns if column and column.kind in ("elapsed", "study day")), "elapsed")
    for cell, column in zip(cells, columns, strict=True):
        if column is None:
            continue
        if column.kind == "patient":
            patient = _patient(cell, problems)
        elif column.kind == kind:
            when = times(cell, kind, protocol, problems)
        elif column.kind == "recorded" and cell.text:
            recorded = times(cell, kind, protocol, problems)
    if when is None:
        return None
    if recorded is not None and recorded.time < when.time:
        _report_recorded(cells, columns, problems)
    return Row(cells[0], patient, when, recorded=recorded.time if recorded else None)


def _patient(cell: Cell, problems: Problems) -> str:
    if not cell.text:
        problems.report("C018", cell, "a row without a patient", "Write the patient's name in each row.")
    return cell.text


def _report_recorded(cells: Cells, columns: Columns, problems: Problems) -> None:
    cell = next(cell for cell, column in zip(cells, columns, strict=True) if column and column.kind == "recorded")
    problems.report("C024", cell, "recorded before it was observed", "Give the time at which the value became known.")


def _name(cell: Cell, problems: Problems) -> str:
    return f"{problems.file}:{cell.line}" if problems.file else f"line {cell.line}"


def example(name: str, line: int, note: str, rows: tuple[Row, ...], long: bool, problems: Problems) -> Example:
    """The course of one patient's rows; times out of order or twice are reported."""
    _report_times_out_of_order(rows, long, problems)
    merged: list[tuple[Row, ...]] = []
    for item in sorted(rows, key=lambda one: one.when.time):
        if merged and merged[-1][0].when.time == item.when.time:
            merged[-1] = _joined(merged[-1], item, long, problems)
        else:
            merged.append((item,))
    visits = tuple(_visit(group, problems) for group in merged)
    expected = tuple(tuple(one for item in group for one in item.expectations) for group in merged)
    return Example(Course(name, visits, note=note), expected, line, note)


def _report_times_out_of_order(rows: tuple[Row, ...], long: bool, problems: Problems) -> None:
    """In a long table each input's own values stand in order; in a wide one the rows do."""
    last: dict[str, Row] = {}
    for item in rows:
        key = next((observation.input for observation in item.observations), "given") if long else ""
        before = last.get(key)
        if before is not None and (item.when.time < before.when.time or item.when.last < before.when.last):
            message = f"this time is before that of line {before.place.line}"
            problems.report("C022", item.place, message, "Write the rows of one course in order of time.")
        last[key] = item


_ONE_ROW = "Use one row, two values of one input in one cell: '1600; 1400'. A correction says in 'recorded' when it was made."


def _joined(group: tuple[Row, ...], item: Row, long: bool, problems: Problems) -> tuple[Row, ...]:
    first = group[0]
    correction = item.recorded is not None and item.recorded != group[-1].recorded
    if first.when != item.when or not (long or correction):
        message = f"line {first.place.line} has the same time"
        problems.report("C023", item.place, message, _ONE_ROW)
    if item.given and any(other.given and other.given != item.given for other in group):
        message = "a second dose given at this time"
        problems.report("C034", item.place, message, "A visit says one dose: the one in force from then on.")
    return (*group, item)


def _visit(group: tuple[Row, ...], problems: Problems) -> Visit:
    first = group[0]
    found = tuple(_observed(observation, first.when) for item in group for observation in item.observations)
    dose = next((item.given for item in group if item.given), None)
    return Visit(first.when.time, found, dose, first.when.latest, _name(first.place, problems))


def _observed(observation: Observation, when: Times) -> Observation:
    """A reading that was recorded later says when it was observed, so that it can be placed where it stands without its visit."""
    later = observation.recorded is not None and observation.recorded > when.time
    return evolve(observation, observed=when.time) if later and when.latest is None else observation


def is_blank(cells: Cells) -> bool:
    """Whether a row holds nothing at all."""
    return not any(cell.text for cell in cells)


def fits(cells: Cells, columns: Sized, problems: Problems) -> bool:
    """Whether a row has as many cells as the header; if not, that is reported."""
    if len(cells) == len(columns):
        return True
    amount = "fewer" if len(cells) < len(columns) else "more"
    message = f"{len(cells)} cells, {amount} than the {len(columns)} columns of the header"
    problems.report("C010", cells[0], message, "Give each row one cell for each column, empty or not.")
    return False
